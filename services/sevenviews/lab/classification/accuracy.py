"""Top-k accuracy, and the table class by class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Logits = npt.NDArray[np.floating]
"""[n, classes]: the higher, the more likely."""

Labels = npt.NDArray[np.bool_]
"""[n, classes]: which classes each sample has; at least one."""

TOP = (1, 5)


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class.

    Attributes:
        name: of the class.
        samples: that have it.
        precision: of the samples that are called it first, the share that has it; 0 where none is called it.
        recall: of the samples that have it, the share that is called it first.
        top5: of the samples that have it, the share where it is among the first five.
    """

    name: str
    samples: int
    precision: float
    recall: float
    top5: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def check_outputs(logits: Logits, labels: Labels) -> None:
    """Raise ValueError if shapes differ, there is one class, a logit is not finite, or a sample has no label."""
    if logits.shape != labels.shape or logits.ndim != 2 or not len(logits):  # noqa: PLR2004
        raise ValueError(f"logits {logits.shape} and labels {labels.shape} are not the same [n, classes]")
    if logits.shape[1] < 2:  # noqa: PLR2004
        raise ValueError("classes: one class is no classification; at least 2 are needed")
    if not np.isfinite(logits).all():
        raise ValueError("logits: one is not finite")
    if not labels.any(1).all():
        raise ValueError(f"labels: {int((~labels.any(1)).sum())} samples have none")


def top_accuracy(logits: Logits, labels: Labels, counts: Sequence[int] = TOP) -> Mapping[int, float]:
    """k -> share of samples with one of their labels among the first k; of equal logits the first class counts.

    Raises:
        ValueError: as `check_outputs`, or a k is below 1.
    """
    check_outputs(logits, labels)
    if min(counts) < 1:
        raise ValueError(f"counts: {list(counts)} are not all at least 1")
    hits = np.take_along_axis(labels, _order(logits), 1)
    return {count: float(hits[:, :count].any(1).mean()) for count in counts}


def class_table(logits: Logits, labels: Labels, names: Sequence[str]) -> list[ClassRow]:
    """A row for each class that a sample has, in the order of the names.

    Raises:
        ValueError: as `check_outputs`, or there are not as many names as classes.
    """
    check_outputs(logits, labels)
    if len(names) != labels.shape[1]:
        raise ValueError(f"names: {len(names)} for {labels.shape[1]} classes")
    order = _order(logits)
    first = order[:, 0]
    rows = []
    for index, name in enumerate(names):
        own = labels[:, index]
        if not own.any():
            continue
        called = first == index
        rows.append(
            ClassRow(
                name,
                int(own.sum()),
                float(own[called].mean()) if called.any() else 0.0,
                float(called[own].mean()),
                float((order[own, :5] == index).any(1).mean()),
            )
        )
    return rows


def label_average_precision(logits: Logits, labels: Labels) -> float:
    """Multilabel: mean over the classes that occur of the AP of their ranking of the samples.

    Raises:
        ValueError: as `check_outputs`.
    """
    check_outputs(logits, labels)
    worth = []
    for scores, own in zip(logits.T, labels.T, strict=True):
        if own.any():
            ranks = np.flatnonzero(own[np.argsort(-scores, kind="stable")]) + 1
            worth.append(float(np.mean(np.arange(1, len(ranks) + 1) / ranks)))
    return float(np.mean(worth))


def _order(logits: Logits) -> npt.NDArray[np.int64]:
    return np.argsort(-logits, axis=1, kind="stable")
