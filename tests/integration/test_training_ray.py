"""Whole small runs on Ray Train: steps that start each other, early stopping, two workers, a killed one."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
import yaml
from PIL import Image, ImageDraw

from sevenviews.training.config import TrainConfig
from sevenviews.training.export import export
from sevenviews.training.memory import ALLOCATOR
from sevenviews.training.order import Order, claimed
from sevenviews.training.places import BEST, CHECKPOINT
from sevenviews.training.run import RunResult, load_config, train

pytestmark = pytest.mark.usefixtures("ray_address")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawings") / "corpus"
    for number in range(12):
        (folder / f"D{number}").mkdir(parents=True)
        for turn, view in enumerate(("front", "back", "left", "top")):
            image = Image.new("1", (120, 120), 1)
            pen = ImageDraw.Draw(image)
            pen.regular_polygon((60, 60, 40 + number), 3 + number % 5, rotation=7 * turn, outline=0, width=3)
            pen.line((20, 20 + 5 * number, 100, 60), fill=0, width=2)
            image.save(folder / f"D{number}" / f"{view}.png")
    return folder


def silent(_: object) -> None:
    """Nobody listens."""


def config_of(corpus: Path, **more: Any) -> TrainConfig:
    settings: dict[str, Any] = {
        "name": "small",
        "data": {"corpora": [corpus], "cache_side": 64, "validation_share": 0.3},
        "model": {"backbone": "resnet18", "dimension": 16},
        "optimization": {"steps": 4, "batch_size": 8, "drawings_per_design": 2, "image_size": 64},
        "deployed_image_size": 64,
        "evaluate_every": 2,
        "threads": 1,
        "bfloat16": False,
    }
    for key, value in more.items():
        settings[key] = {**settings[key], **value} if key in settings and isinstance(value, dict) else value
    return TrainConfig.model_validate(settings)


def test_a_small_run_trains_continues_and_exports(corpus: Path, tmp_path: Path) -> None:
    config = config_of(corpus, optimization={"whiten_drawings": 16})
    advanced: list[float] = []
    result = train(config, tmp_path / "run", silent, lambda metrics: advanced.append(metrics["step"]))
    assert [one["step"] for one in result.metrics] == advanced == [2, 4]
    assert load_config(tmp_path / "run") == config
    facts = json.loads((tmp_path / "run/run.json").read_text())
    assert len(facts["data_digest"]) == 64
    assert facts["unread"] == 0
    assert list((tmp_path / "run/tensorboard").glob("events.*"))
    again = train(config, tmp_path / "run", silent)
    assert again.metrics == result.metrics  # nothing was left to do
    bundle = export(tmp_path / "run", tmp_path / "bundle")
    assert bundle.manifest.training["validation"]["step"] == 4
    assert bundle.manifest.training["data_digest"] == facts["data_digest"]
    with pytest.raises(ValueError, match="another configuration"):
        train(config.model_copy(update={"seed": 9}), tmp_path / "run", silent)


@pytest.mark.slow
def test_the_steps_of_deeppatent_start_each_other(corpus: Path, tmp_path: Path) -> None:
    sgd = {"kind": "sgd", "momentum": 0.9, "nesterov": True}
    few = {"steps": 2, "batch_size": 8, "image_size": 64, "warmup_steps": 0}
    config = config_of(
        corpus,
        steps=[
            {
                "name": "rotnet",
                "loss": {"kind": "classification", "by": "rotation"},
                "optimization": {**few, "optimizer": sgd, "backbone_rate": 0.01},
            },
            {
                "name": "classification",
                "loss": {"kind": "classification"},
                "optimization": {**few, "optimizer": sgd, "drawings_per_design": 1},
            },
            {
                "name": "triplet",
                "loss": {"kind": "triplet"},
                "optimization": {
                    **few,
                    "optimizer": {"kind": "adam"},
                    "backbone_rate": 5e-7,
                    "drawings_per_design": 2,
                    "whiten_drawings": 16,
                },
            },
        ],
    )
    advanced: list[float] = []
    result = train(config, tmp_path / "run", silent, lambda metrics: advanced.append(metrics["step"]))
    assert config.total_steps == 6
    assert [one["step"] for one in result.metrics] == advanced == [2, 4, 6]
    first, second, third = (tmp_path / "run" / name for name in ("1-rotnet", "2-classification", "3-triplet"))
    assert load_config(first).model.initial_weights == ""
    assert load_config(second).model.initial_weights == str(first)
    assert load_config(third).model.initial_weights == str(second)
    weights = [torch.load(one / CHECKPOINT, weights_only=True) for one in (first, second, third)]
    # Four rotations; the patents that are trained on; a triplet has no classes.
    assert [len(one["loss"].get("classifier.bias", ())) for one in weights] == [4, 8, 0]
    # At a rate of 5e-7 the backbone of step 3 is still, nearly, that of step 2, and not that of step 1.
    name = "features.0.weight"
    features = [one["model"][name] for one in weights]
    assert (features[2] - features[1]).abs().max() < 1e-5
    assert (features[1] - features[0]).abs().max() > 1e-5
    bundle = export(tmp_path / "run", tmp_path / "bundle")
    assert bundle.manifest.name == "small-triplet"
    assert train(config, tmp_path / "run", silent).metrics == result.metrics


@pytest.mark.slow
def test_training_ends_when_it_no_longer_helps(corpus: Path, tmp_path: Path) -> None:
    still = {"backbone_rate": 0, "head_rate": 0, "steps": 40}
    config = config_of(
        corpus, optimization=still, evaluate_every=1, patience=2, model={"freeze_batch_norm": True}
    )
    result = train(config, tmp_path / "run", silent)
    # Nothing changes: the first validation is the best, two more are waited for.
    assert [one["step"] for one in result.metrics] == [1, 2, 3]
    assert torch.load(tmp_path / "run" / BEST, weights_only=True)["step"] == 1
    assert len(train(config, tmp_path / "run", silent).metrics) == 3


@pytest.mark.slow
def test_two_workers_are_as_one(corpus: Path, tmp_path: Path) -> None:
    loss = {"kind": "arcface", "margin": 0.5, "focal": 1.5, "subcentres": 2}
    rates = {
        "steps": 5,
        "backbone_rate": 1e-3,
        "head_rate": 1e-2,
        "warmup_steps": 0,
        "optimizer": {"kind": "sgd"},
    }
    runs: list[RunResult] = []
    for workers in (1, 2):
        config = config_of(corpus, loss=loss, optimization=rates, evaluate_every=1, workers=workers)
        runs.append(train(config, tmp_path / f"run-{workers}", silent))
    one, two = ([metrics["loss"] for metrics in run.metrics] for run in runs)
    assert len(set(one)) > 2  # it moves
    assert two == pytest.approx(one, rel=2e-3, abs=2e-3)
    ends = [torch.load(run.folder / CHECKPOINT, weights_only=True) for run in runs]
    for part in ("model", "loss"):
        for name, value in ends[0][part].items():
            other = ends[1][part][name]
            assert torch.allclose(value.float(), other.float(), rtol=5e-3, atol=5e-3), (part, name)


def workers_of_ray() -> list[psutil.Process]:
    """The processes in which Ray trains, among those that this test has started."""
    children = psutil.Process().children(recursive=True)
    return [one for one in children if "TrainWorker" in "".join(one.cmdline()) or "TrainWorker" in one.name()]


@pytest.mark.slow
def test_a_killed_worker_is_started_again_and_finishes_as_if_it_had_lived(
    corpus: Path, tmp_path: Path
) -> None:
    config = config_of(corpus, optimization={"steps": 30}, evaluate_every=3)
    undisturbed = train(config, tmp_path / "whole", silent)
    run = tmp_path / "run"
    killed: list[int] = []
    environments: list[dict[str, str]] = []

    def kill() -> None:
        until = time.monotonic() + 120
        while not killed and time.monotonic() < until:
            if (run / CHECKPOINT).is_file():
                for one in workers_of_ray():
                    environments.append(one.environ())
                    killed.append(one.pid)
                    one.kill()
            time.sleep(0.02)

    assassin = threading.Thread(target=kill)
    assassin.start()
    result = train(config, run, silent)
    assassin.join()
    assert killed
    # A process begins with these, or its allocator does not heed them.
    assert all(environment.items() >= ALLOCATOR.items() for environment in environments)
    assert [one["step"] for one in result.metrics] == list(range(3, 31, 3))
    # The same batches, the same changes, the same chance.
    assert [one["loss"] for one in result.metrics] == pytest.approx(
        [one["loss"] for one in undisturbed.metrics], abs=2e-3
    )


def test_a_yaml_says_it_all(corpus: Path, tmp_path: Path) -> None:
    told = config_of(corpus, loss={"kind": "info_nce", "temperature": 0.1})
    path = tmp_path / "x.yaml"
    path.write_text(yaml.safe_dump(told.model_dump(mode="json")))
    assert TrainConfig.load(path) == told


@pytest.mark.slow
def test_rows_are_trained_and_measured_seed_by_seed_on_what_all_of_them_held_out(
    corpus: Path, tmp_path: Path
) -> None:
    settings = {
        "base": config_of(corpus).model_dump(mode="json", exclude={"name", "seed"}),
        "rows": {"ArcFace": {}, "in two": {"steps": [{"name": "one"}, {"name": "other"}]}},
        "descriptors": ["raw"],
        "claims": [{"above": "raw", "below": "ArcFace", "by": "nobody"}],
        "seed": 1,
    }
    order = Order.model_validate(settings)
    found = list(order.measured(tmp_path, silent))
    assert [(one.row, one.seed, one.drawings) for one in found] == [
        (row, seed, drawings)
        for seed in (1, 2)
        for row, drawings in (("ArcFace", 32), ("in two", 64), ("raw", 0))
    ]
    assert found == list(order.measured(tmp_path, silent))
    score = {(one.row, one.seed): one.mean_average_precision for one in found}
    assert all(0 < one <= 1 for one in score.values())
    differences = [score["raw", seed] - score["ArcFace", seed] for seed in (1, 2)]
    assert claimed(order.claims[0], found) == differences
