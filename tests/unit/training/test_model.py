"""The network, and its initial weights."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import onnx
import pytest
import torch
import torchvision
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from sevenviews.training.config import TrainConfig
from sevenviews.training.models.backbones import make_backbone
from sevenviews.training.models.build import make_model
from sevenviews.training.models.config import Backbone, ModelConfig
from sevenviews.training.models.encoder import DrawingEncoder
from sevenviews.training.models.initial import load_folded, one_input_channel
from sevenviews.training.models.line_resnet import LineResNet
from sevenviews.training.models.pooling import GeM
from sevenviews.training.models.resizing import resized
from sevenviews.training.models.sketch_a_net import SketchANet
from sevenviews.training.models.sketchy import TwoBranchEncoder
from sevenviews.training.places import CHECKPOINT, CONFIG_FILE


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


@pytest.mark.parametrize("backbone", get_args(Backbone))
@pytest.mark.parametrize("channels", [1, 3])
def test_every_backbone_gives_the_features_it_says(backbone: Backbone, channels: Literal[1, 3]) -> None:
    config = ModelConfig(backbone=backbone, input_channels=channels)
    with torch.device("meta"):  # shapes alone: no weights, no time
        features, depth = make_backbone(config)
        found = features.eval()(torch.empty(2, channels, 64, 64))
    assert found.shape[:2] == (2, depth)
    assert found.ndim == 4


@pytest.mark.parametrize(
    ("backbone", "millions"),
    [("resnet18", 11.2), ("resnet50", 23.5), ("efficientnet_b0", 4.0), ("sketch_a_net", 8.4)],
)
def test_backbones_have_the_published_sizes(backbone: Backbone, millions: float) -> None:
    features, _ = make_backbone(ModelConfig(backbone=backbone, input_channels=3))
    assert sum(one.numel() for one in features.parameters()) / 1e6 == pytest.approx(millions, rel=0.02)


def test_line_resnet_of_64_is_resnet18_but_for_its_stem() -> None:
    network, channels = make_backbone(ModelConfig(backbone="line_resnet", width=64))
    stages = list(network.children())[1:]
    theirs = list(torchvision.models.resnet18().children())[4:8]
    assert channels == 512
    for mine, other in zip(stages, theirs, strict=True):
        assert sum(one.numel() for one in mine.parameters()) == sum(one.numel() for one in other.parameters())
    assert make_backbone(ModelConfig(backbone="line_resnet", width=16))[1] == 128


def test_blocks_of_line_resnet_begin_as_their_shortcuts() -> None:
    block = next(LineResNet(1, 16).eval()[2].children())
    features = torch.rand(2, 16, 8, 8)
    shortcut = next(child for name, child in block.named_children() if name == "shortcut")
    assert torch.allclose(block(features), shortcut(features).relu(), atol=1e-6)


@pytest.mark.parametrize(
    ("backbone", "depths"), [("line_resnet", (16, 32, 64, 128)), ("resnet18", (64, 128, 256, 512))]
)
def test_levels_are_the_pooled_stages_side_by_side(backbone: Backbone, depths: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    config = ModelConfig(backbone=backbone, width=16, levels=3, dimension=8, gem_p=2.0)
    model = DrawingEncoder(config).eval()
    assert model.channels == sum(depths[1:])
    with torch.no_grad():
        pooled = model.pooled(drawings(2))
        features = drawings(2).float() / 127.5 - 1
        found = []
        for stage in model.features.children():
            features = stage(features)
            found.append(features.square().mean((2, 3)).sqrt())
    assert torch.allclose(pooled, torch.cat(found[-3:], 1), atol=1e-4)


def test_resizing_is_bilinear_with_antialiasing() -> None:
    paper = torch.rand(2, 1, 60, 60)
    for side in (32, 45, 60, 75):
        expected = nn.functional.interpolate(paper, size=(side, side), mode="bilinear", antialias=True)
        assert torch.allclose(resized(paper, side), expected, atol=1e-5)


def test_with_sides_the_mean_over_them_is_deployed() -> None:
    torch.manual_seed(0)
    config = ModelConfig(backbone="resnet18", dimension=8, sides=(64, 48))
    model = DrawingEncoder(config).eval()
    with torch.no_grad():
        small = nn.functional.interpolate(drawings(3).float(), size=(48, 48), mode="bilinear", antialias=True)
        each = [model.embed(model.pooled(one)) for one in (drawings(3), small)]
        assert torch.allclose(
            model(drawings(3)), nn.functional.normalize(each[0] + each[1], dim=1), atol=1e-4
        )
    with pytest.raises(ValueError, match="needs 32 pixels"):
        ModelConfig(sides=(16,))


def test_there_is_no_line_resnet_of_imagenet() -> None:
    with pytest.raises(ValueError, match="no line_resnet of ImageNet"):
        make_backbone(ModelConfig(backbone="line_resnet", initial_weights="imagenet"))


def test_sketch_a_net_sees_all_of_a_drawing_at_once() -> None:
    network = SketchANet(1).eval()
    assert network(torch.rand(2, 1, 225, 225)).shape == (2, 512, 1, 1)
    assert network(torch.rand(2, 1, 64, 64)).shape == (2, 512, 1, 1)


def test_three_channels_are_the_drawing_three_times() -> None:
    torch.manual_seed(0)
    colour = DrawingEncoder(ModelConfig(backbone="resnet18", input_channels=3, dimension=8)).eval()
    summed = copy.deepcopy(colour)
    one_input_channel(summed.features)
    grey = DrawingEncoder(ModelConfig(backbone="resnet18", input_channels=1, dimension=8)).eval()
    grey.load_state_dict(summed.state_dict())
    assert torch.allclose(colour(drawings(2)), grey(drawings(2)), atol=1e-5)


def test_a_fixed_exponent_is_not_learned() -> None:
    names = dict(DrawingEncoder(ModelConfig(backbone="resnet18", gem_learned=False)).named_parameters())
    assert "pool.p" not in names
    assert "pool.p" in dict(DrawingEncoder(ModelConfig(backbone="resnet18")).named_parameters())
    assert GeM(3.0, learned=False).state_dict()["p"] == 3


def test_two_branches_begin_alike_and_learn_apart() -> None:
    torch.manual_seed(0)
    model = TwoBranchEncoder(
        ModelConfig(backbone="resnet18", dimension=8, branches=2, deployed_branch=1)
    ).eval()
    batch = drawings(5)
    branch = torch.tensor([0, 1, 0, 1, 1])
    assert torch.allclose(model.vectors(batch, "embedding", branch), model(batch), atol=1e-5)
    with torch.no_grad():
        model.branches[0].whiten.weight.neg_()
    found = model.vectors(batch, "embedding", branch)
    assert torch.allclose(found[branch == 1], model(batch[branch == 1]), atol=1e-5)
    assert torch.allclose(found[branch == 0], model.branches[0](batch[branch == 0]), atol=1e-5)
    assert not torch.allclose(found[branch == 0], model(batch[branch == 0]), atol=1e-2)


def test_weights_of_imagenet_come_from_the_cache_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    config = ModelConfig(backbone="resnet18", initial_weights="imagenet", input_channels=3)
    with pytest.raises(FileNotFoundError, match=r"resnet18-.*\.pth, in .*checkpoints"):
        make_backbone(config)
    network = torchvision.models.resnet18()
    place = tmp_path / "hub/checkpoints"
    place.mkdir(parents=True)
    torch.save(network.state_dict(), place / Path(torchvision.models.ResNet18_Weights.DEFAULT.url).name)
    features, _ = make_backbone(config)
    image = torch.rand(1, 3, 64, 64)
    pooled = network.eval().avgpool(features.eval()(image)).flatten(1)
    assert torch.allclose(network.fc(pooled), network(image), atol=1e-4)


def test_a_file_holds_a_whole_network_or_its_features(tmp_path: Path) -> None:
    network = torchvision.models.mobilenet_v2()
    for name, state in (("whole", network.state_dict()), ("part", network.features.state_dict())):
        torch.save(state, tmp_path / f"{name}.pth")
        config = ModelConfig(initial_weights=str(tmp_path / f"{name}.pth"), input_channels=3)
        features, _ = make_backbone(config)
        mine = features.state_dict()
        assert all(torch.equal(mine[key], one) for key, one in network.features.state_dict().items())


def run_folder(path: Path, config: ModelConfig) -> DrawingEncoder:
    torch.manual_seed(5)
    model = DrawingEncoder(config)
    path.mkdir()
    torch.save({"model": model.state_dict()}, path / CHECKPOINT)
    (path / CONFIG_FILE).write_text(TrainConfig(name="x", model=config).model_dump_json())
    return model


def test_a_run_starts_another(tmp_path: Path) -> None:
    trained = run_folder(tmp_path / "run", ModelConfig(backbone="resnet18", dimension=8))
    same = ModelConfig(backbone="resnet18", dimension=8, initial_weights=str(tmp_path / "run"))
    own = make_model(same).state_dict()
    assert all(torch.equal(own[key], one) for key, one in trained.state_dict().items())
    # Of a network of another dimension, or of two branches, the backbone alone.
    for other in ({"dimension": 9}, {"branches": 2}):
        model = make_model(same.model_copy(update=other))
        for branch in model.branches:
            mine = branch.features.state_dict()
            assert all(torch.equal(mine[key], one) for key, one in trained.features.state_dict().items())


def test_a_run_of_another_architecture_is_refused(tmp_path: Path) -> None:
    run_folder(tmp_path / "run", ModelConfig(backbone="resnet18"))
    for backbone, channels in (("resnet34", 1), ("mobilenet_v2", 1), ("resnet18", 3)):
        config = ModelConfig.model_validate(
            {"backbone": backbone, "input_channels": channels, "initial_weights": str(tmp_path / "run")}
        )
        with pytest.raises(ValueError, match=f"of another network than {backbone}"):
            make_model(config)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="train first"):
        make_model(ModelConfig(initial_weights=str(tmp_path / "empty")))
    with pytest.raises(FileNotFoundError, match="no initial weights"):
        make_model(ModelConfig(initial_weights=str(tmp_path / "missing.pt")))
