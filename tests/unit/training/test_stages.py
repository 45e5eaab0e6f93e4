"""Stages of networks, pooled side by side, and their strided depthwise convolutions."""

from __future__ import annotations

import copy

import pytest
import torch
import torchvision
from torch import nn

from sevenviews.training.models.backbones import make_backbone
from sevenviews.training.models.config import Backbone, ModelConfig
from sevenviews.training.models.depthwise import StridedDepthwise, replace_strided_depthwise
from sevenviews.training.models.encoder import DrawingEncoder
from sevenviews.training.models.stages import stages_of

PUBLISHED: tuple[tuple[Backbone, tuple[int, ...]], ...] = (
    # Channels of the last block before each halving, from the papers' tables; the last with its 1 × 1 convolution.
    ("resnet18", (64, 64, 128, 256, 512)),
    ("resnet50", (64, 256, 512, 1024, 2048)),
    ("line_resnet", (32, 64, 128, 256)),
    ("mobilenet_v2", (16, 24, 32, 96, 1280)),
    ("efficientnet_b0", (16, 24, 40, 112, 1280)),
)


@pytest.mark.parametrize(("backbone", "channels"), PUBLISHED)
def test_a_stage_ends_before_the_next_halving(backbone: Backbone, channels: tuple[int, ...]) -> None:
    features, _ = make_backbone(ModelConfig(backbone=backbone))
    state = copy.deepcopy(features.state_dict())
    stages = stages_of(features, 1)
    assert tuple(stage.channels for stage in stages) == channels
    assert stages[-1].end == len(list(features.children())) - 1
    assert features.training
    assert all(torch.equal(one, state[name]) for name, one in features.state_dict().items())


def test_the_parts_are_of_the_stages_that_are_said() -> None:
    config = ModelConfig(backbone="mobilenet_v2", levels=3, vlad_words=4, grid_cells=2, dimension=8)
    model = DrawingEncoder(config).eval()
    assert model.channels == (32 + 96 + 1280) + 4 * 32 + 2 * 2 * 96
    with torch.no_grad():
        found = model.pooled(torch.randint(0, 256, (2, 1, 64, 64), dtype=torch.uint8))
    lengths = [part.norm(dim=1) for part in torch.split(found, [32 + 96 + 1280, 4 * 32, 2 * 2 * 96], 1)]
    assert torch.allclose(torch.stack(lengths), torch.ones(3, 2), atol=1e-5)


def test_networks_that_are_not_one_sequence_of_maps_are_refused() -> None:
    without: tuple[Backbone, ...] = ("swin_v2_t", "convnext_tiny", "sketch_a_net")
    for backbone in without:
        with pytest.raises(ValueError, match=f"levels: the stages of {backbone} cannot be pooled"):
            ModelConfig(backbone=backbone, levels=2)


@pytest.mark.parametrize(("name", "count"), [("mobilenet_v2", 4), ("efficientnet_b0", 4), ("resnet18", 0)])
def test_replacing_strided_depthwise_convolutions_changes_no_value(name: str, count: int) -> None:
    torch.manual_seed(0)
    network = torchvision.models.get_model(name, weights=None).eval()
    replaced = copy.deepcopy(network)
    replace_strided_depthwise(replaced)
    assert sum(isinstance(one, StridedDepthwise) for one in replaced.modules()) == count
    assert list(replaced.state_dict()) == list(network.state_dict())
    image = torch.rand(2, 3, 64, 64)
    gradients = []
    for one in (network, replaced):
        answer = one(image)
        answer.square().sum().backward()
        gradients.append([answer, *(parameter.grad for parameter in one.parameters())])
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))


def test_under_autocast_they_alone_stay_in_single_precision() -> None:
    network = nn.Sequential(nn.Conv2d(4, 4, 3, stride=2, groups=4), nn.Conv2d(4, 4, 3))
    replace_strided_depthwise(network)
    features = torch.rand(1, 4, 16, 16)
    with torch.autocast("cpu", torch.bfloat16):
        assert network[0](features.bfloat16()).dtype == torch.float32
        assert network(features).dtype == torch.bfloat16
    assert network.half()[0](features.half()).dtype == torch.float16
