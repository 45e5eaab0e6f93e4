"""Whether predictions by class and by subclass agree: PatentNet's labels are a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.lab.classification.accuracy import Labels, Logits, check_outputs


@dataclass(frozen=True, slots=True)
class HierarchyReport:
    """Agreement of two classifiers on the same samples.

    Attributes:
        consistent: share of samples whose predicted subclass lies in their predicted class.
        class_by_subclass: share whose predicted subclass lies in a class that the sample has.
        near_misses: of the samples whose subclass is predicted wrongly, the share where it lies in the right class;
            0 where none is wrong.
    """

    consistent: float
    class_by_subclass: float
    near_misses: float


def parent_columns(
    parents: Mapping[str, str], subclasses: Sequence[str], classes: Sequence[str]
) -> npt.NDArray[np.int64]:
    """The column of each subclass's class.

    Raises:
        ValueError: a subclass has no known class.
    """
    column = {name: index for index, name in enumerate(classes)}
    orphans = [name for name in subclasses if parents.get(name) not in column]
    if orphans:
        raise ValueError(f"subclass {orphans[0]!r} has no class among {len(column)} classes")
    return np.array([column[parents[name]] for name in subclasses])


def hierarchy_report(
    class_logits: Logits,
    subclass_logits: Logits,
    class_labels: Labels,
    subclass_labels: Labels,
    parents: npt.NDArray[np.int64],
) -> HierarchyReport:
    """Compare a classifier of classes with one of subclasses on the same samples, row by row.

    Raises:
        ValueError: as `check_outputs`, or the numbers of samples or of subclasses differ.
    """
    check_outputs(class_logits, class_labels)
    check_outputs(subclass_logits, subclass_labels)
    if len(class_logits) != len(subclass_logits) or len(parents) != subclass_logits.shape[1]:
        raise ValueError("class and subclass predictions are not of the same samples and tree")
    rows = np.arange(len(class_logits))
    called = subclass_logits.argmax(1)
    above = parents[called]
    in_class = class_labels[rows, above]
    wrong = ~subclass_labels[rows, called]
    return HierarchyReport(
        consistent=float((above == class_logits.argmax(1)).mean()),
        class_by_subclass=float(in_class.mean()),
        near_misses=float(in_class[wrong].mean()) if wrong.any() else 0.0,
    )


def class_logits_from_subclasses(
    logits: Logits, parents: npt.NDArray[np.int64], classes: int
) -> npt.NDArray[np.float64]:
    """Log-probabilities of the classes, [n, classes], that a softmax over subclasses implies.

    log Σ softmax(z)_s over the subclasses s of a class.

    Raises:
        ValueError: a class has no subclass.
    """
    if set(parents.tolist()) != set(range(classes)):
        raise ValueError("a class has no subclass: it cannot be predicted through them")
    shifted = logits - logits.max(1, keepdims=True)
    total = np.log(np.exp(shifted).sum(1))
    members = [np.exp(shifted[:, parents == index]).sum(1) for index in range(classes)]
    implied: npt.NDArray[np.float64] = np.log(np.maximum(np.stack(members, 1), np.finfo(np.float64).tiny))
    implied -= total[:, None]
    return implied
