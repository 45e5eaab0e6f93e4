"""The network, its initial weights and its export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from sevenviews.encoder import write_bundle
from sevenviews.encoder.session import EncoderSession
from sevenviews.training.export import verify, write_onnx
from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.encoder import DrawingEncoder
from sevenviews.training.models.gem import GeM
from sevenviews.training.models.initial import load_folded, one_input_channel
from tests.conftest import ROOT


def drawings(count: int, side: int = 64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (count, 1, side, side), generator=generator, dtype=torch.uint8)


def test_gem_is_its_formula() -> None:
    features = torch.rand(2, 3, 4, 5) + 0.1
    for p in (1.0, 3.0, 7.5):
        expected = features.double().pow(p).flatten(2).mean(2).pow(1 / p)
        assert torch.allclose(GeM(p)(features).double(), expected, atol=1e-5)
    assert torch.allclose(GeM(1.0)(features), features.mean((2, 3)), atol=1e-6)
    assert torch.allclose(GeM(200.0)(features), features.amax((2, 3)), rtol=0.02)


def test_whitening_makes_the_axes_independent_and_even() -> None:
    torch.manual_seed(0)
    model = DrawingEncoder(ModelConfig(backbone="resnet18", dimension=8))
    spread = torch.diag(torch.tensor([5.0, 3.0, 1.0, *[0.5] * 509]))
    descriptors = torch.randn(2000, 512) @ spread + 3
    model.start_whitened(descriptors)
    with torch.no_grad():
        covariance = torch.cov(model.whiten(descriptors).T)
    off_diagonal = covariance - torch.diag(covariance.diag())
    assert off_diagonal.abs().max() < 0.02 * covariance.diag().max()
    assert covariance.diag().max() / covariance.diag().min() < 1.2


def test_one_channel_equals_three_alike() -> None:
    torch.manual_seed(0)
    colour = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU())
    grey = torch.rand(2, 1, 8, 8)
    expected = colour(grey.repeat(1, 3, 1, 1))
    one_input_channel(colour)
    assert torch.allclose(colour(grey), expected, atol=1e-6)


def folded_onnx(path: Path, weight: np.ndarray, bias: np.ndarray) -> None:
    channels, inputs = weight.shape[:2]
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w", "b"], ["y"], pads=[1, 1, 1, 1])],
        "folded",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, inputs, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, channels, 8, 8])],
        [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(bias, "b")],
    )
    onnx.save(helper.make_model(graph), path)


def test_folded_weights_compute_what_they_did(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    weight = chance.standard_normal((4, 3, 3, 3)).astype(np.float32)
    bias = chance.standard_normal(4).astype(np.float32)
    folded_onnx(tmp_path / "folded.onnx", weight, bias)
    features = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4)).eval()
    load_folded(features, tmp_path / "folded.onnx")
    image = torch.rand(1, 3, 8, 8)
    expected = nn.functional.conv2d(image, torch.from_numpy(weight), torch.from_numpy(bias), padding=1)
    assert torch.allclose(features(image), expected, atol=1e-4)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    folded_onnx(tmp_path / "x.onnx", np.zeros((4, 3, 3, 3), np.float32), np.zeros(4, np.float32))
    features = nn.Sequential(nn.Conv2d(3, 5, 3, bias=False), nn.BatchNorm2d(5))
    with pytest.raises(ValueError, match="a convolution is"):
        load_folded(features, tmp_path / "x.onnx")
    with pytest.raises(FileNotFoundError, match="no initial weights"):
        load_folded(features, tmp_path / "missing.onnx")


def test_frozen_statistics_stay_while_training() -> None:
    model = DrawingEncoder(ModelConfig(dimension=8, freeze_batch_norm=True)).train()
    before = [one.clone() for name, one in model.named_buffers() if "running" in name]
    model(drawings(4))
    after = [one for name, one in model.named_buffers() if "running" in name]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("backbone", ["mobilenet_v2", "resnet18", "efficientnet_b0"])
def test_the_export_equals_the_network(tmp_path: Path, backbone: str) -> None:
    torch.manual_seed(0)
    model = DrawingEncoder(ModelConfig(backbone=backbone, dimension=16)).eval()  # type: ignore[arg-type]
    write_onnx(model, tmp_path / "model.onnx", 64)
    bundle = write_bundle(
        tmp_path / "bundle", tmp_path / "model.onnx", name="test", image_size=64, dimension=16
    )
    assert verify(model, bundle) > 0.9999
    # Neither the exporting machine's folders nor its user are in the file.
    assert str(ROOT).encode() not in bundle.model_path.read_bytes()
    session = EncoderSession(bundle)
    batch = drawings(5).numpy()
    embedded = session.embed(batch)
    assert np.linalg.norm(embedded, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    alone = np.concatenate([session.embed(one[None]) for one in batch])
    assert (alone * embedded).sum(1).min() > 0.9999
