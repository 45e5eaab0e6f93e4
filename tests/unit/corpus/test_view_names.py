"""The view that a description names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.corpus.view_names import sides_of, view_of
from sevenviews.designs import View

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
)


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("perspective view of a microphone", View.PERSPECTIVE),
        ("front and left perspective view of a fascia", View.PERSPECTIVE),
        ("isometric view thereof", View.PERSPECTIVE),
        ("front elevational of the game housing", View.FRONT),
        ("front thereof", View.FRONT),
        ("from view of a display screen", View.FRONT),
        ("top of the tool handle", View.TOP),
        ("plan view of quilted fabric", View.TOP),
        ("bottom plan view thereof", View.BOTTOM),
        ("right elevational side view of the bottle", View.RIGHT),
        ("left side edge view thereof", View.LEFT),
        ("side view of a shoe", View.OTHER),
        ("opposite side view thereof", View.OTHER),
        ("top view perspective view thereof", View.TOP),
        ("perspective exploded view", View.EXPLODED),
        ("exploded perspective view", View.EXPLODED),
        ("cross-sectional view taken along line 8-8 of FIG. 2", View.SECTION),
        ("view taken along line 3-3 of FIG. 1", View.SECTION),
        ("enlarged partial perspective view", View.DETAIL),
        ("enlarged view of portion 4 of FIG. 1", View.DETAIL),
        ("perspective view, shown in an environment", View.IN_USE),
        ("perspective view of a bag, shown in use", View.IN_USE),
        ("second image thereof", View.UNKNOWN),
        # What follows the sentence is about the broken lines.
        ("front view of a chair. The broken lines show portions of the environment", View.FRONT),
    ],
)
def test_names_the_view(text: str, view: View) -> None:
    assert view_of(text) is view


@given(
    st.sampled_from(sorted(_SIDES)),
    st.sampled_from(["", " side", " elevation", " plan"]),
    st.sampled_from(_ARTICLES),
)
def test_the_article_does_not_change_the_view(side: str, kind: str, article: str) -> None:
    assert view_of(f"{side}{kind} view of a {article}") is _SIDES[side]
    assert view_of(f"{side} perspective view of a {article}") is View.PERSPECTIVE


@given(st.lists(st.sampled_from(sorted(_SIDES)), min_size=1, max_size=4))
def test_sides_keep_their_order(sides: list[str]) -> None:
    assert sides_of(f"{' and '.join(sides)} side views of a top hat") == [_SIDES[side] for side in sides]
