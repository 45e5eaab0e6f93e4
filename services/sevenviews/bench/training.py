"""The training beside what it cannot do without: its loader, and the network alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import islice

import numpy as np
import torch

from sevenviews.bench.comparison import Comparison, Report, alternate
from sevenviews.training.augmentation import Changes, change, draw_changes
from sevenviews.training.batches import Batch, Batches, make_sampler
from sevenviews.training.config import SCRATCH_CONFIG, DataConfig, TrainConfig
from sevenviews.training.drawings import DrawingDataset
from sevenviews.training.labels import labelled
from sevenviews.training.split import Indices, split
from sevenviews.training.start import begin
from sevenviews.training.step import Trained, forward, take_step

STAGES = ("read", "augment")

_BATCH = 64
"""Few designs must be enough for one."""


def default_config(designs: int, threads: int) -> TrainConfig:
    """The first step of the training from scratch, on synthetic designs and in smaller batches."""
    shipped = TrainConfig.load(SCRATCH_CONFIG).as_steps()[0]
    optimization = shipped.optimization.model_copy(update={"batch_size": _BATCH})
    data = DataConfig(synthetic_designs=designs)
    changed = {"name": "bench", "data": data, "optimization": optimization, "threads": threads}
    return shipped.model_copy(update=changed)


def measure(
    config: TrainConfig,
    dataset: DrawingDataset,
    pairs: int,
    batches: int,
    clock: Callable[[], float] = time.perf_counter,
) -> Report:
    """Load, and train, beside the bare stages, in turn.

    Args:
        config: of a run; of a protocol of several steps, the last is measured. One worker; random weights.
        dataset: its drawings.
        pairs: alternations.
        batches: in each round of each way.
        clock: seconds.

    Raises:
        ValueError: a number is less than one, the drawings do not fill a batch, or there is no GPU to use.
    """
    if batches < 1:
        raise ValueError("batches must be at least 1")
    if config.use_gpu and not torch.cuda.is_available():
        raise ValueError("use_gpu: there is no GPU that torch could use")
    step = _measurable(config.as_steps()[-1])
    with _threads(step.threads):
        return _Measurement(step, dataset, batches, clock).run(pairs)


def _measurable(config: TrainConfig) -> TrainConfig:
    """Neither whitening nor weights matter to the time of a step, and there is always a batch more."""
    options = config.optimization.model_copy(update={"whiten_drawings": 0, "steps": 1_000_000})
    return config.model_copy(
        update={"optimization": options, "model": config.model.without_initial_weights(), "workers": 1}
    )


class _Measurement:
    def __init__(
        self, config: TrainConfig, dataset: DrawingDataset, batches: int, clock: Callable[[], float]
    ) -> None:
        self._config = config
        self._clock = clock
        self._dataset = dataset
        self._count = batches
        self._device = torch.device("cuda" if config.use_gpu else "cpu")
        training, labels = labelled(dataset, split(dataset, config.data, config.seed).training, config.loss)
        self._batches = Batches(config, dataset, training, labels, 0, self._device)
        self._state = begin(config, dataset, training, labels, self._device)
        self._network = Trained(self._state.model, self._state.loss.level)
        sampler = make_sampler(config, dataset, training)
        self._rows = [np.sort(training[sampler.batch(number)]) for number in range(batches)]
        self._ready = next(self._batches.from_number(0))

    def run(self, pairs: int) -> Report:
        # Once unmeasured: pages are read, kernels are chosen.
        self._loader(0)
        self._loop(0)
        loaders, stages = alternate(pairs, self._loader, self._stages)
        loops, passes = alternate(pairs, self._loop, self._passes)
        options = self._config.optimization
        beside_stages = (
            Comparison.of("loader", f"bare {name}", "drawings/s", loaders, [one[name] for one in stages])
            for name in STAGES
        )
        beside_network = Comparison.of("training", "bare forward and backward", "drawings/s", loops, passes)
        return Report(
            "training",
            f"{self._config.model.backbone} at {options.image_size} px, batches of {options.batch_size}, "
            f"{len(self._dataset.designs)} drawings, threads: {self._config.threads}, {self._device.type}",
            (*beside_stages, beside_network),
        )

    def _loader(self, _: int) -> float:
        def load() -> None:
            for _batch in self._some(0):
                pass

        return self._rate(load)

    def _stages(self, _: int) -> dict[str, float]:
        paper: list[torch.Tensor] = []

        def read() -> None:
            paper.extend(torch.from_numpy(self._dataset.pixels[rows])[:, None] for rows in self._rows)

        reading = self._rate(read)
        changes = [self._changes(number, rows) for number, rows in enumerate(self._rows)]
        moved = [one.to(self._device) for one in paper]

        def augment() -> None:
            for one, decided in zip(moved, changes, strict=True):
                change(one, decided, self._config.optimization.image_size)

        return {"read": reading, "augment": self._rate(augment)}

    def _changes(self, number: int, rows: Indices) -> Changes:
        designs = torch.from_numpy(self._dataset.designs[rows])
        chance = torch.Generator().manual_seed(number)
        return draw_changes(designs, self._config.augmentation, chance).to(self._device)

    def _loop(self, _: int) -> float:
        def train() -> None:
            for batch in self._some(self._state.step):
                take_step(self._state, self._network, batch, self._config)

        return self._rate(train)

    def _passes(self, _: int) -> float:
        def both_ways() -> None:
            for _number in range(self._count):
                self._network.zero_grad(set_to_none=True)
                vectors = forward(self._network, self._ready, self._config)
                vectors.float().sum().backward()  # type: ignore[no-untyped-call]

        self._network.train()
        return self._rate(both_ways)

    def _some(self, first: int) -> Iterator[Batch]:
        with closing(self._batches.from_number(first)) as batches:
            yield from islice(batches, self._count)

    def _rate(self, work: Callable[[], None]) -> float:
        self._await_device()
        started = self._clock()
        work()
        self._await_device()
        return self._count * self._config.optimization.batch_size / (self._clock() - started)

    def _await_device(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
