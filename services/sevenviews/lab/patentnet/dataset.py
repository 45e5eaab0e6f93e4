"""Designs in PatentNet's form: labels, and at most one drawing for each of the seven views."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sevenviews.corpus import CorpusEntry, iter_entries
from sevenviews.corpus.entry import CorpusPatent
from sevenviews.corpus.images import ImageEntry
from sevenviews.corpus.index_csv import Index, read_index
from sevenviews.corpus.reading import read_patents
from sevenviews.designs import STANDARD_VIEWS, Patent, View
from sevenviews.lab.advance import Advance, unheard
from sevenviews.lab.patentnet.labels import Label, Level, labels_of, names_at
from sevenviews.lab.patentnet.selection import EVERYTHING, Selection

TEST_SHARE = 1 / 6
"""8,000 of 48,000: PatentNet's five that teach to one that asks."""

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Sample:
    """A design."""

    patent: Patent  # its bibliography: the text beside the images
    labels: tuple[Label, ...]  # its places in the hierarchy; several, if it has several functions
    views: dict[View, bytes]
    """An encoded image for each view that it has; others than the seven, and repeated ones, are in `more`."""
    more: tuple[bytes, ...] = ()  # what else is drawn

    @property
    def missing(self) -> tuple[View, ...]:
        """The standard views that it lacks."""
        return tuple(view for view in STANDARD_VIEWS if view not in self.views)

    @property
    def images(self) -> tuple[bytes, ...]:
        """All, standard views first."""
        return (*(self.views[view] for view in STANDARD_VIEWS if view in self.views), *self.more)


@dataclass(frozen=True, slots=True)
class PatentNetDataset:
    """A corpus in PatentNet's form."""

    name: str  # of the corpus
    samples: tuple[Sample, ...]  # its designs with labels, at least one
    unlabelled: int = 0  # how many designs were left out for want of a label
    unread: tuple[str, ...] = ()  # what could not be read, or not surely, and why

    def classes(self, level: Level) -> tuple[str, ...]:
        """The names at a level, sorted. Raises ValueError: no design is labelled so deep."""
        names = sorted({name for sample in self.samples for name in names_at(sample.labels, level)})
        if not names:
            raise ValueError(f"no design of {self.name} has a label at the level {level.name.lower()}")
        return tuple(names)

    def indicator(self, level: Level) -> npt.NDArray[np.bool_]:
        """Which design has which class: [designs, classes], in the order of `classes`."""
        column = {name: index for index, name in enumerate(self.classes(level))}
        marks = np.zeros((len(self.samples), len(column)), bool)
        for row, sample in enumerate(self.samples):
            for name in names_at(sample.labels, level):
                marks[row, column[name]] = True
        return marks

    def presence(self) -> npt.NDArray[np.bool_]:
        """Which design has which of the seven views: [designs, 7], in the paper's order."""
        return np.array([[view in sample.views for view in STANDARD_VIEWS] for sample in self.samples], bool)


def read_dataset(
    corpus: Path, selection: Selection = EVERYTHING, seed: int = 0, advance: Advance = unheard
) -> PatentNetDataset:
    """A corpus in PatentNet's form.

    `corpus`: whatever `sevenviews ingest` reads. Raises SevenviewsError: the path holds no known corpus; ValueError:
    no design has a label, or no class is large enough.
    """
    rows = read_index(corpus)
    entries, hopeless = _possible(iter_entries(corpus), rows, selection, seed)
    samples, unlabelled, unread = list[Sample](), hopeless, list[str]()
    for read, _ in read_patents(entries, unread, lambda _: None, advance):
        if labels := labels_of(read.patent, rows.row(read.patent.patent_id)):
            samples.append(sample_of(read, labels))
        else:
            unlabelled += 1
    kept = _selected(samples, lambda one: one.labels, selection, seed)
    if not kept:
        raise ValueError(
            f"{corpus.name} leaves no design: {unlabelled} have no label, and a class needs "
            f"{selection.least_designs} designs with one"
        )
    return PatentNetDataset(corpus.name, tuple(kept), unlabelled, tuple(unread))


def sample_of(patent: CorpusPatent, labels: tuple[Label, ...]) -> Sample:
    """A patent that was read, in PatentNet's form: the first drawing of each standard view is that view."""
    views: dict[View, bytes] = {}
    more: list[bytes] = []
    for drawing in patent.patent.drawings:
        content = patent.contents[drawing.drawing_id]
        if drawing.view in STANDARD_VIEWS and drawing.view not in views:
            views[drawing.view] = content
        else:
            more.append(content)
    return Sample(patent.patent, labels, views, tuple(more))


def _possible(
    entries: Iterator[CorpusEntry], rows: Index, selection: Selection, seed: int
) -> tuple[list[CorpusEntry], int]:
    """Entries that may be taken. What is known of a label without reading any image decides at once."""
    known: list[tuple[ImageEntry, tuple[Label, ...]]] = []
    others: list[CorpusEntry] = []
    hopeless = 0
    for entry in entries:
        if not isinstance(entry, ImageEntry):
            others.append(entry)
        elif labels := labels_of(entry.patent, rows.row(entry.patent.patent_id)):
            known.append((entry, labels))
        else:
            hopeless += 1
    if others:
        return [*others, *(entry for entry, _ in known)], hopeless
    return [entry for entry, _ in _selected(known, lambda one: one[1], selection, seed)], hopeless


def _selected(
    items: Sequence[_Item], labels: Callable[[_Item], tuple[Label, ...]], selection: Selection, seed: int
) -> list[_Item]:
    """The items of the chosen classes, in their order. Asked twice, it changes nothing."""
    of_class: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        for name in names_at(labels(item), selection.depth)[:1]:
            of_class[name].append(index)
    large = [name for name in sorted(of_class) if len(of_class[name]) >= selection.least_designs]
    largest = sorted(large, key=lambda name: -len(of_class[name]))[: selection.most_classes or None]
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    kept: set[int] = set()
    for name in sorted(largest):
        members = of_class[name]
        most = selection.most_designs
        kept.update(chance.sample(members, most) if most and len(members) > most else members)
    return [items[index] for index in sorted(kept)]


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
