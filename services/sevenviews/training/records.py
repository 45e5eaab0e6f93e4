"""The records that a run leaves: a line of JSON and TensorBoard's events for each validation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tensorboardX import SummaryWriter

from sevenviews.training.places import EVENTS, METRICS


class Records:
    """Of a run that begins, or goes on, at a batch: what lay behind its checkpoint is dropped, to be made again."""

    def __init__(self, folder: Path, step: int) -> None:
        self._path = folder / METRICS
        kept = [line for line in _lines(self._path) if json.loads(line)["step"] <= step]
        self._path.write_text("".join(f"{line}\n" for line in kept))
        self._events = SummaryWriter(str(folder / EVENTS), purge_step=step + 1, write_to_disk=True)

    def add(self, metrics: Mapping[str, float]) -> None:
        """A validation."""
        with self._path.open("a") as file:
            file.write(json.dumps(metrics) + "\n")
        for name, value in metrics.items():
            if name not in {"step", "steps"}:
                self._events.add_scalar(name, value, metrics["step"])
        self._events.flush()

    def close(self) -> None:
        """After the last."""
        self._events.close()


def read_metrics(path: Path) -> tuple[Mapping[str, float], ...]:
    """The validations of a run so far."""
    return tuple(json.loads(line) for line in _lines(path))


def _lines(path: Path) -> list[str]:
    """Whole lines only: the last may still be being written."""
    if not path.is_file():
        return []
    return [line.rstrip("\n") for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
