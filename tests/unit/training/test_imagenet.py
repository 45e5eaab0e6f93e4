"""Features from before the classes; weights that are not there are never fetched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from torch import nn

from sevenviews.training.classification.config import Architecture
from sevenviews.training.classification.networks import build_network
from sevenviews.training.models.imagenet import cached_weights, describe, imagenet_features, without_classes


@pytest.mark.parametrize("name", ["resnet152", "vgg19"])
def test_missing_weights_are_named_not_fetched(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    drawings = np.zeros((1, 1, 224, 224), np.uint8)
    with pytest.raises(FileNotFoundError, match=cached_weights(name).name):
        imagenet_features(drawings, name)
    assert not list(tmp_path.rglob("*.pth"))


def test_weights_are_taken_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random ones under the name of the published file: a stand-in for it, of the same form."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    torch.manual_seed(3)
    published = torchvision.models.resnet152(weights=None)
    place = cached_weights("resnet152")
    place.parent.mkdir(parents=True)
    torch.save(published.state_dict(), place)
    drawings = np.random.default_rng(0).integers(0, 256, (1, 1, 64, 64), np.uint8)
    expected = describe(without_classes(published), drawings)
    np.testing.assert_allclose(imagenet_features(drawings, "resnet152"), expected, atol=1e-6)
    assert expected.shape == (1, 2048)
    place.rename(cached_weights("vgg19"))
    with pytest.raises(ValueError, match="another network than vgg19"):
        imagenet_features(drawings, "vgg19")


@pytest.mark.parametrize("architecture", ["resnet18", "googlenet"])
def test_a_classifier_begins_with_the_cached_weights(
    architecture: Architecture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=cached_weights(architecture).name):
        build_network(architecture, 3, pretrained=True)
    options = {"aux_logits": True, "init_weights": False} if architecture == "googlenet" else {}
    published = torchvision.models.get_model(architecture, weights=None, **options).eval()
    cached_weights(architecture).parent.mkdir(parents=True)
    torch.save(published.state_dict(), cached_weights(architecture))
    network = build_network(architecture, 3, pretrained=True).eval()
    assert network(torch.zeros(2, 1, 64, 64, dtype=torch.uint8)).shape == (2, 3)
    ours, theirs = (
        [one.weight for one in model.modules() if isinstance(one, nn.Conv2d)]
        for model in (network, published)
    )
    # A grey drawing in the three colours gives the published network the same sums.
    assert torch.equal(ours[0], theirs[0].sum(1, keepdim=True))
    # The published GoogLeNet ends with two side branches, which are left out.
    assert all(torch.equal(one, other) for one, other in zip(ours[1:], theirs[1:], strict=False))


def test_other_networks_are_refused() -> None:
    with pytest.raises(ValueError, match="resnet152"):
        imagenet_features(np.zeros((1, 1, 224, 224), np.uint8), "alexnet")


def test_features_are_what_the_last_layer_sees() -> None:
    torch.manual_seed(0)
    network = torchvision.models.resnet18(weights=None).eval()
    last = network.fc
    drawings = np.random.default_rng(0).integers(0, 256, (2, 1, 64, 64), np.uint8)
    colour = torch.from_numpy(drawings).float().repeat(1, 3, 1, 1) / 255
    mean = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
    std = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    with torch.no_grad():
        logits = network((colour - mean) / std)
        features = describe(without_classes(network), drawings)
        pooled = network((colour - mean) / std)
        assert torch.allclose(last(pooled), logits, atol=1e-5)
    assert np.allclose(features, torch.nn.functional.normalize(pooled, dim=1).numpy(), atol=1e-6)
    assert np.allclose(np.linalg.norm(features, axis=1), 1, atol=1e-5)
