"""Features from before the classes; weights that are not there are never fetched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision

from sevenviews.training.classification.imagenet import (
    cached_weights,
    describe,
    imagenet_features,
    without_classes,
)


@pytest.mark.parametrize("name", ["resnet152", "vgg19"])
def test_missing_weights_are_named_not_fetched(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    drawings = np.zeros((1, 1, 224, 224), np.uint8)
    with pytest.raises(FileNotFoundError, match=cached_weights(name).name):
        imagenet_features(drawings, name)
    assert not list(tmp_path.rglob("*.pth"))


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
