"""What is said in words."""

from __future__ import annotations

import pytest
from starlette.exceptions import HTTPException

from sevenviews.console.words import BANDS, band, drawing_words, likeness, told
from sevenviews.designs import Reason, SevenviewsError, View


def test_every_score_has_words_and_better_ones_have_higher_bands() -> None:
    scores = [step / 100 for step in range(101)]
    assert {likeness(score) for score in scores} == {words for _, words in BANDS}
    assert [band(score) for score in scores] == sorted(band(score) for score in scores)
    assert (band(0), band(1)) == (1, 5)


@pytest.mark.parametrize(
    ("view", "number", "words"),
    [
        (View.FRONT, "2", "USD0909824, front view, FIG. 2"),
        (View.UNKNOWN, "", "USD0909824, view not known"),
        (View.IN_USE, "7A", "USD0909824, in use, FIG. 7A"),
    ],
)
def test_a_drawing_is_named_for_who_cannot_see_it(view: View, number: str, words: str) -> None:
    assert drawing_words("USD0909824", view, number) == words


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_told_and_kept(reason: Reason) -> None:
    one = told(SevenviewsError(reason, "more", retry_seconds=2))
    assert one.title
    assert 400 <= one.status < 600
    assert (one.reason, one.message, one.retry_seconds) == (reason, "more", 2)


def test_what_is_missing_is_no_fault_of_ours() -> None:
    assert told(HTTPException(404)).status == 404
    assert told(HTTPException(405)).title == "Method Not Allowed"
    assert told(ValueError("secret")).message == ""
