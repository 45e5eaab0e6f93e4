"""Designs: the same by seed, various by index, and consistent over their views."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sevenviews.designs import STANDARD_VIEWS, Reason, SevenviewsError, View
from sevenviews.synthetic import SyntheticDesign, design, render
from sevenviews.synthetic.article import Kind
from sevenviews.synthetic.articles import KINDS
from sevenviews.synthetic.articles.chairs import CHAIR_KINDS
from sevenviews.synthetic.camera import camera
from sevenviews.synthetic.designs import design_of_kind, kind_of
from sevenviews.synthetic.mesh import signed_volume
from sevenviews.synthetic.raster import rasterize
from sevenviews.synthetic.style import DrawingStyle, Shading
from tests.unit.synthetic.scenes import ink_box, open_edges

ROUND = range(len(KINDS))
"""The indices of the first round: one design of each kind."""

PLAIN = DrawingStyle()


def test_the_same_seed_and_index_make_the_same_drawing() -> None:
    first, second = render(design(3, 7), View.PERSPECTIVE), render(design(3, 7), View.PERSPECTIVE)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, render(design(4, 7), View.PERSPECTIVE))


def test_a_round_has_every_kind_once() -> None:
    for seed in (0, 1):
        assert sorted(kind_of(seed, index).name for index in ROUND) == sorted(kind.name for kind in KINDS)


def test_classes_are_those_of_the_fifteenth_edition(shared_data: Path) -> None:
    table = json.loads((shared_data / "locarno" / "locarno15.json").read_text(encoding="utf-8"))
    codes = {subclass["code"] for subclass in table["subclasses"]}
    for index in range(4 * len(KINDS)):
        assert {str(locarno) for locarno in design(1, index).locarno} <= codes


def test_some_designs_have_several_classes_and_some_unclaimed_parts() -> None:
    designs = [design(2, index) for index in range(4 * len(KINDS))]
    assert 0.03 < np.mean([len(item.locarno) > 1 for item in designs]) < 0.4
    assert 0.2 < np.mean([bool(item.unclaimed) for item in designs]) < 0.5
    assert all(item.parts[0].claimed for item in designs)


@pytest.mark.parametrize("kind", [*KINDS, *CHAIR_KINDS], ids=lambda kind: kind.name)
def test_every_kind_is_closed_solids_turned_outward(kind: Kind) -> None:
    for part in [part for index in range(4) for part in design_of_kind(kind, 5, index).parts]:
        for solid in part.solids:
            assert open_edges(solid) == 0, part.name
            assert signed_volume(solid) >= 0, part.name


@pytest.mark.parametrize("index", ROUND)
def test_opposite_views_have_mirrored_outlines(index: int) -> None:
    item = design(6, index)
    front, back = _silhouette(item, View.FRONT), _silhouette(item, View.BACK)
    left, right = _silhouette(item, View.LEFT), _silhouette(item, View.RIGHT)
    top, bottom = _silhouette(item, View.TOP), _silhouette(item, View.BOTTOM)
    for here, there in ((front, back[:, ::-1]), (left, right[:, ::-1]), (top, bottom[::-1])):
        assert (here & there).sum() > 0.97 * (here | there).sum()


def test_views_agree_about_width_depth_and_height() -> None:
    scene = design(6, 0).scene
    width, depth, height = np.ptp(scene.vertices, axis=0)
    expected = {View.FRONT: (width, height), View.RIGHT: (depth, height), View.TOP: (width, depth)}
    for view, (across, up) in expected.items():
        seen = scene.vertices @ camera(view)[:2].T
        assert np.ptp(seen, axis=0) == pytest.approx([across, up])


@pytest.mark.parametrize("view", STANDARD_VIEWS)
def test_a_drawing_is_ink_on_paper_within_its_margin(view: View) -> None:
    for index in range(0, len(KINDS), 5):
        image = render(design(8, index), view, 256)
        assert image.shape == (256, 256)
        assert image.dtype == np.uint8
        assert set(np.unique(image)) == {0, 255}
        assert 200 < max(ink_box(image)) < 256


def test_two_designs_of_a_kind_differ() -> None:
    """Their outlines in perspective, scaled to the same box, overlap far less than those of one design do."""
    overlaps = []
    for kind in KINDS:
        same_kind = [index for index in range(3 * len(KINDS)) if kind_of(9, index).name == kind.name]
        first, second, _ = (_silhouette(design(9, index), View.PERSPECTIVE) for index in same_kind)
        overlaps.append((first & second).sum() / (first | second).sum())
    assert np.median(overlaps) < 0.8
    assert max(overlaps) < 0.99


def test_wider_strokes_give_more_ink() -> None:
    item = design(10, 3)
    ink = [
        (render(item, View.FRONT, 512, replace(PLAIN, stroke_width=width)) == 0).sum() for width in (1, 2, 4)
    ]
    assert ink[0] < 0.7 * ink[1] < 0.5 * ink[2]


@pytest.mark.parametrize("kind", [Shading.HATCHED, Shading.STIPPLED])
def test_shading_adds_ink_and_takes_none_away(kind: Shading) -> None:
    item = next(item for item in (design(11, i) for i in ROUND) if item.kind == "vase")
    plain = render(item, View.PERSPECTIVE, 512, PLAIN)
    shaded = render(item, View.PERSPECTIVE, 512, replace(PLAIN, shading=kind))
    assert ((plain == 0) <= (shaded == 0)).all()
    assert (shaded == 0).sum() > 1.1 * (plain == 0).sum()


def test_unclaimed_parts_are_drawn_with_broken_lines() -> None:
    item = next(item for item in (design(12, i) for i in range(200)) if item.unclaimed)
    claimed = replace(item, parts=tuple(replace(part, claimed=True) for part in item.parts))
    broken, whole = (render(each, View.PERSPECTIVE, 512, PLAIN) == 0 for each in (item, claimed))
    assert broken.sum() < whole.sum()


def test_another_view_is_refused() -> None:
    with pytest.raises(SevenviewsError, match="section") as caught:
        render(design(0, 0), View.SECTION)
    assert caught.value.reason is Reason.FIELD_OUT_OF_RANGE


def _silhouette(item: SyntheticDesign, view: View, size: int = 160) -> NDArray[np.bool_]:
    """Where the article covers the paper, filling it."""
    seen = item.scene.vertices @ camera(view, item.perspective).T
    low, high = seen.min(axis=0), seen.max(axis=0)
    points = (seen - (low + high) / 2) * (size - 10) / max((high - low)[:2].max(), 1e-9)
    centred = points * np.array([1.0, -1.0, 1.0]) + np.array([size / 2, size / 2, 0.0])
    covered: NDArray[np.bool_] = rasterize(centred, item.scene.faces, size, size).face >= 0
    return covered
