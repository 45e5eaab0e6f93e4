"""What counts as a figure's label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.corpus.figures.labels import is_continued, parse_label, view_on_label
from sevenviews.designs import View


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


@pytest.mark.parametrize(
    ("text", "expected", "number"),
    [
        ("FIG. 12L", ["12L", "1"], "12L"),
        ("FIG. 12L", ["121", "1"], "121"),
        ("FIG. 1AA", ["1AA"], "1AA"),
        ("FIG. 1-1", ["1-1", "1-2"], "1-1"),
        ("FIG. 1.10", [], "1.10"),
        ("FIG. IV", ["1", "2", "3", "4"], "4"),
        ("FIG. III", ["1", "2", "3"], "3"),
        ("FIG. II", ["1", "2", "3"], "2"),
        ("FIG. II", ["10", "11"], "11"),
        ("FIG. B", ["A", "B"], "B"),
        ("FIG. 1 (Cont.)", ["1"], "1"),
        ("FIG. 3 (continued)", [], "3"),
        ("FIG. 3A FRONT VIEW", [], "3A"),
        ("FIG. 2 - REAR ELEVATION", ["2"], "2"),
    ],
)
def test_the_description_says_how_to_read_a_number(text: str, expected: list[str], number: str) -> None:
    assert parse_label(text, expected=expected) == number


@pytest.mark.parametrize(
    ("text", "continued"),
    [("FIG. 1 (Cont.)", True), ("FIG. 2 CONT'D", True), ("FIG. 2", False), ("CONTROL", False)],
)
def test_the_rest_of_a_figure_says_so(text: str, continued: bool) -> None:
    assert is_continued(text) is continued


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("主视图", View.FRONT),
        ("后视图", View.BACK),
        ("左视图", View.LEFT),
        ("右视图", View.RIGHT),
        ("俯视图", View.TOP),
        ("仰视图", View.BOTTOM),
        ("立体图", View.PERSPECTIVE),
        ("主視圖", View.FRONT),
        ("设计1右视图", View.RIGHT),
        ("使用状态参考图", View.IN_USE),
        ("立体图2", View.PERSPECTIVE),
        ("斜視図", View.PERSPECTIVE),
        ("FIG. 3 FRONT VIEW", View.FRONT),
        ("FIG. 4 RIGHT SIDE VIEW", View.RIGHT),
        ("FIG. 4", View.UNKNOWN),
        ("FRONT", View.UNKNOWN),
        ("图", View.UNKNOWN),
    ],
)
def test_labels_name_views(text: str, view: View) -> None:
    assert view_on_label(text) is view
