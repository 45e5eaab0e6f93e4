"""A retrieval task: which drawings ask, and which can be found."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sevenviews.designs import canonical_patent_id
from sevenviews.lab.advance import Advance, unheard
from sevenviews.lab.asked import read_asked
from sevenviews.lab.collection import DISTRACTOR, Collection, read_collection
from sevenviews.lab.sets import PatentSet, set_of
from sevenviews.lab.sheets import read_sheets

MOST_QUERIES = 2
"""Withheld from each patent, as in DeepPatent's test split."""


@dataclass(frozen=True, slots=True)
class Split:
    """Indices into a list of drawings; none is in both."""

    queries: tuple[int, ...]
    gallery: tuple[int, ...]


def split_queries(patents: Sequence[str], seed: int) -> Split:
    """Withhold up to two drawings of each patent, and leave at least one in the gallery.

    `patents`: the patent of each drawing.
    """
    chance = random.Random(seed)  # noqa: S311 - a split, not a secret
    queries: list[int] = []
    drawings: dict[str, list[int]] = {}
    for index, patent in enumerate(patents):
        drawings.setdefault(patent, []).append(index)
    for _, mine in sorted(drawings.items()):
        queries += chance.sample(mine, min(MOST_QUERIES, len(mine) - 1))
    withheld = set(queries)
    return Split(
        tuple(sorted(queries)), tuple(index for index in range(len(patents)) if index not in withheld)
    )


class RelevanceBy(StrEnum):
    """What a query should find."""

    PATENT = "patent"
    """The other drawings of its patent."""

    CITATIONS = "citations"
    """The patents that its examiner has cited: what a search for prior art is for."""


@dataclass(frozen=True, slots=True)
class TaskSource:
    """What a task is read from."""

    corpus: Path  # whatever `sevenviews ingest` reads
    distractors: Path | None = None  # a corpus that only adds to the gallery
    queries: Path | None = None
    """Whose drawings ask, such as DeepPatent's list of queries, or a folder that `read_asked` knows; then nothing is
    withheld."""
    sheets: bool = False  # the corpus holds whole sheets, to be cut into figures; see `read_sheets`
    relevance: RelevanceBy = RelevanceBy.PATENT  # what a query should find


@dataclass(frozen=True, slots=True)
class RetrievalTask:
    """What is asked, and what can be found."""

    drawings: Collection  # all of them
    queries: npt.NDArray[np.int64]  # indices of drawings; none is in both, unless citations are looked for
    gallery: npt.NDArray[np.int64]
    distractors: int  # how many of the gallery only add to it; they stand last
    seed: int  # of the choice of queries
    name: str  # of the corpus, for reports
    patent_set: PatentSet = PatentSet.OPEN  # that all asking patents belong to
    relevance: RelevanceBy = RelevanceBy.PATENT  # what a query should find

    @property
    def patents(self) -> npt.NDArray[np.str_]:
        """The patent of each drawing."""
        return np.array(self.drawings.patents)

    @property
    def documents(self) -> npt.NDArray[np.str_]:
        """The patent of each drawing as citations name it, canonical; of distractors too."""
        named = (patent.removeprefix(DISTRACTOR) for patent in self.drawings.patents)
        return np.array([canonical_patent_id(patent) for patent in named])

    @property
    def patent_count(self) -> int:
        """Patents, but for the distractors."""
        return len({patent for patent in self.drawings.patents if not patent.startswith(DISTRACTOR)})


def read_task(
    corpus: Path,
    distractors: Path | None = None,
    seed: int = 0,
    queries: Path | None = None,
    advance: Advance = unheard,
) -> RetrievalTask:
    """Read a corpus, and withhold up to two drawings of each patent to ask with; whatever set they belong to.

    `corpus`, `distractors`, `queries`: see `TaskSource`. Raises ValueError: no patent has two drawings; or none of
    the queries' patents is in the corpus; SevenviewsError: a path holds no known corpus.
    """
    source = TaskSource(corpus, distractors, queries)
    return _task(source, *_read(source, advance), seed)


def read_tasks(source: TaskSource, seed: int = 0, advance: Advance = unheard) -> list[RetrievalTask]:
    """A task for each set that the corpus' patents belong to: figures of two sets never enter one mean.

    Each set's patents ask and are found among themselves and the distractors, so that what a model has learned of the
    development set does not stand in the gallery of the report set. Citations are looked for everywhere.

    `source`: what is read. Raises ValueError: as `read_task`; or no patent's citations are there; SevenviewsError: a
    path holds no known corpus.
    """
    found, asked, others = _read(source, advance)
    asking = found if asked is None else asked
    if source.relevance is RelevanceBy.CITATIONS:
        if asked is not None:
            raise ValueError("citations are of whole patents: leave --queries out, and the corpus asks")
        return citing_tasks(found, others, source.corpus.name, seed)
    tasks, nothing = [], None
    for which in _sets_of(asking):
        mine = None if asked is None else _of_set(asked, which)
        try:
            task = _task(source, _of_set(found, which), mine, others, seed)
        except ValueError as error:
            nothing = error
        else:
            tasks.append(replace(task, patent_set=which))
    if not tasks:
        raise nothing or ValueError(f"{source.corpus} holds no drawing")
    return tasks


def _read(source: TaskSource, advance: Advance) -> tuple[Collection, Collection | None, Collection]:
    """What can be found, what asks (None: some of it), and the distractors."""
    found = (read_sheets if source.sheets else read_collection)(source.corpus, advance)
    asked = read_asked(source.queries, advance) if source.queries else None
    others = read_collection(source.distractors, advance) if source.distractors else Collection()
    return found, asked, others.as_distractors()


def _task(
    source: TaskSource, found: Collection, asked: Collection | None, others: Collection, seed: int
) -> RetrievalTask:
    if asked is None:
        drawings = found
        asking, findable = _withheld(found, source.corpus, seed)
    else:
        if not set(asked.patents) & set(found.patents):
            raise ValueError(f"no patent of {source.queries} is in {source.corpus}: there is nothing to find")
        of_patent = dict(zip(found.patents, found.categories, strict=True))
        asked.categories = [
            own or of_patent.get(patent, "")
            for patent, own in zip(asked.patents, asked.categories, strict=True)
        ]
        drawings = found + asked
        asking = np.arange(len(found), len(found) + len(asked))
        findable = np.arange(len(found))
    gallery = np.concatenate([findable, len(drawings) + np.arange(len(others))])
    return RetrievalTask(drawings + others, asking, gallery, len(others), seed, source.corpus.name)


def _withheld(
    found: Collection, corpus: Path, seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    split = split_queries(found.patents, seed)
    if not split.queries:
        raise ValueError(f"no patent in {corpus} has two drawings: there is nothing to ask with")
    return np.array(split.queries), np.array(split.gallery)


def citing_tasks(found: Collection, others: Collection, name: str, seed: int) -> list[RetrievalTask]:
    """Ask with up to two drawings of each patent whose citations are there; a task a set.

    All drawings can be found but those of the patent that asks.

    `found`: whose patents ask; `others`: that can only be found. Raises ValueError: no patent's citations are there.
    """
    whole = found + others
    gallery, none = np.arange(len(whole)), np.empty(0, np.int64)
    task = RetrievalTask(whole, none, gallery, len(others), seed, name, relevance=RelevanceBy.CITATIONS)
    there = set(task.documents)
    citing = {
        patent
        for patent, cited in found.cited.items()
        if there & (set(cited) - {canonical_patent_id(patent)})
    }
    # The same drawings as would be withheld; of a patent of one drawing, that one.
    counts, chosen = Counter(found.patents), set(split_queries(found.patents, seed).queries)
    queries = [
        index
        for index, patent in enumerate(found.patents)
        if patent in citing and (index in chosen or counts[patent] == 1)
    ]
    if not queries:
        raise ValueError(f"no patent in {name} cites, by its examiner, one that is there")
    sets = np.array([set_of(found.patents[index]) for index in queries])
    return [
        replace(task, queries=np.array(queries)[sets == which], patent_set=which)
        for which in PatentSet
        if (sets == which).any()
    ]


def _sets_of(collection: Collection) -> Iterator[PatentSet]:
    there = {set_of(patent) for patent in set(collection.patents)}
    yield from (one for one in PatentSet if one in there)


def _of_set(collection: Collection, which: PatentSet) -> Collection:
    mine = {patent for patent in set(collection.patents) if set_of(patent) is which}
    return collection.taken([index for index, patent in enumerate(collection.patents) if patent in mine])
