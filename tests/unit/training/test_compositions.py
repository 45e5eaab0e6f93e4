"""New designs out of others, by what defines each."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from sevenviews.training.augmentation.compositions import BENDS, bend, joined, mirrored, repeated, thickened

SIDE = 48


def drawings(count: int = 3) -> torch.Tensor:
    return (torch.rand(count, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0)) > 0.8).float()


def test_thickening_is_the_maximum_of_nine_pixels() -> None:
    before = drawings()
    kept = before.clone()
    assert torch.equal(thickened(before), functional.max_pool2d(before, 3, 1, 1))
    assert torch.equal(thickened(-before), functional.max_pool2d(-before, 3, 1, 1))
    assert torch.equal(before, kept)


def test_a_whole_other_drawing_in_the_middle_is_the_union_of_both() -> None:
    ink, other = drawings(6)[:3], drawings(6)[3:]
    both = joined(ink, other, torch.ones(3), torch.zeros(3, 2))
    assert torch.allclose(both, torch.maximum(ink, thickened(other)), atol=1e-5)


@pytest.mark.parametrize("place", [(-0.5, 0.0), (0.4, 0.5)])
def test_the_other_drawing_stays_within_its_square(place: tuple[float, float]) -> None:
    share = 0.5
    both = joined(
        torch.zeros(1, 1, SIDE, SIDE),
        torch.ones(1, 1, SIDE, SIDE),
        torch.tensor([share]),
        torch.tensor([place]),
    )
    rows, columns = (torch.nonzero((both[0, 0] > 0.5).any(axis))[:, 0] for axis in (1, 0))
    for found, middle in ((columns, place[0]), (rows, place[1])):
        low, high = ((middle + sign * share + 1) / 2 * SIDE for sign in (-1, 1))
        assert int(found.min()) == pytest.approx(max(low, 0), abs=1)
        assert int(found.max()) + 1 == pytest.approx(min(high, SIDE), abs=1)


def test_a_mirrored_drawing_is_symmetric_and_keeps_its_ink() -> None:
    made = mirrored(drawings())
    assert torch.equal(made, made.flip(3))
    assert (made >= drawings()).all()


def test_a_pattern_repeats_the_drawing_as_often_as_told() -> None:
    made = repeated(drawings(), torch.tensor([1, 2, 3]))
    assert torch.allclose(made[0], drawings()[0])
    for one, times in zip(made[1:], (2, 3), strict=True):
        period = SIDE // times
        assert torch.equal(one[:, period:], one[:, :-period])
        assert torch.equal(one[..., period:], one[..., :-period])
    # A side that the number does not divide is filled all the same.
    assert (repeated(torch.ones(1, 1, 50, 50), torch.tensor([3])) == 1).all()


def test_strokes_of_a_pattern_stay_dark() -> None:
    line = torch.zeros(1, 1, SIDE, SIDE)
    line[:, :, :, 24] = 1
    assert repeated(line, torch.tensor([3])).amax() > 0.6


def test_a_bend_passes_through_its_points_and_is_smooth() -> None:
    points = torch.rand(2, 2, BENDS, BENDS, generator=torch.Generator().manual_seed(1)) - 0.5
    side = 3 * 30 + 1
    field = bend(points, side)
    assert field.shape == (2, side, side, 2)
    assert torch.allclose(field[:, ::30, ::30].permute(0, 3, 1, 2), points, atol=1e-5)
    assert field.diff(dim=1).abs().max() < 3 / 30
    assert not bend(torch.zeros_like(points), side).any()
    direct = functional.interpolate(points, size=(side, side), mode="bicubic", align_corners=True)
    assert torch.allclose(field.permute(0, 3, 1, 2), direct, atol=1e-5)
