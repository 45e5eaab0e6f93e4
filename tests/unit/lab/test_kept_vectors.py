"""What was described once is not described again, and never taken for something else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sevenviews.lab.collection import Collection
from sevenviews.lab.descriptors import Descriptor, Drawings, Vectors, find_descriptor
from sevenviews.lab.evaluation import evaluate_on
from sevenviews.lab.kept_vectors import KeptVectors, identity_of
from sevenviews.lab.task import read_task
from tests.models import tiny_bundle
from tests.unit.lab.drawings import article


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for sides in (3, 4, 5):
        folder = tmp_path / "corpus" / f"D{sides}"
        folder.mkdir(parents=True)
        for view, turn in (("front", 0), ("back", 5), ("left", 10)):
            article(sides, turn).save(folder / f"{view}.png")
    return tmp_path / "corpus"


class Counting(Descriptor):
    """Counts what it describes."""

    def __init__(self) -> None:
        hog = find_descriptor("hog")
        assert isinstance(hog, Descriptor)
        super().__init__("hog", hog.side, hog.describe)
        self.described = 0

    def describe(self, drawings: Drawings) -> Vectors:
        self.described += len(drawings)
        return super().describe(drawings)


def test_only_what_is_new_is_described(corpus: Path, tmp_path: Path) -> None:
    drawings = read_task(corpus).drawings
    kept, model = KeptVectors(tmp_path / "vectors"), Counting()
    # Twice the first: a drawing is its content.
    some = drawings.taken([0, 1, 2, 0])
    first = kept.described(some, "a", lambda: model)
    assert model.described == 3
    assert np.array_equal(first[0], first[3])
    told: list[int] = []
    second = KeptVectors(tmp_path / "vectors").described(drawings, "a", lambda: model, told.append)
    assert model.described == 9
    assert told[-1] == 9
    assert np.allclose(second, drawings.described(model), atol=1e-6)
    assert np.array_equal(second[:3], first[:3])
    model.described = 0
    kept.described(drawings, "b", lambda: model)
    assert model.described == 9
    with pytest.raises(ValueError, match="no drawing"):
        kept.described(Collection(), "c", lambda: model)


def test_an_identity_is_of_contents(tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "one")
    moved = bundle.rename(tmp_path / "other")
    assert identity_of(str(moved)) == identity_of(str(tiny_bundle(tmp_path / "one")))
    names = ["default", str(moved), "hog", "lbp", "pca:hog", "sift-fv"]
    assert len({identity_of(name) for name in names}) == len(names)
    assert identity_of("pca:hog", ["a"]) != identity_of("pca:hog", ["b"])


def test_the_figures_are_the_same_again(corpus: Path, tmp_path: Path) -> None:
    task, kept = read_task(corpus), KeptVectors(tmp_path / "vectors")
    for model in ("hog", "pca:hog"):
        plain, first, again = (evaluate_on(task, model, kept=one) for one in (None, kept, kept))
        assert np.allclose(plain.vectors, first.vectors, atol=1e-6)
        assert np.array_equal(first.vectors, again.vectors)
        assert plain.identity == again.identity
