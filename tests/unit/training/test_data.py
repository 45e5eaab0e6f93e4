"""The drawings of a run, and its configuration."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pydantic import ValidationError

from sevenviews.encoder.bundle import load_bundle
from sevenviews.encoder.store import default_bundle_path
from sevenviews.refresh.config import SHIPPED_TRAINING
from sevenviews.training.config import PACKAGED_CONFIG, SCRATCH_CONFIG, DataConfig, TrainConfig, is_rotation
from sevenviews.training.drawings import open_dataset
from sevenviews.training.export import export
from sevenviews.training.losses.config import ArcFaceConfig, TripletConfig
from sevenviews.training.models.config import ModelConfig
from sevenviews.training.optimizers import AdamConfig, SgdConfig
from sevenviews.training.split import split
from tests.conftest import ROOT


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    for number in range(8):
        (folder / f"D{number}").mkdir(parents=True)
        for turn, view in enumerate(("front", "back", "left", "top")):
            image = Image.new("1", (200, 200), 1)
            pen = ImageDraw.Draw(image)
            pen.regular_polygon((100, 100, 70), 3 + number, rotation=7 * turn, outline=0, width=3)
            image.save(folder / f"D{number}" / f"{view}.png")
    return folder


def silent(_: object) -> None:
    """Nobody listens."""


def test_the_cache_is_made_once_and_split_by_design(corpus: Path, tmp_path: Path) -> None:
    config = DataConfig(corpora=(corpus,), synthetic_designs=2, cache_side=64, validation_share=0.3)
    said: list[str] = []
    cache = open_dataset(tmp_path / "cache", config, 0, 1, said.append)
    assert cache.pixels.shape == (8 * 4 + 2 * 7, 64, 64)
    assert len(cache.names) == 10
    parts = split(cache, config, seed=0)
    assert len(parts.training) + len(parts.validation) == len(cache.designs)
    assert not set(cache.designs[parts.training]) & set(cache.designs[parts.validation])
    index = next((tmp_path / "cache").rglob("index.json"))
    written = index.stat().st_mtime_ns
    again = open_dataset(tmp_path / "cache", config, 0, 1, said.append)
    assert index.stat().st_mtime_ns == written
    assert again.digest == cache.digest
    assert np.array_equal(again.pixels, cache.pixels)


def test_a_missing_corpus_is_named(tmp_path: Path) -> None:
    config = DataConfig(corpora=(tmp_path / "nowhere",))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        open_dataset(tmp_path / "cache", config, 0, 1, silent)


CONFIGS = ROOT / "services/sevenviews/training/configs"


@pytest.mark.parametrize("name", [path.name for path in sorted(CONFIGS.glob("*.yaml"))])
def test_every_shipped_configuration_is_valid(name: str) -> None:
    config = TrainConfig.load(CONFIGS / name)
    assert config.name
    assert all(corpus.is_absolute() for corpus in config.data.corpora)
    assert TrainConfig.model_validate_json(config.model_dump_json()) == config


def test_folded_statistics_are_kept() -> None:
    config = TrainConfig.load(CONFIGS / "mobilenetv2-imagenet.yaml")
    assert config.model.freeze_batch_norm
    assert config.loss == ArcFaceConfig(scale=30, margin=0.3)


def test_the_packaged_model_is_the_one_that_is_refreshed() -> None:
    trained = TrainConfig.load(PACKAGED_CONFIG)
    refreshed = TrainConfig.load(SHIPPED_TRAINING)
    packaged = load_bundle(default_bundle_path()).manifest
    begun = trained.model.without_initial_weights()
    assert refreshed.model == begun.model_copy(update={"freeze_batch_norm": True})
    assert refreshed.deployed_image_size == trained.deployed_image_size == packaged.image_size
    assert packaged.name == trained.as_steps()[-1].name


def test_from_imagenet_is_the_recipe_from_scratch_but_for_the_network_and_its_rate() -> None:
    scratch = TrainConfig.load(SCRATCH_CONFIG)
    assert scratch.model.weights_path is None
    beside = TrainConfig.load(CONFIGS / "line-resnet-from-imagenet.yaml")
    assert beside.model.weights_path is not None
    start = {"backbone", "width", "initial_weights", "freeze_batch_norm"}
    assert beside.model.model_dump(exclude=start) == scratch.model.model_dump(exclude=start)
    coarse, whitened = beside.steps
    assert coarse.optimization is not None
    theirs = scratch.steps[0].optimization
    assert theirs is not None
    slower = theirs.model_copy(update={"backbone_rate": coarse.optimization.backbone_rate})
    assert (coarse.optimization, whitened) == (slower, scratch.steps[1])
    shared = {"name", "model", "steps", "evaluate_every"}
    assert beside.model_dump(exclude=shared) == scratch.model_dump(exclude=shared)


@pytest.mark.parametrize("backbone", ["resnet18", "resnet50"])
def test_deeppatent_is_what_the_paper_says(backbone: str) -> None:
    config = TrainConfig.load(CONFIGS / f"deeppatent-{backbone.replace('resnet', 'rn')}.yaml")
    assert (config.model.backbone, config.model.gem_p, config.model.gem_learned) == (backbone, 3, False)
    # Its own lists instead of shares drawn anew.
    assert [one.name.partition("_")[0] for one in config.data.test_lists] == ["test", "test"]
    assert [one.name.partition("_")[0] for one in config.data.validation_lists] == ["val", "val"]
    rotnet, classification, triplet = config.as_steps()
    assert is_rotation(rotnet.loss)
    assert rotnet.augmentation.rotation_degrees == 0
    for step in (rotnet, classification):
        assert step.optimization.optimizer == SgdConfig(momentum=0.9, nesterov=True)
        assert (step.optimization.backbone_rate, step.optimization.batch_size) == (0.01, 256)
    assert classification.optimization.steps == 100 * 254_787 // 256
    assert isinstance(triplet.loss, TripletConfig)
    assert triplet.optimization.optimizer == AdamConfig()
    assert (triplet.optimization.backbone_rate, triplet.optimization.batch_size) == (5e-7, 32)
    assert triplet.augmentation.rotation_degrees == 180


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("optimization: {stepz: 3}", "no 'stepz' here; did you mean 'steps'"),
        ("optimisation: {steps: 3}", "no 'optimisation' here; did you mean 'optimization'"),
        ("model: {backbon: resnet18}", "no 'backbon' here; did you mean 'backbone'"),
        ("model: {backbone: resnet19}", "resnet18"),
        ("loss: {kind: arcfase}", "no kind 'arcfase'; did you mean 'arcface'"),
        ("loss: {kind: arcface, focall: 1}", "no 'focall' here; did you mean 'focal'"),
        ("optimization: {optimizer: {kind: sdg}}", "no kind 'sdg'; did you mean 'sgd'"),
        ("steps: [{name: a, los: {kind: triplet}}]", "no 'los' here; did you mean 'loss'"),
        ("steps: [{name: a}, {name: a}]", "two have one name"),
        ("optimization: {batch_size: 6}", "cannot be dealt to 1 workers in groups of 4"),
        ("optimization: {copies: 3}", "4 drawings cannot be 3 copies each"),
        ("workers: 3", "cannot be dealt to 3 workers"),
        ("optimization: {drawings_per_design: 1}\nmodel: {branches: 2}", "two branches need two drawings"),
    ],
)
def test_a_mistake_in_a_configuration_is_named(tmp_path: Path, yaml: str, message: str) -> None:
    (tmp_path / "x.yaml").write_text(f"name: x\n{yaml}\n")
    with pytest.raises(ValidationError, match=message):
        TrainConfig.load(tmp_path / "x.yaml")


def test_runs_of_before_the_losses_can_still_be_read() -> None:
    config = TrainConfig.model_validate(
        {"name": "old", "optimization": {"steps": 5, "arcface_scale": 20, "arcface_margin": 0.2}}
    )
    assert config.loss == ArcFaceConfig(scale=20, margin=0.2)
    assert config.optimization.steps == 5


def test_a_step_inherits_what_it_does_not_say() -> None:
    config = TrainConfig.model_validate(
        {
            "name": "x",
            "loss": {"kind": "info_nce"},
            "evaluate_every": 7,
            "steps": [{"name": "a"}, {"name": "b", "loss": {"kind": "triplet"}, "evaluate_every": 3}],
        }
    )
    first, second = config.as_steps()
    assert (first.name, first.loss.kind, first.evaluate_every) == ("x-a", "info_nce", 7)
    assert (second.name, second.loss.kind, second.evaluate_every) == ("x-b", "triplet", 3)
    assert config.total_steps == 2 * config.optimization.steps


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(
        "name: x\ndata: {corpora: [a], validation_lists: [v.txt.gz]}\nmodel: {initial_weights: runs/rotnet}\n"
    )
    config = TrainConfig.load(tmp_path / "x.yaml")
    assert config.data.corpora == (tmp_path / "a",)
    assert config.data.validation_lists == (tmp_path / "v.txt.gz",)
    assert config.model.weights_path == tmp_path / "runs/rotnet"
    for named in ("", "none", "imagenet"):
        assert ModelConfig(initial_weights=named).relative_to(tmp_path).weights_path is None


def test_a_run_without_a_checkpoint_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        export(tmp_path, tmp_path / "bundle")
