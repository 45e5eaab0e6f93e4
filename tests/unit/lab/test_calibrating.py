"""A calibration says what the cosines of a model mean, whatever these are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from sevenviews.designs import PACKAGED, Calibration
from sevenviews.encoder.bundle import CALIBRATION_FILE, load_bundle
from sevenviews.encoder.store import default_bundle_path, earlier_bundle_paths
from sevenviews.lab.calibrating import LEAST_REACHED, calibrated, fitted
from sevenviews.lab.collection import Collection
from sevenviews.lab.descriptors.network import bundle_descriptor
from tests.models import tiny_bundle
from tests.unit.refresh.catalogue import image as drawn

CLASSES = 10


def model(spread: float, seed: int = 0) -> tuple[npt.NDArray[np.float32], list[str], dict[str, list[str]]]:
    """Two drawings of each of 120 patents: near the direction of its class, and all near one direction."""
    chance = np.random.default_rng(seed)
    patents = [f"D{number:03d}" for number in range(120) for _ in range(2)]
    classes = {one: [f"{int(one[1:]) % CLASSES:02d}-01"] for one in patents}
    centres = np.eye(64)[:CLASSES]
    of_class = centres[[int(one[1:]) % CLASSES for one in patents]]
    vectors = 1 / spread + of_class + chance.normal(0, 0.15, (len(patents), 64))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), patents, classes


def test_the_level_is_what_the_best_drawing_of_another_patent_reaches() -> None:
    vectors, patents, classes = model(8)
    found = fitted(vectors, patents, classes, PACKAGED)
    asking = vectors[::2]
    best = (asking @ vectors.T).reshape(len(asking), -1, 2).max(2)
    assert found.level == pytest.approx(float(np.median(best[~np.eye(len(asking), dtype=bool)])), abs=1e-6)


def test_the_vote_is_fitted_to_each_model() -> None:
    """A model whose cosines lie closer together needs a smaller temperature, and a higher level."""
    wide, narrow = (fitted(*model(spread), PACKAGED) for spread in (8, 3))
    assert narrow.temperature < wide.temperature < PACKAGED.temperature
    assert narrow.level > wide.level
    assert wide.neighbours == PACKAGED.neighbours


def test_the_order_of_the_drawings_decides_nothing() -> None:
    vectors, patents, classes = model(8)
    turned = np.argsort([place % 2 for place in range(len(patents))], kind="stable")
    found = fitted(vectors[turned], [patents[place] for place in turned], classes, PACKAGED)
    assert found.level == pytest.approx(fitted(vectors, patents, classes, PACKAGED).level, abs=1e-6)


@pytest.mark.parametrize("known", [0, 1, PACKAGED.neighbours, LEAST_REACHED - 1])
def test_of_few_that_have_classes_the_vote_stays_as_it_was(known: int) -> None:
    vectors, patents, classes = model(8)
    before = Calibration(temperature=0.2, offset=-1.0, slope=1.0)
    few = {one: its for one, its in classes.items() if int(one[1:]) < known}
    found = fitted(vectors, patents, few, before)
    assert found.level != before.level
    assert (found.temperature, found.offset, found.slope) == (0.2, -1.0, 1.0)


def test_a_bundle_is_calibrated_by_the_drawings_of_a_collection(tmp_path: Path) -> None:
    bundle = load_bundle(tiny_bundle(tmp_path))
    patents = [f"D{number // 2}" for number in range(8)]
    held = Collection(patents, ["chairs"] * 8, patents, [drawn(number) for number in range(8)])
    after = calibrated(bundle, held)
    vectors = held.described(bundle_descriptor("tiny", tmp_path))
    assert load_bundle(tmp_path).calibration == fitted(vectors, patents, {}, PACKAGED) == after.calibration
    assert after.version == bundle.version


def test_the_packaged_models_say_what_their_cosines_mean() -> None:
    bundles = [load_bundle(path) for path in (default_bundle_path(), *earlier_bundle_paths())]
    assert all(CALIBRATION_FILE in one.manifest.files for one in bundles)
    assert bundles[0].calibration == PACKAGED
    assert len({one.calibration for one in bundles}) == len(bundles)
