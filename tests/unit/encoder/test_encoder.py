"""Bundles, the store, preprocessing and the session."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from sevenviews.designs import PACKAGED, Calibration, Reason, SevenviewsError
from sevenviews.encoder import ModelStore, load_bundle, preprocess, write_bundle
from sevenviews.encoder.bundle import CALIBRATION_FILE, calibrate
from sevenviews.encoder.encoder import Encoder
from tests.models import tiny_bundle
from tests.unit.encoder.test_images import drawing, encoded


@pytest.fixture
def bundle_path(tmp_path: Path) -> Path:
    return tiny_bundle(tmp_path / "bundle")


def reason_of(path: Path) -> Reason:
    with pytest.raises(SevenviewsError) as caught:
        load_bundle(path)
    return caught.value.reason


def test_the_version_is_a_hash_of_the_content(tmp_path: Path) -> None:
    one, same, other = (load_bundle(tiny_bundle(tmp_path / str(n), seed=n // 2)) for n in range(3))
    assert one.version == same.version != other.version
    assert len(one.version) == 16


def test_a_tampered_model_is_refused(bundle_path: Path) -> None:
    model = bundle_path / "model.onnx"
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)
    assert reason_of(bundle_path) is Reason.MODEL_BUNDLE_INVALID


def test_a_missing_file_and_a_missing_bundle_differ(bundle_path: Path) -> None:
    (bundle_path / "model.onnx").unlink()
    assert reason_of(bundle_path) is Reason.MODEL_BUNDLE_INVALID
    assert reason_of(bundle_path / "nowhere") is Reason.MODEL_NOT_FOUND


@pytest.mark.parametrize(
    "change",
    [{"preprocessing": "0"}, {"files": {}}, {"files": {"model.onnx": "0", "../x": "0"}}, {"unknown": 1}],
)
def test_a_manifest_that_cannot_be_true_is_refused(bundle_path: Path, change: dict[str, object]) -> None:
    manifest = bundle_path / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | change))
    assert reason_of(bundle_path) is Reason.MODEL_BUNDLE_INVALID


def test_the_store_keeps_bundles_by_version(tmp_path: Path, bundle_path: Path) -> None:
    store = ModelStore(tmp_path / "store")
    first = store.add(bundle_path)
    second = store.add(tiny_bundle(tmp_path / "second", seed=1))
    assert set(store.versions()) == {first.version, second.version}
    store.set_default(second.version)
    assert store.versions()[0] == store.default_version() == second.version
    assert store.add(bundle_path).version == first.version
    assert store.open(first.version).manifest == first.manifest


def test_the_store_knows_what_it_has_not(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    for version in ("0123456789abcdef", "../bundle", ""):
        with pytest.raises(SevenviewsError) as caught:
            store.open(version)
        assert caught.value.reason is Reason.MODEL_NOT_FOUND


def test_a_bundle_under_another_version_is_refused(tmp_path: Path, bundle_path: Path) -> None:
    store = ModelStore(tmp_path / "store")
    version = store.add(bundle_path).version
    shutil.rmtree(store.root / version)
    shutil.copytree(tiny_bundle(tmp_path / "other", seed=1), store.root / version)
    with pytest.raises(SevenviewsError) as caught:
        store.open(version)
    assert caught.value.reason is Reason.MODEL_BUNDLE_INVALID


def test_preprocessing_does_not_depend_on_the_paper_around() -> None:
    small = drawing((200, 100))
    page = Image.new("L", (900, 700), 255)
    page.paste(small, (400, 333))
    assert np.array_equal(preprocess(small, 64), preprocess(page, 64))


def test_preprocessing_keeps_the_proportions() -> None:
    sheet = Image.new("L", (2560, 3300), 255)
    ImageDraw.Draw(sheet).rectangle((500, 500, 1500, 1000), outline=0, width=12)
    square = preprocess(sheet, 128)
    assert square.shape == (1, 128, 128)
    rows, columns = np.nonzero(square[0] < 128)
    assert (np.ptp(columns) + 1) / (np.ptp(rows) + 1) == pytest.approx(2, abs=0.1)
    assert abs(rows.min() - (127 - rows.max())) <= 1


def test_single_equals_batch(bundle_path: Path) -> None:
    encoder = Encoder(load_bundle(bundle_path))
    drawings = np.stack([encoder.prepare(encoded(drawing((200 + 10 * n, 100)))) for n in range(70)])
    for number, vector in enumerate(encoder.embed(drawings)):
        (alone,) = encoder.embed(drawings[number : number + 1])
        assert float(vector @ alone) > 0.9999
        assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5)


def test_no_images_give_no_vectors(bundle_path: Path) -> None:
    encoder = Encoder(load_bundle(bundle_path))
    assert encoder.embed(np.empty((0, 1, 32, 32), np.uint8)).shape == (0, 16)


def test_a_gpu_that_is_not_there_is_no_silent_cpu(bundle_path: Path) -> None:
    with pytest.raises(ValueError, match="CUDAExecutionProvider"):
        Encoder(load_bundle(bundle_path), provider="cuda")


def test_a_bundle_has_its_own_calibration_and_keeps_its_version(tmp_path: Path) -> None:
    before = load_bundle(tiny_bundle(tmp_path))
    assert before.calibration == PACKAGED
    own = Calibration(level=0.2, temperature=0.1, offset=-1.0, slope=2.0, neighbours=5)
    assert calibrate(before, own) == load_bundle(tmp_path)
    after = calibrate(load_bundle(tmp_path), replace(own, level=0.3))
    assert after.calibration == load_bundle(tmp_path).calibration == replace(own, level=0.3)
    assert after.version == before.version


@pytest.mark.parametrize("content", ["{", "[1]", '{"level": 2}', '{"temperature": 0}', '{"heat": 1}'])
def test_a_bundle_with_a_calibration_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    bundle = calibrate(load_bundle(tiny_bundle(tmp_path / "bundle")), PACKAGED)
    (tmp_path / CALIBRATION_FILE).write_text(content)
    with pytest.raises(SevenviewsError) as caught:
        write_bundle(
            bundle.path,
            bundle.model_path,
            name="x",
            image_size=32,
            dimension=16,
            attachments=(tmp_path / CALIBRATION_FILE,),
        )
    assert caught.value.reason is Reason.MODEL_BUNDLE_INVALID
    assert caught.value.metadata["file"] == CALIBRATION_FILE
