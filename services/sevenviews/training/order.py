"""Do the papers' claims hold here: rows trained at an equal budget, and compared seed by seed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pydantic import Field, model_validator

from sevenviews.lab.experiment import Experiment, Watch
from sevenviews.lab.report import Report
from sevenviews.lab.settings import Settings, merged, nearest

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from sevenviews.training.config import TrainConfig
    from sevenviews.training.drawings import DrawingDataset

_EXAMPLES = 2000
"""Drawings that a descriptor which learns is fitted on, of those trained on."""


class Claim(Settings):
    """That one row stands above another, or beside it."""

    above: str
    below: str
    by: str = Field(description="Who says so.")


class Measured(NamedTuple):
    """A row trained with a seed, or a descriptor on the same held-out drawings.

    `drawings` were trained on, repetitions counted; 0 for a descriptor.
    """

    row: str
    seed: int
    mean_average_precision: float
    accuracy_at_1: float
    drawings: int


class Order(Experiment):
    """Train rows that differ in one thing each, with several seeds, and say which of the papers' claims hold.

    Each held-out drawing asks for the others of its design. The same folder again goes on where it was broken off.

    Example:  sevenviews lab order --out order
    """

    row: ClassVar[str] = "the order of the papers' rows, at an equal budget"
    configs: ClassVar[Path | None] = Path(__file__).parent / "configs" / "order"
    usual: ClassVar[str] = "ldraw"

    base: dict[str, Any] = Field(description="A training, as `sevenviews train` takes it.")
    rows: dict[str, dict[str, Any]] = Field(min_length=1, description="What each has in place of the base's.")
    descriptors: tuple[str, ...] = Field(default=(), description="Classic ones, beside the rows.")
    claims: tuple[Claim, ...] = ()
    seed: int = Field(default=7, description="Of the split, the initial weights and the batches: the first.")
    repeats: int = Field(default=2, ge=1, description="Seeds that each row is trained with, from --seed on.")
    steps: int | None = Field(default=None, ge=1)
    """The budget: batches of each step; none: the YAML's."""
    folder: Path = Field(default=Path(), exclude=True)
    """That paths are relative to: the YAML file's."""

    @model_validator(mode="after")
    def _fits(self) -> Order:
        from sevenviews.lab.descriptors import CLASSIC

        for row in self.rows:
            self.training(row, self.seed)
        known = {*self.rows, *self.descriptors}
        named = [name for claim in self.claims for name in (claim.above, claim.below)]
        for where, names, there in (
            ("descriptors", self.descriptors, set(CLASSIC)),
            ("claims", named, known),
        ):
            for name in names:
                if name not in there:
                    raise ValueError(f"{where}: there is no row {name!r}{nearest(name, there)}")
        return self

    def training(self, row: str, seed: int) -> TrainConfig:
        """The training of a row. Raises ValueError: the row changes something that there is not."""
        from sevenviews.training.config import TrainConfig

        whole = {**merged(self.base, self.rows[row]), "name": row, "seed": seed}
        try:
            config = TrainConfig.model_validate(whole).relative_to(self.folder)
        except ValueError as error:
            raise ValueError(f"rows: {row}: {error}") from error
        return config.with_budget(self.steps) if self.steps else config

    def run(self, report: Report, watch: Watch) -> None:
        """Train, measure, and compare."""
        advance = watch("rows", self.repeats * (len(self.rows) + len(self.descriptors)))
        found = list[Measured]()
        for one in self.measured(report.folder, lambda line: watch(line, 1)(1)):
            found.append(one)
            advance(len(found))
        first = self.training(next(iter(self.rows)), self.seed)
        corpora = ", ".join(sorted({one.name for one in first.data.corpora})) or "the synthetic corpus"
        report.title = "Do the papers' claims hold at an equal budget?"
        report.text(
            f"Trained on {corpora}; {first.data.validation_share:.0%} of the designs are held out, each of their "
            "drawings asks for the others of its design, and AP is taken over the whole ranking. A seed decides the "
            f"split, the initial weights and the batches: {', '.join(map(str, self._seeds()))}. Rows differ in what "
            "they name alone."
        )
        names = dict.fromkeys(one.row for one in found)
        lines = (_line([one for one in found if one.row == name]) for name in names)
        report.table(("row", "drawings trained on", "mAP", "over seeds", "Acc@1"), lines)
        for one in found:
            report.row(f"{one.row}, seed {one.seed}", one._asdict())
        verdicts = []
        for claim in self.claims:
            differences = claimed(claim, found)
            verdicts.append(
                (claim, verdict(differences), ", ".join(f"{one:+.3f}" for one in differences) or "–")
            )
            named = f"{claim.above} ≥ {claim.below}"
            report.row(
                named, {f"seed {one}": by for one, by in zip(self._seeds(), differences, strict=False)}
            )
        report.table(
            ("claim", "by", "here", "differences of mAP, seed by seed"),
            [(f"{one.above} ≥ {one.below}", one.by, what, by) for one, what, by in verdicts],
        )

    def measured(self, out: Path, tell: Callable[[str], None]) -> Iterator[Measured]:
        """Train and measure, seed by seed; runs, and the drawings that they share, lie in `out`.

        Raises FileNotFoundError, ValueError: as `train` does.
        """
        from sevenviews.training.run import local_ray, train

        runs = out.resolve() / "runs"
        with local_ray():
            for seed in self._seeds():
                for row in self.rows:
                    tell(f"{row}, seed {seed}")
                    config = self.training(row, seed)
                    last = train(config, runs / f"{slug(row)}-{seed}", tell).metrics[-1]
                    seen = sum(one.batches * one.optimization.batch_size for one in config.as_steps())
                    yield Measured(row, seed, last["validation_map"], last["validation_acc1"], seen)
                if self.descriptors:
                    yield from _described(self.descriptors, config, runs / "drawings", tell)

    def _seeds(self) -> range:
        return range(self.seed, self.seed + self.repeats)


def claimed(claim: Claim, found: list[Measured]) -> list[float]:
    """By how much the one row's mAP is above the other's, for each seed of both: on the same held-out drawings."""
    maps: Mapping[tuple[str, int], float] = {(one.row, one.seed): one.mean_average_precision for one in found}
    seeds = sorted({one.seed for one in found})
    pairs = [(maps.get((claim.above, seed)), maps.get((claim.below, seed))) for seed in seeds]
    return [above - below for above, below in pairs if above is not None and below is not None]


def verdict(differences: list[float]) -> str:
    """Of a claim, over all seeds."""
    if not differences:
        return "not run"
    if min(differences) >= 0:
        return "holds"
    return "does not hold" if max(differences) < 0 else "seeds differ"


def slug(row: str) -> str:
    """A row's name as that of a folder."""
    return re.sub("[^a-z0-9]+", "-", row.lower()).strip("-")


def _line(of_row: list[Measured]) -> tuple[str, ...]:
    maps = [one.mean_average_precision for one in of_row]
    accuracy = sum(one.accuracy_at_1 for one in of_row) / len(of_row)
    spread = f"{min(maps):.3f}–{max(maps):.3f}" if len(maps) > 1 else "one"
    seen = f"{of_row[0].drawings:,}" if of_row[0].drawings else "–"
    return of_row[0].row, seen, f"{sum(maps) / len(maps):.3f}", spread, f"{accuracy:.3f}"


def _described(
    names: tuple[str, ...], config: TrainConfig, drawings: Path, tell: Callable[[str], None]
) -> Iterator[Measured]:
    import numpy as np

    from sevenviews.lab.descriptors import open_descriptor
    from sevenviews.training.drawings import open_dataset
    from sevenviews.training.split import split
    from sevenviews.training.validation import measure

    dataset = open_dataset(drawings, config.data, config.seed, config.threads, tell)
    parts = split(dataset, config.data, config.seed)
    chance = np.random.default_rng(config.seed)
    examples = chance.choice(parts.training, min(_EXAMPLES, len(parts.training)), replace=False)
    for name in names:
        descriptor = open_descriptor(name, lambda side: _resized(dataset, np.sort(examples), side))
        vectors = descriptor.describe(_resized(dataset, parts.validation, descriptor.side))
        found = measure(vectors, dataset.designs[parts.validation])
        yield Measured(name, config.seed, found["validation_map"], found["validation_acc1"], 0)


def _resized(dataset: DrawingDataset, indices: npt.NDArray[np.int64], side: int) -> npt.NDArray[np.uint8]:
    """[n, 1, side, side] of the drawings as they are kept: the same that the networks are given."""
    import cv2
    import numpy as np

    how = cv2.INTER_AREA if side < dataset.pixels.shape[1] else cv2.INTER_LINEAR
    return np.stack(
        [cv2.resize(dataset.pixels[one], (side, side), interpolation=how)[None] for one in indices]
    )
