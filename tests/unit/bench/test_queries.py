"""Every query is new, and still the same drawing."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from sevenviews.bench.queries import FreshQueries
from sevenviews.client import QueryImage
from sevenviews.designs import View
from sevenviews.encoder.images import content_box, decode


def _drawing(view: View, side: int = 64) -> QueryImage:
    pixels = np.full((side, side), 255, np.uint8)
    pixels[10:50, [12, 40]] = 0
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, "PNG")
    return QueryImage(encoded.getvalue(), view)


def test_no_two_queries_have_the_same_bytes() -> None:
    originals = [_drawing(View.FRONT), _drawing(View.TOP)]
    taken = FreshQueries(originals, seed=1).take(100)
    assert len({query.content for query in taken} | {one.content for one in originals}) == 102 - 1


def test_originals_come_in_turn_with_their_views() -> None:
    queries = FreshQueries([_drawing(View.FRONT), _drawing(View.TOP)], seed=1)
    assert [query.view for query in (*queries.take(1), *queries.take(2))] == [
        View.FRONT,
        View.TOP,
        View.FRONT,
    ]


def test_a_copy_keeps_size_and_extent_and_all_ink() -> None:
    original = _drawing(View.FRONT)
    (copy,) = FreshQueries([original], seed=1).take(1)
    before, after = decode(original.content), decode(copy.content)
    assert (after.size, content_box(after)) == (before.size, content_box(before))
    added = np.asarray(before).astype(int) - np.asarray(after)
    assert added.min() == 0
    assert 0 < np.count_nonzero(added) <= 16


def test_the_seed_decides() -> None:
    first, same, other = (FreshQueries([_drawing(View.FRONT)], seed).take(3) for seed in (1, 1, 2))
    assert first == same
    assert first != other


def test_there_must_be_something_to_copy() -> None:
    with pytest.raises(ValueError, match="no drawing"):
        FreshQueries([], seed=0)
