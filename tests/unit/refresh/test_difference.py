"""What a release lacks."""

from __future__ import annotations

from sevenviews.designs import Drawing, Patent, View, content_key, key_of_digest
from sevenviews.refresh.difference import is_current, portions

PATENT = Patent(
    "USD0000001",
    drawings=(
        Drawing("USD0000001-D00001-01", 1, view=View.FRONT, content_digest="a" * 64),
        Drawing("USD0000001-D00002-01", 2, view=View.BACK, content_digest="b" * 64),
    ),
)
KEYS = {"USD0000001-D00001-01": "a" * 16, "USD0000001-D00002-01": "b" * 16}


def test_only_vectors_of_the_present_images_are_current() -> None:
    assert is_current(PATENT, KEYS)
    assert not is_current(PATENT, {})
    assert not is_current(PATENT, {**KEYS, "USD0000001-D00002-01": "c" * 16})
    # A vector of unknown origin may be of an earlier image.
    assert not is_current(PATENT, {**KEYS, "USD0000001-D00002-01": ""})
    assert not is_current(PATENT, {**KEYS, "USD0000001-D00003-01": "c" * 16})


def test_the_key_of_an_image_is_that_of_its_digest() -> None:
    # SHA-256 of nothing.
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert content_key(b"") == key_of_digest(digest) == "e3b0c44298fc1c14"


def test_portions_lose_nothing() -> None:
    assert list(portions(iter("abcdefg"), 3)) == [list("abc"), list("def"), ["g"]]
    assert list(portions([], 3)) == []
