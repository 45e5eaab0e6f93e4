"""A deployed bundle as the weights that a training starts from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from sevenviews.encoder.bundle import load_bundle, write_bundle
from sevenviews.encoder.session import EncoderSession
from sevenviews.encoder.store import default_bundle_path
from sevenviews.refresh.config import SHIPPED_TRAINING
from sevenviews.training.config import TrainConfig
from sevenviews.training.export import line_drawings, write_onnx
from sevenviews.training.models.build import make_model
from sevenviews.training.models.config import ModelConfig

SIDE = 64


def bundle_of(
    config: ModelConfig, folder: Path, changed: Callable[[torch.nn.Module], None] = lambda _: None
) -> tuple[torch.nn.Module, Path]:
    """A network whose normalisation has statistics of its own, deployed."""
    torch.manual_seed(3)
    model = make_model(config)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    changed(model)
    folder.mkdir()
    write_onnx(model, folder / "model.onnx", SIDE)
    bundle = write_bundle(
        folder, folder / "model.onnx", name="deployed", image_size=SIDE, dimension=config.dimension
    )
    return model, bundle.path


@pytest.mark.parametrize(
    "settings",
    [
        {"backbone": "resnet18"},
        pytest.param({"backbone": "mobilenet_v2"}, marks=pytest.mark.slow),
        pytest.param(
            {
                "backbone": "line_resnet",
                "width": 16,
                "levels": 3,
                "vlad_words": 8,
                "grid_cells": 3,
                "gem_learned": False,
                "sides": (48, 64),
            },
            marks=pytest.mark.slow,
        ),
    ],
    ids=str,
)
def test_the_training_starts_where_the_deployed_model_stands(
    settings: dict[str, object], tmp_path: Path
) -> None:
    config = ModelConfig.model_validate({**settings, "dimension": 16, "gem_p": 2.5})
    deployed, path = bundle_of(config, tmp_path / "bundle")
    # An exponent that is learned comes with the bundle.
    begun = config.model_copy(update={"gem_p": 3.0}) if config.gem_learned else config
    fresh = make_model(begun.model_copy(update={"initial_weights": str(path)}))
    drawings = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (5, 1, SIDE, SIDE), np.uint8))
    with torch.no_grad():
        expected, actual = deployed.eval()(drawings), fresh.eval()(drawings)
    assert float((expected * actual).sum(1).min()) > 0.9999


def test_another_network_is_refused(tmp_path: Path) -> None:
    _, path = bundle_of(ModelConfig(backbone="resnet18", dimension=16), tmp_path / "bundle")
    for other in ({"backbone": "resnet34", "dimension": 16}, {"backbone": "resnet18", "dimension": 24}):
        config = ModelConfig.model_validate({**other, "initial_weights": str(path)})
        with pytest.raises(ValueError, match="of another network"):
            make_model(config)


def test_shifts_that_have_learned_the_same_are_found(tmp_path: Path) -> None:
    # What the body and the shortcut of a block add to their sum has one gradient, and both begin at 0. With several
    # sides normalisations are not folded.
    config = ModelConfig(backbone="line_resnet", width=16, gem_learned=False, dimension=16, sides=(48, 64))

    def equal_shifts(model: torch.nn.Module) -> None:
        shifts = dict(model.named_parameters())
        shift = torch.linspace(0.1, 0.9, 32)
        with torch.no_grad():
            shifts["features.2.0.body.4.bias"].copy_(shift)
            shifts["features.2.0.shortcut.1.bias"].copy_(shift)

    deployed, path = bundle_of(config, tmp_path / "bundle", equal_shifts)
    constants = {one.name for one in onnx.load(path / "model.onnx").graph.initializer}
    assert not {"features.2.0.body.4.bias", "features.2.0.shortcut.1.bias"} <= constants, "none was merged"
    fresh = make_model(config.model_copy(update={"initial_weights": str(path)}))
    assert torch.equal(
        fresh.state_dict()["features.2.0.shortcut.1.bias"],
        deployed.state_dict()["features.2.0.shortcut.1.bias"],
    )


def test_the_shipped_refresh_starts_where_the_packaged_model_stands() -> None:
    path = default_bundle_path()
    config = TrainConfig.load(SHIPPED_TRAINING)
    model = make_model(config.model.model_copy(update={"initial_weights": str(path)})).eval()
    drawings = line_drawings(3, config.deployed_image_size)
    with torch.no_grad():
        own = model(torch.from_numpy(drawings)).numpy()
    deployed = EncoderSession(load_bundle(path)).embed(drawings)
    assert float((own * deployed).sum(1).min()) > 0.9999
