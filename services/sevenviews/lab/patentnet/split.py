"""Which designs teach and which ask: PatentNet's five to one, no design in both."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.lab.patentnet.dataset import PatentNetDataset
from sevenviews.lab.patentnet.labels import Level, names_at

TEST_SHARE = 1 / 6
"""8,000 of 48,000."""


@dataclass(frozen=True, slots=True)
class DesignSplit:
    """Indices of designs, ascending; none is in both."""

    training: npt.NDArray[np.int64]  # also the database of a retrieval
    test: npt.NDArray[np.int64]  # also its queries


def split_designs(
    dataset: PatentNetDataset, level: Level, share: float = TEST_SHARE, seed: int = 0
) -> DesignSplit:
    """Withhold a share of the designs of every class, at least one; classes of one design only teach.

    A design counts for its first class; one that is not labelled at the level is in neither part. Raises ValueError:
    the share is not between 0 and 1, there is one class only, or nothing is left to ask with.
    """
    if not 0 < share < 1:
        raise ValueError(f"share: {share} is not between 0 and 1")
    of_class: dict[str, list[int]] = defaultdict(list)
    for index, sample in enumerate(dataset.samples):
        for name in names_at(sample.labels, level)[:1]:
            of_class[name].append(index)
    if len(of_class) < 2:  # noqa: PLR2004 - one class teaches nothing
        raise ValueError(f"{dataset.name} has {len(of_class)} class at this level; at least 2 are needed")
    chance = random.Random(seed)  # noqa: S311 - a split, not a secret
    test: set[int] = set()
    for name in sorted(of_class):
        members = of_class[name]
        if len(members) > 1:
            test.update(chance.sample(members, max(1, round(share * len(members)))))
    if not test:
        raise ValueError(f"no class of {dataset.name} has two designs: there is nothing to ask with")
    training = sorted(index for members in of_class.values() for index in members if index not in test)
    return DesignSplit(np.array(training, np.int64), np.array(sorted(test), np.int64))
