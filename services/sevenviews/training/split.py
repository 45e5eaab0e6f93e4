"""Which drawings are trained on, which validate, and which are never seen: by patent, as DeepPatent splits.

Kin (`kinship`) are never torn apart: what is held out takes its kin along, and what is in no part of the split is not
seen at all. The report set of real patents (`lab.sets`) is in none, whatever a configuration says.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sevenviews.corpus.deeppatent import read_list
from sevenviews.designs import canonical_patent_id
from sevenviews.lab.sets import PatentSet, read_ids, set_of
from sevenviews.training.config import DataConfig
from sevenviews.training.drawings import DrawingDataset, is_real

Indices = npt.NDArray[np.int64]

_LEAST = 2
"""Designs to validate with: one alone finds itself."""


@dataclass(frozen=True, slots=True)
class Split:
    """Indices of drawings; no design is in two of them, nor is a design in one and its kin in another."""

    training: Indices
    validation: Indices
    test: Indices


def split(dataset: DrawingDataset, config: DataConfig, seed: int) -> Split:
    """By DeepPatent's own lists where they are given, else by shares of the designs.

    DeepPatent holds out 15 % of the patents for the test, and of the rest 15 % for validation (section 3). A group of
    kin that is larger than what is still to be held out is trained on, unless all are. Raises FileNotFoundError: a
    list is not there; ValueError: lists overlap or name nothing of the corpus, or nothing is left to train on.
    """
    reporting = {number for number, name in enumerate(dataset.names) if set_of(name) is PatentSet.REPORT}
    excluded = _kin(dataset, _listed(dataset, config.excluded_lists) | reporting)
    if config.validation_lists:
        test, validation = _by_lists(dataset, config)
        # Trained on is what is no kin of theirs; of the validation stays what is no kin of the test.
        of_test = _kin(dataset, test)
        excluded |= (of_test | _kin(dataset, validation)) - validation
        excluded |= of_test & validation
    else:
        rest = len(dataset.names) - len(excluded)
        real = set(np.flatnonzero(is_real(dataset, config)).tolist())
        # Few as they are, all drawings of real patents that may be learned from are.
        groups = [one for one in _groups(dataset, excluded) if not real.intersection(one)]
        random.Random(seed).shuffle(groups)  # noqa: S311 - a split, not a secret
        test, groups = _taken(groups, round(config.test_share * rest))
        most = max(_LEAST, round(config.validation_share * (rest - len(test))))
        validation, others = _taken(groups, most)
        if not validation and len(others) > 1:
            smallest = min(others, key=len)
            validation = set(smallest)
    excluded -= test
    in_test, in_validation, apart = (
        np.isin(dataset.designs, list(one)) for one in (test, validation - excluded, excluded)
    )
    if not in_validation.any():
        raise ValueError("no design can be held out for validation: all are kin of each other, or excluded")
    training = np.flatnonzero(~in_test & ~in_validation & ~apart)
    if not len(training):
        raise ValueError("no design is left to train on: all are held out")
    return Split(training, np.flatnonzero(in_validation), np.flatnonzero(in_test))


def _by_lists(dataset: DrawingDataset, config: DataConfig) -> tuple[set[int], set[int]]:
    test = _listed(dataset, config.test_lists)
    validation = _listed(dataset, config.validation_lists)
    if shared := test & validation:
        raise ValueError(f"{dataset.names[min(shared)]} is in test_lists and in validation_lists")
    if not validation:
        raise ValueError("no patent of validation_lists is in the corpora")
    return test, validation


def _groups(dataset: DrawingDataset, without: set[int]) -> list[list[int]]:
    """The designs of each group of kin, in the order of their first ones."""
    groups: dict[int, list[int]] = {}
    for design, group in enumerate(dataset.groups.tolist()):
        if design not in without:
            groups.setdefault(group, []).append(design)
    return list(groups.values())


def _taken(groups: Iterable[list[int]], most: int) -> tuple[set[int], list[list[int]]]:
    """Of the groups in their order as many as fit into so many designs; and the others."""
    taken: set[int] = set()
    others: list[list[int]] = []
    for group in groups:
        if len(taken) + len(group) <= most:
            taken.update(group)
        else:
            others.append(group)
    return taken, others


def _kin(dataset: DrawingDataset, designs: set[int]) -> set[int]:
    """These designs, and all of their kin."""
    groups = dataset.groups
    return set(np.flatnonzero(np.isin(groups, groups[list(designs)])).tolist()) if designs else set()


def _listed(dataset: DrawingDataset, lists: Sequence[Path]) -> set[int]:
    named = {patent for one in lists for patent in _patents_of(one)}
    return {number for number, name in enumerate(dataset.names) if canonical_patent_id(name) in named}


def _patents_of(path: Path) -> list[str]:
    """Canonical ids: of a list of DeepPatent's images, or of a list of ids."""
    try:
        return [canonical_patent_id(image.path.name.split("-")[0]) for image in read_list(path)]
    except ValueError:
        return read_ids(path.read_text().splitlines())
