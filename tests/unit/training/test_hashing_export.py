"""A hash head as a bundle: the signs of its embeddings are the bits that the head gives in torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from sevenviews.encoder import default_bundle_path, load_bundle
from sevenviews.encoder.session import EncoderSession
from sevenviews.lab.hashing.codes import binarise
from sevenviews.training.export import ExportError, line_drawings
from sevenviews.training.hashing.export import base_bundle, export_head, verify_head
from sevenviews.training.hashing.head import HashHead
from tests.models import tiny_bundle

DIMENSION = 16


def head_of(bits: int = 24, hidden: int = 0, seed: int = 0, dimension: int = DIMENSION) -> HashHead:
    torch.manual_seed(seed)
    return HashHead(dimension, bits, hidden)


@pytest.mark.parametrize("hidden", [0, 20])
def test_the_signs_are_the_bits_of_the_head(hidden: int, tmp_path: Path) -> None:
    base = load_bundle(tiny_bundle(tmp_path / "base", DIMENSION))
    head = head_of(hidden=hidden)
    bundle = export_head(head, base, tmp_path / "codes", "csq-24", {"method": "csq"})
    drawings = line_drawings(40, 32)
    features = EncoderSession(base).embed(drawings).astype(np.float64)
    values = features * np.sqrt(DIMENSION)
    for layer in head.layers:
        if isinstance(layer, torch.nn.Linear):
            values = values @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()
        else:
            values = np.maximum(values, 0)
    embeddings = EncoderSession(bundle).embed(drawings)
    np.testing.assert_array_equal(binarise(embeddings).packed, binarise(values).packed)
    np.testing.assert_allclose(embeddings, values / np.linalg.norm(values, axis=1, keepdims=True), atol=1e-5)
    assert (bundle.manifest.dimension, bundle.manifest.image_size) == (24, 32)
    assert bundle.manifest.training["features"]["version"] == base.version
    assert bundle.manifest.training["method"] == "csq"
    assert bundle.version != base.version


def test_codes_over_the_packaged_model(tmp_path: Path) -> None:
    base = base_bundle("default")
    assert base.path == default_bundle_path()
    head = head_of(64, 32, dimension=base.manifest.dimension)
    bundle = export_head(head, base, tmp_path / "codes", "csq-64")
    drawings = line_drawings(2, base.manifest.image_size)
    with torch.no_grad():
        outputs = head(torch.from_numpy(EncoderSession(base).embed(drawings))).numpy()
    embeddings = EncoderSession(bundle).embed(drawings)
    np.testing.assert_array_equal(binarise(embeddings).packed, binarise(outputs).packed)


def test_another_head_is_not_taken_for_this_one(tmp_path: Path) -> None:
    base = load_bundle(tiny_bundle(tmp_path / "base", DIMENSION))
    bundle = export_head(head_of(seed=1), base, tmp_path / "codes", "codes")
    with pytest.raises(ExportError, match="differ in"):
        verify_head(head_of(seed=2), base, bundle)


def test_what_no_release_could_keep_is_refused(tmp_path: Path) -> None:
    base = load_bundle(tiny_bundle(tmp_path / "base", DIMENSION))
    with pytest.raises(ValueError, match="12 are no whole number of bytes"):
        export_head(head_of(12), base, tmp_path / "codes", "codes")
    with pytest.raises(ValueError, match="the head takes 8 numbers, the model gives 16"):
        export_head(head_of(dimension=8), base, tmp_path / "codes", "codes")
    with pytest.raises(ValueError, match="not over 'hog'"):
        base_bundle("hog")
    assert not (tmp_path / "codes").exists()
