"""The view that a description names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.corpus.view_names import opposite_of, view_of, views_of
from sevenviews.designs import View
from tests.unit.corpus.truth_tables import view_phrases

_SIDES = {
    "front": View.FRONT,
    "rear": View.BACK,
    "back": View.BACK,
    "left": View.LEFT,
    "right": View.RIGHT,
    "top": View.TOP,
    "bottom": View.BOTTOM,
}
# Articles whose names sound like views.
_ARTICLES = (
    "front fascia",
    "top hat",
    "sectional sofa",
    "bottom bracket",
    "right-angle drive",
    "detail brush",
    "rear view mirror",
    "left-hand glove",
)


@pytest.mark.parametrize("view", list(View))
def test_names_the_view(view: View) -> None:
    phrases = view_phrases()[view]
    assert {phrase: view_of(phrase) for phrase in phrases} == dict.fromkeys(phrases, view)


@given(
    st.sampled_from(sorted(_SIDES)),
    st.sampled_from(["", " side", " elevation", " plan"]),
    st.sampled_from(_ARTICLES),
)
def test_the_article_does_not_change_the_view(side: str, kind: str, article: str) -> None:
    assert view_of(f"{side}{kind} view of a {article}") is _SIDES[side]
    assert view_of(f"{side} perspective view of a {article}") is View.PERSPECTIVE
    assert view_of(f"view of the {side} of a {article}") is _SIDES[side]


@given(
    st.sampled_from(sorted(_SIDES)),
    st.sampled_from(
        [
            "{} view, the {} view being a mirror image",
            "{} side elevational view thereof; the {} side is a mirror image",
            "{} view (the {} view is identical thereto)",
            "view of the {} side, the {} side being the same",
        ]
    ),
    st.sampled_from(sorted(_SIDES)),
)
def test_a_view_that_is_not_drawn_does_not_count(side: str, form: str, other: str) -> None:
    assert view_of(form.format(side, other)) is _SIDES[side]


@given(st.lists(st.sampled_from(sorted(_SIDES)), min_size=2, max_size=7))
def test_several_figures_share_a_sentence(sides: list[str]) -> None:
    views = [_SIDES[side] for side in sides]
    listed = f"{', '.join(sides[:-1])} and {sides[-1]}"
    assert views_of(f"{listed} side views of a top hat", [len(sides)]) == views
    assert views_of(f"respectively {listed} views of a top hat", [1] * len(sides)) == views
    assert views_of(f"views of the {listed} thereof, respectively", [len(sides)]) == views
    assert views_of(f"{listed} views of both embodiments", [len(sides), len(sides)]) == views * 2
    assert set(views_of(f"{listed} perspective views", [len(sides)])) == {View.PERSPECTIVE}


@pytest.mark.parametrize("view", list(View))
def test_opposite_of_the_opposite(view: View) -> None:
    assert opposite_of(opposite_of(view)) in {view, View.OTHER}


@given(st.text(max_size=60))
def test_any_text_has_a_view_or_none(text: str) -> None:
    assert view_of(text) in set(View)
    assert len(views_of(text, [3, 1])) == 4
