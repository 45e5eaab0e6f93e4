"""Families of stored designs: found, counted, represented, and refused."""

from __future__ import annotations

import numpy as np
import pytest

from sevenviews.designs import View
from sevenviews.lab.multiview.families import (
    METHODS,
    StoredDrawing,
    by_view,
    count_families,
    find_families,
)
from sevenviews.lab.multiview.scores import purity
from tests.unit.lab.multiview.samples import Floats

VIEWS = (View.FRONT, View.LEFT, View.TOP)


def unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True))


def stored(families: int = 3, each: int = 8, noise: float = 0.15) -> list[StoredDrawing]:
    """Designs "0-0" to "2-7": a family's drawings of a view lie near a direction of their own."""
    generator = np.random.default_rng(0)
    centres = unit(generator.standard_normal((families, len(VIEWS), 16)))
    return [
        StoredDrawing(
            f"{family}-{member}", view, unit(centres[family, v] + noise * generator.standard_normal(16))
        )
        for family in range(families)
        for member in range(each)
        for v, view in enumerate(VIEWS)
        if v == member % 3 or generator.random() < 0.6
    ]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("families", [3, None])
def test_families_are_found(method: str, families: int | None) -> None:
    found = find_families(stored(), families, method)  # type: ignore[arg-type]
    members = [(number, member) for number, family in enumerate(found) for member in family.members]
    assert len(members) == len({member for _, member in members}) == 24
    right = purity([member.split("-")[0] for _, member in members], [number for number, _ in members])
    assert len(found) == 3
    # The mean of a design's drawings depends on which views it shows; methods of all views do not confuse them.
    assert right >= (0.9 if method == "spectral" else 1.0)
    assert all(0.3 < family.cohesion < 1.0 for family in found)


def test_the_most_typical_member_comes_first() -> None:
    drawings = stored(each=5)
    means = {
        name: unit(np.sum([d.vector for d in drawings if d.design_id == name], axis=0))
        for name in {d.design_id for d in drawings}
    }
    for family in find_families(drawings, 3):
        total = {
            name: sum(float(means[name] @ means[other]) for other in family.members)
            for name in family.members
        }
        assert family.representative == max(total, key=total.__getitem__)
        pairs = [means[a] @ means[b] for a in family.members for b in family.members if a != b]
        assert family.cohesion == pytest.approx(float(np.mean(pairs)))


def test_rare_and_unknown_views_count_in_the_mean_only() -> None:
    axes = np.eye(4)
    drawings = [
        StoredDrawing("a", View.FRONT, axes[0]),
        StoredDrawing("a", View.FRONT, axes[1]),
        StoredDrawing("b", View.FRONT, axes[0]),
        StoredDrawing("b", View.BOTTOM, axes[2]),
        StoredDrawing("c", View.UNKNOWN, axes[3]),
    ]
    found = by_view(drawings, 2)
    assert found.design_ids == ("a", "b", "c")
    assert found.names == ("all drawings", "front")
    np.testing.assert_array_equal(found.present, [[1, 1], [1, 1], [1, 0]])
    np.testing.assert_allclose(found.views[1][0], unit(axes[0] + axes[1]))
    np.testing.assert_allclose(found.views[0][1], unit(axes[0] + axes[2]))
    np.testing.assert_allclose(found.views[0][2], axes[3])


@pytest.mark.parametrize("families", [2, 4, 6])
def test_the_eigengap_counts_separate_groups(families: int) -> None:
    generator = np.random.default_rng(1)
    centres = 10 * np.eye(families, 8)
    rows = np.repeat(centres, 12, axis=0) + generator.standard_normal((12 * families, 8))
    assert count_families(rows) == families


def test_two_designs_are_two_families() -> None:
    found = find_families(
        [StoredDrawing("a", View.FRONT, np.eye(3)[0]), StoredDrawing("b", View.TOP, np.eye(3)[1])]
    )
    assert [family.members for family in found] == [("a",), ("b",)]
    assert found[0].cohesion == 1.0


def test_too_little_is_refused() -> None:
    drawings = stored()
    with pytest.raises(ValueError, match="two designs are needed"):
        find_families([drawings[0]])
    with pytest.raises(ValueError, match="two designs are needed"):
        find_families([])
    with pytest.raises(ValueError, match="30 clusters cannot be found in 24 samples"):
        find_families(drawings, 30)
    with pytest.raises(ValueError, match="n_clusters: 1"):
        find_families(drawings, 1)
    with pytest.raises(ValueError, match="method"):
        find_families(drawings, 3, "apmc")  # type: ignore[arg-type]
