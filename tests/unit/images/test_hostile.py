"""Images made to harm: whoever decodes them lives, within bounds, and says why not."""

from __future__ import annotations

import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.images import MAX_WORKING_BYTES, working_bytes
from sevenviews.images.header import open_image
from tests.hostile import KINDS, measure, png, tiff_directories

ALLOWANCE = 1.25
"""Over what is promised: for NumPy's own, and for what the allocator has not given back yet."""

LITTER = 128 * 1024 * 1024
"""What allocators keep for later; no more of it after thousands of images than after hundreds."""


def check(count: int, seed: int) -> None:
    outcome = measure(count, seed)
    assert (outcome.exit_code, [row.kind for row in outcome.rows]) == (0, list(KINDS))
    # No library speaks past us.
    assert outcome.errors == ""
    for row in outcome.rows:
        assert row.peak_bytes < MAX_WORKING_BYTES * ALLOWANCE, row
        assert row.kept_bytes < LITTER, row
        assert set(row.outcomes) <= {
            "decoded",
            *(name for name in Reason.__members__ if name.startswith("IMAGE_")),
        }


def test_hundreds_of_hostile_images_harm_nobody() -> None:
    check(200, 15)


@pytest.mark.slow
def test_ten_thousand_hostile_images_harm_nobody() -> None:
    check(10_000, 15)


def refusal(content: bytes) -> SevenviewsError:
    with pytest.raises(SevenviewsError) as caught:
        open_image(content)
    return caught.value


def test_sixteen_bits_count_as_such() -> None:
    error = refusal(png(8192, 8192, 16, 0))
    assert error.reason is Reason.IMAGE_TOO_LARGE
    assert error.metadata == {"pixels": "67108864", "maximum": "59333333"}


@pytest.mark.parametrize(
    ("width", "height", "depth", "colour"),
    [
        (8000, 11_125, 1, 0),
        (7016, 9921, 8, 0),
        (4960, 7016, 8, 2),
        (4960, 7016, 16, 0),
    ],
    ids=["89 megapixels of a bit", "A3 at 600 dpi, grey", "A4 at 600 dpi, colours", "A4 at 600 dpi, 16 bits"],
)
def test_sheets_and_scans_are_within_bounds(width: int, height: int, depth: int, colour: int) -> None:
    assert working_bytes(png(width, height, depth, colour)) <= MAX_WORKING_BYTES


@pytest.mark.parametrize("loop", [True, False])
def test_two_directories_are_enough_to_know(loop: bool) -> None:
    assert refusal(tiff_directories(100_000, loop=loop)).reason is Reason.IMAGE_ANIMATED
    assert refusal(tiff_directories(2, loop=loop)).reason is Reason.IMAGE_ANIMATED
