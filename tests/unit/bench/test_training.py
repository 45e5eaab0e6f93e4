"""The benchmark of the training measures what it says."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
import torch

from sevenviews.bench.comparison import Spread
from sevenviews.bench.training import default_config, measure
from sevenviews.training.config import (
    SCRATCH_CONFIG,
    DataConfig,
    OptimizationConfig,
    StepConfig,
    TrainConfig,
)
from sevenviews.training.drawings import DrawingDataset
from sevenviews.training.losses.config import ClassificationConfig, LossConfig, TripletConfig
from sevenviews.training.models.config import ModelConfig
from tests.unit.bench.clock import CountingClock


def dataset(designs: int = 12, drawings: int = 4, side: int = 64) -> DrawingDataset:
    chance = np.random.default_rng(0)
    return DrawingDataset(
        pixels=chance.integers(0, 256, (designs * drawings, side, side), np.uint8),
        designs=np.repeat(np.arange(designs), drawings),
        names=tuple(f"D{number}" for number in range(designs)),
        categories=("",) * designs,
        digest="none",
    )


def config(loss: LossConfig | None = None, use_gpu: bool = False) -> TrainConfig:
    return TrainConfig(
        name="bench",
        data=DataConfig(cache_side=64, validation_share=0.2),
        model=ModelConfig(backbone="mobilenet_v3_small", dimension=8),
        loss=loss or TripletConfig(),
        optimization=OptimizationConfig(batch_size=8, drawings_per_design=2, image_size=32, steps=1),
        threads=1,
        use_gpu=use_gpu,
    )


@pytest.mark.parametrize(
    "loss", [TripletConfig(), ClassificationConfig(by="rotation")], ids=["triplet", "rotnet"]
)
def test_loader_and_training_are_timed_beside_their_stages(loss: LossConfig) -> None:
    threads = torch.get_num_threads()
    report = measure(config(loss), dataset(), pairs=3, batches=2, clock=CountingClock())
    assert "batches of 8, 48 drawings, threads: 1, cpu" in report.on
    read, augment, network = report.comparisons
    # What is timed n-th takes n seconds, for two batches of eight: the first two warm up, then loader, read and
    # augment are timed, these two first in the second pair; then loop and network likewise.
    rate = {number: 16 / number for number in range(1, 18)}
    assert read.ours == augment.ours == Spread.of([rate[3], rate[8], rate[9]])
    assert read.other == Spread.of([rate[4], rate[6], rate[10]])
    assert augment.other == Spread.of([rate[5], rate[7], rate[11]])
    assert network.ours == Spread.of([rate[12], rate[15], rate[16]])
    assert network.other == Spread.of([rate[13], rate[14], rate[17]])
    assert astuple(network.ratio) == pytest.approx(astuple(Spread.of([13 / 12, 14 / 15, 17 / 16])))
    assert torch.get_num_threads() == threads


def test_of_several_steps_the_last_is_measured() -> None:
    rotnet = StepConfig(name="rotnet", loss=ClassificationConfig(by="rotation"))
    options = OptimizationConfig(batch_size=4, drawings_per_design=2, image_size=32)
    chained = config().model_copy(
        update={"steps": (rotnet, StepConfig(name="triplet", optimization=options))}
    )
    assert "batches of 4" in measure(chained, dataset(), pairs=1, batches=1).on


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        measure(config(), dataset(), pairs=0, batches=1)
    with pytest.raises(ValueError, match="batch_size: a batch needs 4 designs"):
        measure(config(), dataset(designs=4), pairs=1, batches=1)
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="use_gpu: there is no GPU"):
            measure(config(use_gpu=True), dataset(), pairs=1, batches=1)


def test_weights_need_not_be_there(tmp_path: Path) -> None:
    model = ModelConfig(backbone="mobilenet_v3_small", dimension=8, initial_weights=str(tmp_path / "none.pt"))
    absent = config().model_copy(update={"model": model})
    assert measure(absent, dataset(), pairs=1, batches=1).comparisons[-1].ours.median > 0


def test_the_default_is_the_network_that_is_trained_from_scratch() -> None:
    default = default_config(designs=30, threads=2)
    scratch = TrainConfig.load(SCRATCH_CONFIG)
    assert (default.model, default.threads) == (scratch.model, 2)
    assert (default.data.synthetic_designs, default.data.corpora) == (30, ())
