"""EfficientNet-Lite0, and layers of a network pooled side by side."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from sevenviews.training.models.backbones import make_backbone
from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.efficientnet_lite import EfficientNetLite0, imagenet_weights
from sevenviews.training.models.encoder import DrawingEncoder

CHANNELS = (32, 16, 24, 24, 40, 40, 80, 80, 80, 112, 112, 112, 192, 192, 192, 192, 320, 1280)
PARAMETERS = 4_652_008 - 1_281_000
"""As published, less the classifier."""


def test_it_is_the_published_network() -> None:
    network = EfficientNetLite0(3).eval()
    assert sum(one.numel() for one in network.parameters()) == PARAMETERS
    maps = torch.rand(1, 3, 64, 64)
    for layer, channels in zip(network, CHANNELS, strict=True):
        maps = layer(maps)
        assert maps.shape[1] == channels
    assert maps.shape[-1] == 2


@pytest.mark.parametrize("kernel", [3, 5])
def test_a_stride_is_padded_as_tensorflow_pads(kernel: int) -> None:
    """SAME: of what must be added, the smaller half before."""
    torch.manual_seed(0)
    block = EfficientNetLite0(1)[2 if kernel == 3 else 4].eval()  # the first of their stages
    body = block.get_submodule("body")
    assert isinstance(body, nn.Sequential)
    depthwise = body[1]
    assert isinstance(depthwise, nn.Sequential)
    convolution = depthwise[1]
    assert isinstance(convolution, nn.Conv2d)
    inside = torch.rand(1, convolution.in_channels, 8, 8)
    added = (8 // 2 - 1) * 2 + kernel - 8
    around = (added // 2, added - added // 2) * 2
    expected = functional.conv2d(
        functional.pad(inside, around), convolution.weight, stride=2, groups=convolution.groups
    )
    assert torch.allclose(depthwise[:2](inside), expected, atol=1e-6)


def test_imagenet_comes_from_the_package_that_ships_it() -> None:
    features, channels = make_backbone(ModelConfig(backbone="efficientnet_lite0", initial_weights="imagenet"))
    colour = EfficientNetLite0(3)
    colour.load_state_dict(imagenet_weights())
    paper = torch.rand(1, 1, 64, 64) * 2 - 1
    with torch.no_grad():
        expected, found = colour.eval()(paper.expand(-1, 3, -1, -1)), features.eval()(paper)
    assert channels == found.shape[1] == 1280
    assert torch.allclose(expected, found, atol=1e-4)
    # Trained, not random: its last activation is mostly silent, and never above six.
    assert 0 < float((found > 0).float().mean()) < 0.5
    assert float(found.max()) <= 6


def test_each_layer_counts_by_its_weight() -> None:
    config = ModelConfig(
        backbone="efficientnet_lite0", pooled_layers={4: 2.0, 1: 0.5}, gem_absolute=True, dimension=8
    )
    model = DrawingEncoder(config).eval()
    drawings = torch.randint(0, 256, (2, 1, 64, 64), dtype=torch.uint8)
    with torch.no_grad():
        found = model.pooled(drawings)
        stem, first = model.features.get_submodule("0"), model.features.get_submodule("1")
        maps = first(stem(drawings.float() / 127.5 - 1))
    assert found.shape == (2, 16 + 40)
    assert torch.allclose(found[:, :16].norm(dim=1), torch.full((2,), 0.5), atol=1e-5)
    assert torch.allclose(found[:, 16:].norm(dim=1), torch.full((2,), 2.0), atol=1e-5)
    cubes = maps.abs().pow(3).mean((2, 3)).pow(1 / 3)
    assert torch.allclose(found[:, :16], 0.5 * functional.normalize(cubes, dim=1), atol=1e-4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pooled_layers": {1: 1.0}, "levels": 2}, "go without it"),
        ({"pooled_layers": {1: 1.0}, "backbone": "swin_v2_t"}, "not one sequence"),
        ({"pooled_layers": {-1: 1.0}}, "begin at 0"),
        ({"pooled_layers": {1: 0.0}}, "above 0"),
    ],
)
def test_layers_that_cannot_be_pooled_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ModelConfig.model_validate(settings)


def test_a_layer_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="no layer 18: the last is 17"):
        DrawingEncoder(ModelConfig(backbone="efficientnet_lite0", pooled_layers={18: 1.0}))
