"""Which drawings are trained on, which validate, and which are never seen: by patent, as DeepPatent splits."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sevenviews.corpus.deeppatent import read_list
from sevenviews.training.config import DataConfig
from sevenviews.training.drawings import DrawingDataset

Indices = npt.NDArray[np.int64]

_LEAST = 2
"""Designs to validate with: one alone finds itself."""


@dataclass(frozen=True, slots=True)
class Split:
    """Indices of drawings; no design is in two of them."""

    training: Indices
    validation: Indices
    test: Indices


def split(dataset: DrawingDataset, config: DataConfig, seed: int) -> Split:
    """By DeepPatent's own lists where they are given, else by shares of the designs.

    DeepPatent holds out 15 % of the patents for the test, and of the rest 15 % for validation (section 3).

    Raises:
        FileNotFoundError: a list is not there.
        ValueError: lists overlap or name nothing of the corpus, or nothing is left to train on.
    """
    if config.validation_lists:
        test = _listed(dataset, config.test_lists)
        validation = _listed(dataset, config.validation_lists)
        if shared := test & validation:
            raise ValueError(f"{dataset.names[min(shared)]} is in test_lists and in validation_lists")
        if not validation:
            raise ValueError("no patent of validation_lists is in the corpora")
    else:
        order = list(range(len(dataset.names)))
        random.Random(seed).shuffle(order)  # noqa: S311 - a split, not a secret
        test_count = round(config.test_share * len(order))
        test, rest = set(order[:test_count]), order[test_count:]
        validation = set(rest[: max(_LEAST, round(config.validation_share * len(rest)))])
    in_test = np.isin(dataset.designs, list(test))
    in_validation = np.isin(dataset.designs, list(validation))
    training = np.flatnonzero(~in_test & ~in_validation)
    if not len(training):
        raise ValueError("no design is left to train on: all are held out")
    return Split(training, np.flatnonzero(in_validation), np.flatnonzero(in_test))


def _listed(dataset: DrawingDataset, lists: Sequence[Path]) -> set[int]:
    named = {image.path.name.split("-")[0].upper() for one in lists for image in read_list(one)}
    return {number for number, name in enumerate(dataset.names) if name.upper() in named}
