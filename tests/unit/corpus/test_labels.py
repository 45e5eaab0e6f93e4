"""What counts as a figure's label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.corpus.figures.labels import parse_label


@given(
    st.sampled_from(
        [
            "FIG. {}",
            "FIG.{}",
            "Fig. {}",
            "fig {}",
            "FIG - {}",
            "FIGURE {}",
            "Figure {}.",
            "F1G. {}",
            "FlG. {}",
        ]
    ),
    st.integers(1, 199),
    st.sampled_from(["", "A", "B", "c"]),
)
def test_reads_the_number(form: str, number: int, letter: str) -> None:
    assert parse_label(form.format(f"{number}{letter}")) == f"{number}{letter.upper()}"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("FIG. 1O", "10"),
        ("FIG. l", "1"),
        ("FIG. S", "5"),
        ("FIG. 007", "7"),
        ("FIG. 1.2", "1.2"),
        ("FIG.", ""),
        ("SEE FIG. 2", None),
        ("FIGHT 4", None),
        ("Time Limit", None),
        ("1.4", None),
        ("12", None),
        ("", None),
    ],
)
def test_looks_alike(text: str, number: str | None) -> None:
    assert parse_label(text) == number


@pytest.mark.parametrize(
    ("text", "number"), [("1.4", "1.4"), ("12.10", "12.10"), ("14", None), ("FIG. 3", "3")]
)
def test_bare_numbers(text: str, number: str | None) -> None:
    assert parse_label(text, bare=True) == number
