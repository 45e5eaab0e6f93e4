"""Exported networks against torch's, in single and half precision; and what is left when an export fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from sevenviews.encoder import load_bundle, write_bundle
from sevenviews.encoder.session import EncoderSession
from sevenviews.encoder.store import default_bundle_path
from sevenviews.training.config import PACKAGED_CONFIG, TrainConfig
from sevenviews.training.export import (
    ExportError,
    export,
    in_half,
    line_drawings,
    load_model,
    verify,
    write_onnx,
)
from sevenviews.training.models.build import Encoder, make_model
from sevenviews.training.models.config import Backbone, ModelConfig
from sevenviews.training.places import CHECKPOINT, CONFIG_FILE
from tests.conftest import ROOT
from tests.models import tiny_bundle

SIDE = 64


def drawings(count: int) -> torch.Tensor:
    return torch.from_numpy(line_drawings(count, SIDE))


def lively(config: ModelConfig) -> Encoder:
    """A network whose embeddings differ from drawing to drawing, as those of a trained one do."""
    torch.manual_seed(0)
    model = make_model(config)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
    with torch.no_grad():
        model.train()(drawings(16))
        for branch in model.eval().branches:
            mean = branch.descriptors(drawings(16)).mean(0)
            branch.whiten.bias.copy_(-(branch.whiten.weight @ mean))
    return model


@pytest.mark.parametrize(
    "settings",
    [
        # One with what most options add; the rest are slow. What is packaged: test_from_bundle.py.
        {
            "backbone": "resnet18",
            "branches": 2,
            "deployed_branch": 1,
            "input_channels": 3,
            "gem_learned": False,
        },
        *(
            pytest.param(settings, marks=pytest.mark.slow)
            for settings in (
                {"backbone": "line_resnet", "width": 16, "levels": 3, "vlad_words": 8, "sides": (48, 64, 80)},
                {"backbone": "line_resnet", "width": 16, "levels": 3, "gem_learned": False},
                {"backbone": "line_resnet", "width": 16, "levels": 2, "grid_cells": 3, "sides": (48, 80)},
                {"backbone": "sketch_a_net"},
                {"backbone": "resnet18"},
                {"backbone": "mobilenet_v2"},
                {"backbone": "mobilenet_v3_small"},
                {"backbone": "efficientnet_b0"},
                {"backbone": "resnet50"},
                {"backbone": "convnext_tiny"},
                {"backbone": "swin_v2_t"},
            )
        ),
    ],
    ids=str,
)
def test_the_export_equals_the_network(tmp_path: Path, settings: dict[str, object]) -> None:
    model = lively(ModelConfig.model_validate({**settings, "dimension": 16}))
    batch = drawings(5)
    with torch.no_grad():
        expected = model(batch).numpy()
    others = (expected @ expected.T)[~np.eye(5, dtype=bool)]
    assert others.max() < 0.98  # else agreement would mean nothing
    # Chance weights in many layers add up roundings that trained ones do not: see the test after this.
    half = 0.95 if settings["backbone"] in {"mobilenet_v2", "resnet50"} else 0.999
    for name, network, least in (("single", model, 0.9999), ("half", in_half(model), half)):
        write_onnx(network, tmp_path / f"{name}.onnx", SIDE)
        bundle = write_bundle(
            tmp_path / name, tmp_path / f"{name}.onnx", name="test", image_size=SIDE, dimension=16
        )
        assert verify(model, bundle, least) > least
        # Neither the exporting machine's folders nor its user are in the file.
        assert str(ROOT).encode() not in bundle.model_path.read_bytes()
        session = EncoderSession(bundle)
        embedded = session.embed(batch.numpy())
        assert np.linalg.norm(embedded, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
        assert (embedded * expected).sum(1).min() > least
        alone = np.concatenate([session.embed(one[None]) for one in batch.numpy()])
        assert (alone * embedded).sum(1).min() > least
    sizes = [(tmp_path / f"{name}.onnx").stat().st_size for name in ("single", "half")]
    assert sizes[1] < 0.75 * sizes[0]


WEIGHTS = ROOT.parent / "shared/data/weights/mobilenet_v2_imagenet.onnx"


@pytest.mark.slow
@pytest.mark.skipif(not WEIGHTS.is_file(), reason=f"needs ../shared/data/weights/{WEIGHTS.name}")
def test_half_precision_keeps_a_trained_network(tmp_path: Path) -> None:
    model = make_model(ModelConfig(dimension=16, initial_weights=str(WEIGHTS))).eval()
    for branch in model.branches:
        branch.start_whitened(branch.descriptors(drawings(24)).detach())
    write_onnx(in_half(model), tmp_path / "x.onnx", SIDE)
    bundle = write_bundle(tmp_path / "b", tmp_path / "x.onnx", name="x", image_size=SIDE, dimension=16)
    assert verify(model, bundle, 0.999) > 0.999


@pytest.mark.slow
def test_half_precision_keeps_the_packaged_network(tmp_path: Path) -> None:
    config = TrainConfig.load(PACKAGED_CONFIG)
    packaged = config.model.model_copy(update={"initial_weights": str(default_bundle_path())})
    model, side = make_model(packaged).eval(), config.deployed_image_size
    write_onnx(in_half(model), tmp_path / "x.onnx", side)
    bundle = write_bundle(tmp_path / "b", tmp_path / "x.onnx", name="x", image_size=side, dimension=256)
    assert verify(model, bundle, 0.999) > 0.999


def run_of(path: Path, trained: Backbone, told: Backbone) -> Path:
    path.mkdir()
    model = make_model(ModelConfig(backbone=trained, dimension=16))
    torch.save({"model": model.state_dict()}, path / CHECKPOINT)
    config = TrainConfig(name="x", model=ModelConfig(backbone=told, dimension=16), deployed_image_size=SIDE)
    (path / CONFIG_FILE).write_text(config.model_dump_json())
    return path


def test_an_export_that_is_wrong_replaces_nothing(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", "resnet18", "resnet18")
    sound = torch.load(run / CHECKPOINT, weights_only=True)
    broken = {"model": {name: one * torch.nan for name, one in sound["model"].items()}}
    out = tiny_bundle(tmp_path / "out")
    before = load_bundle(out).version
    torch.save(broken, run / CHECKPOINT)
    with pytest.raises(ExportError, match="only to a cosine of nan"):
        export(run, out)
    assert load_bundle(out).version == before
    torch.save(sound, run / CHECKPOINT)
    assert export(run, out).version != before
    assert load_bundle(out).manifest.training["precision"] == "float32"


def test_an_export_that_differs_is_found(tmp_path: Path) -> None:
    model = lively(ModelConfig(backbone="resnet18", dimension=16))
    write_onnx(model, tmp_path / "x.onnx", SIDE)
    bundle = write_bundle(tmp_path / "b", tmp_path / "x.onnx", name="x", image_size=SIDE, dimension=16)
    other = lively(ModelConfig(backbone="resnet18", dimension=16))
    with torch.no_grad():
        other.branches[0].whiten.weight += 0.3 * torch.randn_like(other.branches[0].whiten.weight)
    with pytest.raises(ExportError, match="only to a cosine"):
        verify(other, bundle)


def test_a_checkpoint_of_another_architecture_is_refused(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", "resnet18", "resnet34")
    with pytest.raises(ValueError, match=r"not of the network resnet34: Missing key"):
        export(run, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_best_weights_are_preferred(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", "resnet18", "resnet18")
    best = make_model(ModelConfig(backbone="resnet18", dimension=16))
    torch.save({"model": best.state_dict()}, run / "best.pt")
    config = TrainConfig.model_validate_json((run / CONFIG_FILE).read_text())
    loaded = load_model(run, config).state_dict()
    assert all(torch.equal(loaded[key], one) for key, one in best.state_dict().items())
