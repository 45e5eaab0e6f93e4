"""Every change that augmentation makes, by the property that defines it."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest
import torch
from torch import Tensor

from sevenviews.training.augmentation import augment, change, draw_changes
from sevenviews.training.config import AugmentationConfig

SIDE = 96


def only(**settings: Any) -> AugmentationConfig:
    """One change alone."""
    off: dict[str, Any] = {
        "rotation_degrees": 0,
        "scale": 0,
        "shift": 0,
        "flip": 0,
        "thicken": 0,
        "dash": 0,
        "erase": 0,
        "blur": 0,
        "faint": 0,
        "hatch": 0,
        "stipple": 0,
        "tone": 0,
        "join": 0,
        "symmetric": 0,
        "repeat": 0,
        "bend": 0,
    }
    return AugmentationConfig.model_validate({**off, **settings})


def crosses() -> tuple[Tensor, Tensor]:
    """Six crosses of two designs, with one longer arm."""
    paper = torch.full((6, 1, SIDE, SIDE), 255, dtype=torch.uint8)
    paper[:, :, 12:76, 46:50] = 0
    paper[:, :, 46:50, 20:76] = 0
    return paper, torch.tensor([0, 0, 0, 1, 1, 1])


def changed(seed: int = 0, side: int = SIDE, **settings: Any) -> Tensor:
    paper, designs = crosses()
    return augment(paper, designs, side, only(**settings), torch.Generator().manual_seed(seed))


def ink(paper: Tensor) -> Tensor:
    return (255 - paper.float()).sum((1, 2, 3)) / 255


def test_augmentation_is_decided_by_its_generator() -> None:
    paper, designs = crosses()
    config = AugmentationConfig(thin=0.3, crop=0.5, quarter_turn=0.5)
    made = [augment(paper, designs, 64, config, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert made[0].shape == (6, 1, 64, 64)
    assert made[0].dtype == torch.uint8
    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])


def test_workers_change_their_shares_as_one_changes_all() -> None:
    paper, designs = crosses()
    config = AugmentationConfig(thin=0.3, crop=0.5, quarter_turn=0.5)
    changes = draw_changes(designs, config, torch.Generator().manual_seed(3))
    shares = [change(paper[rows], changes.of(rows), 64) for rows in (slice(0, 2), slice(2, 6))]
    assert torch.equal(torch.cat(shares), change(paper, changes, 64))


def test_without_augmentation_a_drawing_is_only_resized() -> None:
    assert (changed().int() - crosses()[0].int()).abs().max() <= 1


@pytest.mark.parametrize(
    "name",
    ["thicken", "thin", "dash", "blur", "hatch", "stipple", "tone", "join", "symmetric", "repeat"],
)
def test_drawings_of_one_design_share_their_hand(name: str) -> None:
    seen = set()
    for seed in range(32):
        _, designs = crosses()
        changes = draw_changes(designs, only(**{name: 0.5}), torch.Generator().manual_seed(seed))
        chosen = getattr(changes, name)
        assert len(set(chosen[:3].tolist())) == len(set(chosen[3:].tolist())) == 1
        seen.add((bool(chosen[0]), bool(chosen[3])))
    assert len(seen) == 4  # either, for either design on its own


def test_a_hand_for_good_is_the_same_in_every_batch() -> None:
    designs = torch.tensor([5, 5, 9, 12])
    names = ("thicken", "hatch", "strength", "hatching", "density")

    def hands(seed: int, of: Tensor, **settings: Any) -> dict[str, Tensor]:
        config = AugmentationConfig(hatch=0.5, faint=0.5, **settings)
        changes = draw_changes(of, config, torch.Generator().manual_seed(seed))
        return {name: getattr(changes, name) for name in names}

    first = hands(1, designs, hand="design")
    again = hands(2, designs.flip(0), hand="design")
    assert all(torch.equal(first[name], again[name].flip(0)) for name in names)
    assert not torch.equal(first["hatching"][0], first["hatching"][2])
    one, other = (hands(seed, designs)["hatching"] for seed in (1, 2))
    assert not torch.equal(one, other)


def test_another_hand_changes_the_pen_and_not_the_design() -> None:
    designs = torch.zeros(200, dtype=torch.long)
    config = only(thicken=0.5, hatch=0.5, join=0.5, symmetric=0.5, repeat=0.5, bend=0.2, other_hand=1)
    changes = draw_changes(designs, config, torch.Generator().manual_seed(0))
    for name in ("thicken", "hatch"):
        assert 60 < int(getattr(changes, name).sum()) < 140
    assert len(changes.hatching[:, 0].unique()) > 100  # type: ignore[no-untyped-call]
    for name in ("join", "symmetric", "repeat", "times", "share", "bends"):
        assert (getattr(changes, name) == getattr(changes, name)[:1]).all()


@pytest.mark.parametrize("hand", ["batch", "design"])
def test_the_drawings_in_no_other_hand_keep_their_designs(hand: str) -> None:
    designs = torch.zeros(400, dtype=torch.long)
    config = only(hatch=0.5, other_hand=0.4, hand=hand)
    angles = draw_changes(designs, config, torch.Generator().manual_seed(0)).hatching[:, 0]
    shared = int((angles == angles.mode().values).sum())
    assert 200 < shared < 280  # 0.6 of 400, by five standard deviations
    assert len(angles.unique()) > 400 - shared  # type: ignore[no-untyped-call]


def test_thick_strokes_grow_by_up_to_so_many_pixels() -> None:
    paper = torch.full((400, 1, SIDE, SIDE), 255, dtype=torch.uint8)
    paper[:, :, 20:76, 48] = 0
    made = augment(
        paper, torch.arange(400), SIDE, only(thicken=1, thickest=3), torch.Generator().manual_seed(0)
    )
    widths = (made[:, 0, 48] < 128).sum(1)
    counts = {int(width): int((widths == width).sum()) for width in widths.unique()}  # type: ignore[no-untyped-call]
    assert set(counts) == {3, 5, 7}
    assert min(counts.values()) > 90


def framed() -> Tensor:
    """Six empty squares, with paper around them."""
    paper = torch.full((6, 1, SIDE, SIDE), 255, dtype=torch.uint8)
    paper[:, :, 16:80, 16:80] = 0
    paper[:, :, 18:78, 18:78] = 255
    return paper


@pytest.mark.parametrize("name", ["hatch", "stipple"])
def test_shading_lies_between_strokes_on_some_surfaces(name: str) -> None:
    before = framed()
    made = augment(before, torch.arange(6), SIDE, only(**{name: 1}), torch.Generator().manual_seed(0))
    outside = torch.ones(SIDE, SIDE, dtype=torch.bool)
    outside[16:80, 16:80] = False
    assert (made.int() - before.int())[..., outside].abs().max() <= 1
    shaded = (made[:, 0, 18:78, 18:78] < 128).float().mean((1, 2))
    assert ((shaded > 0.01) & (shaded < 0.4)).all()
    # Those of one design are shaded by one hand, each in places of its own.
    of_one = augment(before, torch.zeros(6), SIDE, only(**{name: 1}), torch.Generator().manual_seed(0))
    assert not torch.equal(of_one[0], of_one[1])


def test_hatching_is_parallel_lines_at_their_pitch() -> None:
    changes = draw_changes(torch.arange(6), only(hatch=1), torch.Generator().manual_seed(0))
    upright = torch.tensor([[0.0, 6.0]]).expand(6, 2)
    all_over = dataclasses.replace(changes, hatching=upright, shaded=torch.ones(6, 4, 4))
    row = change(framed(), all_over, SIDE)[0, 0, 48, 18:78] < 128
    lines = torch.nonzero(row.int().diff() == 1)[:, 0]
    assert set(lines.diff().tolist()) == {6}


def test_a_tone_fills_surfaces_evenly_and_darkens_no_stroke() -> None:
    changes = draw_changes(torch.arange(6), only(tone=1), torch.Generator().manual_seed(0))
    filled = dataclasses.replace(changes, shaded=torch.ones(6, 4, 4), shade=torch.full((6,), 0.4))
    made = change(framed(), filled, SIDE)
    assert (made[:, :, 18:78, 18:78] == round(0.6 * 255)).all()
    outside = torch.ones(SIDE, SIDE, dtype=torch.bool)
    outside[18:78, 18:78] = False
    assert (made.int() - framed().int())[..., outside].abs().max() <= 1


def test_a_design_is_joined_to_another_where_there_is_one() -> None:
    before, designs = crosses()
    changes = draw_changes(designs, only(join=1), torch.Generator().manual_seed(0))
    assert (change(before, changes, SIDE).int() - before.int()).abs().max() <= 1
    others = framed()
    both = change(before, changes, SIDE, others)
    assert (both.int() <= before.int() + 1).all()
    assert (ink(both) > ink(before) + 20).all()
    # The other one takes its share of the side, in a place of this drawing's own.
    alone = change(
        torch.full_like(before, 255), dataclasses.replace(changes, place=torch.zeros(6, 2)), SIDE, others
    )
    for one, share in zip(alone[:, 0] < 128, changes.share, strict=True):
        rows = torch.nonzero(one.any(1))[:, 0]
        assert int(rows.max() - rows.min()) + 1 == pytest.approx(float(share) * 66, abs=3)


def test_all_drawings_of_a_design_are_bent_alike() -> None:
    _, designs = crosses()
    changes = draw_changes(designs, only(bend=0.2), torch.Generator().manual_seed(0))
    assert changes.bends.abs().max() <= 0.2
    assert torch.equal(changes.bends[0], changes.bends[2])
    assert not torch.equal(changes.bends[0], changes.bends[3])
    bent = changed(bend=0.2)
    assert torch.equal(bent[0], bent[2])
    assert (bent.int() - crosses()[0].int()).abs().float().mean((1, 2, 3)).min() > 1


def test_faint_strokes_keep_their_form_and_lose_their_black() -> None:
    before = ink(crosses()[0])
    kept = ink(changed(faint=1)) / before
    assert ((kept > 0.18) & (kept < 1)).all()
    assert kept[:3].std() < 0.01  # one design, one pencil
    assert len(set(kept.mul(100).int().tolist())) == 2


def test_thicker_strokes_contain_the_drawing_and_grow_by_a_pixel_on_either_side() -> None:
    thick = changed(thicken=1)
    assert (thick <= crosses()[0]).all()
    assert ((thick[0, 0, 20] < 128).sum()) == 4 + 2


def test_thinner_strokes_are_within_the_drawing_and_do_not_vanish() -> None:
    thin = changed(thin=1)
    before = crosses()[0]
    assert (thin >= before).all()
    assert (ink(thin) < ink(before)).all()
    # What was ink keeps at least half of its darkness.
    assert (thin[before == 0] <= 128).all()


def test_dashes_only_take_away_and_cut_the_lines() -> None:
    dashed = changed(dash=1)
    before = crosses()[0]
    assert (dashed >= before).all()
    share = ink(dashed) / ink(before)
    assert ((share > 0.2) & (share < 0.8)).all()
    column = (dashed[0, 0, 12:76, 46:50] < 128).any(1).int()
    assert (column.diff() == -1).sum() >= 2  # more than one gap


def test_erasing_whitens_one_rectangle() -> None:
    paper = torch.zeros(6, 1, SIDE, SIDE, dtype=torch.uint8)
    made = augment(paper, torch.arange(6), SIDE, only(erase=1), torch.Generator().manual_seed(0))
    for one in made[:, 0] == 255:
        rows, columns = one.any(1), one.any(0)
        assert torch.equal(one, rows[:, None] & columns[None, :])
        for extent in (rows.sum().item(), columns.sum().item()):
            assert 0.1 * SIDE - 1 <= extent <= 0.35 * SIDE + 1


def test_blur_keeps_the_ink_and_softens_its_edge() -> None:
    blurred = changed(blur=1)
    before = crosses()[0]
    assert torch.allclose(ink(blurred), ink(before), rtol=0.01)
    grey = (blurred > 0) & (blurred < 255)
    assert grey.any()
    assert not ((before > 0) & (before < 255)).any()


def test_a_flip_is_a_mirror() -> None:
    paper = torch.randint(0, 256, (6, 1, SIDE, SIDE), dtype=torch.uint8)
    made = augment(paper, torch.arange(6), SIDE, only(flip=1), torch.Generator().manual_seed(0))
    assert (made.int() - paper.flip(3).int()).abs().max() <= 2


def test_quarter_turns_are_exact() -> None:
    paper = torch.randint(0, 256, (32, 1, SIDE, SIDE), dtype=torch.uint8)
    config = only(quarter_turn=1)
    made = augment(paper, torch.arange(32), SIDE, config, torch.Generator().manual_seed(0))
    found = set()
    for one, before in zip(made, paper, strict=True):
        distances = [(torch.rot90(before, k, (1, 2)).int() - one.int()).abs().max().item() for k in range(4)]
        turns = min(range(4), key=distances.__getitem__)
        assert distances[turns] <= 2
        found.add(turns)
    assert found == {1, 2, 3}


def test_rotations_stay_within_their_bound_and_keep_the_middle() -> None:
    _, designs = crosses()
    changes = draw_changes(designs.repeat(50), only(rotation_degrees=20), torch.Generator().manual_seed(0))
    degrees = changes.rotation * 180 / math.pi
    assert degrees.abs().max() <= 20
    assert degrees.std() == pytest.approx(20 / math.sqrt(3), rel=0.1)
    assert (changed(rotation_degrees=20)[:, 0, SIDE // 2, SIDE // 2] < 64).all()


def test_a_crop_shows_a_part_of_the_drawing_that_fills_the_square() -> None:
    paper = torch.full((8, 1, SIDE, SIDE), 255, dtype=torch.uint8)
    paper[:, :, ::12, :] = 0  # ink all over
    paper[:, :, :, ::12] = 0
    made = augment(
        paper, torch.arange(8), SIDE, only(crop=1, crop_least=0.5), torch.Generator().manual_seed(1)
    )
    for one in made[:, 0] < 128:
        rows, columns = torch.nonzero(one.any(1))[:, 0], torch.nonzero(one.any(0))[:, 0]
        longer = max(int(rows.max() - rows.min()), int(columns.max() - columns.min())) + 1
        # The content with a margin of 4 % on either side.
        assert longer == pytest.approx(SIDE / 1.08, abs=3)
        # A part only: the meshes are wider than they were.
        assert one.float().mean() < 0.9 * (paper[0] < 128).float().mean()


def test_a_crop_without_ink_stays_blank() -> None:
    blank = torch.full((4, 1, SIDE, SIDE), 255, dtype=torch.uint8)
    made = augment(blank, torch.arange(4), SIDE, only(crop=1), torch.Generator().manual_seed(1))
    assert torch.equal(made, blank)
