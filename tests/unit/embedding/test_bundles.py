"""EmbeddingWork over real bundles and ONNX Runtime, without Ray."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from sevenviews.designs import CropBox, Reason, SevenviewsError
from sevenviews.embedding.batches import Vector
from sevenviews.embedding.bundles import BundleSource
from sevenviews.embedding.models import LoadedModels
from sevenviews.embedding.service import EmbeddingWork, Image
from sevenviews.encoder import ModelStore, load_bundle
from sevenviews.encoder.encoder import Encoder
from tests.models import tiny_bundle
from tests.unit.embedding.fakes import Recorder


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """Two models; the second is the default."""
    store = ModelStore(tmp_path / "store")
    bundles = [store.add(tiny_bundle(tmp_path / str(seed), seed=seed)) for seed in (1, 2)]
    store.set_default(bundles[1].version)
    return store


@pytest.fixture
async def work(store: ModelStore) -> AsyncIterator[EmbeddingWork]:
    models = LoadedModels(BundleSource(store.root, "cpu"), 2, Recorder())
    work = EmbeddingWork(models, decode_threads=2, max_pending_images=64, observer=Recorder())
    yield work
    work.close()


def drawing(seed: int) -> bytes:
    """A PNG of a few random lines."""
    image = Pillow.new("L", (120, 90), 255)
    ends = np.random.default_rng(seed).integers(0, 90, (6, 4))
    for line in ends.tolist():
        ImageDraw.Draw(image).line(line, fill=0, width=2)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


async def embed(work: EmbeddingWork, version: str, *images: Image) -> list[Vector]:
    results = (await work.embed(version, images)).results
    return [result for result in results if not isinstance(result, SevenviewsError)]


async def test_it_gives_what_the_encoder_gives(store: ModelStore, work: EmbeddingWork) -> None:
    contents = [drawing(seed) for seed in range(5)]
    vectors = await embed(work, "", *map(Image, contents))
    encoder = Encoder(store.open(store.default_version()))
    np.testing.assert_allclose(np.stack(vectors), encoder.embed(np.stack([*map(encoder.prepare, contents)])))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


async def test_a_batch_gives_what_single_images_give(work: EmbeddingWork) -> None:
    images = [Image(drawing(seed)) for seed in range(7)]
    together = await embed(work, "", *images)
    alone = [(await embed(work, "", one))[0] for one in images]
    np.testing.assert_allclose(np.stack(together), np.stack(alone), atol=1e-6)


async def test_two_versions_side_by_side_differ(store: ModelStore, work: EmbeddingWork) -> None:
    first, second = await asyncio.gather(
        *(embed(work, version, Image(drawing(1))) for version in store.versions())
    )
    assert abs(float(first[0] @ second[0])) < 0.9
    assert set(work.models.versions) == set(store.versions())


async def test_a_crop_box_counts(work: EmbeddingWork) -> None:
    whole, part = await embed(work, "", Image(drawing(3)), Image(drawing(3), CropBox(0.0, 0.0, 0.5, 0.5)))
    assert float(whole @ part) < 0.999


async def test_a_changed_bundle_is_refused_and_left_out(store: ModelStore, work: EmbeddingWork) -> None:
    sound, changed = store.versions()
    model = load_bundle(store.root / changed).model_path
    model.write_bytes(model.read_bytes() + b"\0")
    with pytest.raises(SevenviewsError) as caught:
        await embed(work, changed, Image(drawing(1)))
    assert caught.value.reason is Reason.MODEL_BUNDLE_INVALID
    assert len(await embed(work, sound, Image(drawing(1)))) == 1
    assert [model.version for model in await work.models.describe()] == [sound]


def test_models_are_described_the_default_first(store: ModelStore) -> None:
    default, other = BundleSource(store.root, "cpu").describe()
    assert (default.version, default.name, default.is_default) == (store.default_version(), "tiny-2", True)
    assert (other.name, other.is_default) == ("tiny-1", False)
    assert (default.dimension, default.image_size) == (16, 32)


def test_a_bundle_is_hashed_once_and_again_only_if_it_was_written_since(store: ModelStore) -> None:
    source = BundleSource(store.root, "cpu")
    sound, changed = (one.version for one in source.describe())
    model = store.open(changed).model_path
    written = model.stat()
    content = model.read_bytes()
    # A change that leaves no trace is not noticed: the file was not read.
    model.write_bytes(content[:-1] + b"!")
    os.utime(model, ns=(written.st_atime_ns, written.st_mtime_ns))
    assert {one.version for one in source.describe()} == {sound, changed}
    os.utime(model, ns=(written.st_atime_ns, written.st_mtime_ns + 1))
    assert {one.version for one in source.describe()} == {sound}
    model.write_bytes(content)
    assert {one.version for one in source.describe()} == {sound, changed}


def test_a_store_that_cannot_be_read_is_a_dependency(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    source = BundleSource(tmp_path / "file", "cpu")
    for ask in (source.describe, source.default_version):
        with pytest.raises(SevenviewsError) as caught:
            ask()
        assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE


def test_an_empty_store_has_no_default(tmp_path: Path) -> None:
    source = BundleSource(tmp_path / "nothing", "cpu")
    assert list(source.describe()) == []
    with pytest.raises(SevenviewsError) as caught:
        source.default_version()
    assert caught.value.reason is Reason.MODEL_NOT_FOUND
