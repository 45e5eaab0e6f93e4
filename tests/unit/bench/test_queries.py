"""What the benchmarks search with."""

from __future__ import annotations

import numpy as np

from sevenviews.bench.queries import Queries
from sevenviews.encoder import preprocess
from sevenviews.images import decode
from tests.unit.encoder.test_images import drawing, encoded


def test_no_two_queries_are_the_same_image_but_all_of_one_size() -> None:
    image = encoded(drawing(), "PNG")
    taken = Queries([image]).take(5)
    assert len({image, *taken}) == 6
    before = preprocess(decode(image), 64).astype(int)
    for one in taken:
        after = preprocess(decode(one), 64).astype(int)
        # The crop is the same: a few grains are all that changed.
        assert np.mean(np.abs(after - before) > 32) < 0.02
