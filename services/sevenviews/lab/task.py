"""A retrieval task: which drawings ask, and which can be found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sevenviews.lab.asked import read_asked
from sevenviews.lab.collection import Collection, read_collection
from sevenviews.lab.protocol import split_queries

_DISTRACTOR = "distractor "
"""Before the id of a patent that only adds to the gallery: it is relevant to no query, whatever its id."""


@dataclass(frozen=True, slots=True)
class RetrievalTask:
    """What is asked, and what can be found.

    Attributes:
        drawings: all of them.
        queries, gallery: indices of drawings; none is in both.
        distractors: how many of the gallery only add to it; they stand last.
        seed: of the choice of queries.
        name: of the corpus, for reports.
    """

    drawings: Collection
    queries: npt.NDArray[np.int64]
    gallery: npt.NDArray[np.int64]
    distractors: int
    seed: int
    name: str

    @property
    def patents(self) -> npt.NDArray[np.str_]:
        """The patent of each drawing."""
        return np.array(self.drawings.patents)

    @property
    def patent_count(self) -> int:
        """Patents, but for the distractors."""
        return len({patent for patent in self.drawings.patents if not patent.startswith(_DISTRACTOR)})


def read_task(
    corpus: Path,
    distractors: Path | None = None,
    seed: int = 0,
    queries: Path | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> RetrievalTask:
    """Read a corpus, and withhold up to two drawings of each patent to ask with.

    Args:
        corpus: whatever `sevenviews ingest` reads.
        distractors: a corpus that only adds to the gallery.
        seed: of the choice of queries.
        queries: whose drawings ask, such as DeepPatent's list of queries, or a folder that `read_asked` knows;
            then nothing is withheld.
        advance: is told how many entries of the present corpus were read.

    Raises:
        ValueError: no patent has two drawings; or none of the queries' patents is in the corpus.
        SevenviewsError: a path holds no known corpus.
    """
    found = read_collection(corpus, advance)
    if queries is None:
        asking, findable = _withheld(found, corpus, seed)
        drawings = found
    else:
        asked = read_asked(queries, advance)
        if not set(asked.patents) & set(found.patents):
            raise ValueError(f"no patent of {queries} is in {corpus}: there is nothing to find")
        of_patent = dict(zip(found.patents, found.categories, strict=True))
        asked.categories = [
            own or of_patent.get(patent, "")
            for patent, own in zip(asked.patents, asked.categories, strict=True)
        ]
        asking = np.arange(len(found), len(found) + len(asked))
        findable = np.arange(len(found))
        drawings = found + asked
    others = read_collection(distractors, advance) if distractors else Collection()
    others.patents = [_DISTRACTOR + patent for patent in others.patents]
    gallery = np.concatenate([findable, len(drawings) + np.arange(len(others))])
    return RetrievalTask(drawings + others, asking, gallery, len(others), seed, corpus.name)


def _withheld(
    found: Collection, corpus: Path, seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    split = split_queries(found.patents, seed)
    if not split.queries:
        raise ValueError(f"no patent in {corpus} has two drawings: there is nothing to ask with")
    return np.array(split.queries), np.array(split.gallery)
