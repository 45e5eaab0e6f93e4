"""The forms in which names and classes are compared."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.designs import LocarnoClass
from sevenviews.designs.terms import class_terms, name_terms, normalize_name, normalize_uspc, uspc_terms


def test_a_subclass_brings_its_class() -> None:
    assert class_terms([LocarnoClass(6, 1), LocarnoClass(26)]) == ["06", "06-01", "26"]
    assert uspc_terms(["D14/486", " d 6 ", "D14/486.1", "?", ""]) == [
        "?",
        "D14",
        "D14/486",
        "D14/486.1",
        "D6",
    ]


def test_names_are_taken_as_they_are_compared() -> None:
    assert name_terms(["ACME  Inc.", "Acme inc.", " ", "\0", "Straße"]) == ["acme inc.", "strasse"]


@pytest.mark.parametrize("normalize", [normalize_name, normalize_uspc])
@settings(deadline=None)
@given(text=st.text())
def test_what_is_normal_is_not_changed_again(normalize: Callable[[str], str], text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)
    assert "\0" not in normalize(text)
