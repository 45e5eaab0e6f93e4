"""The drawings of a corpus, held as they were read: each model prepares them as it needs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from sevenviews.corpus import CorpusPatent, iter_entries
from sevenviews.corpus.reading import read_patents
from sevenviews.designs import Patent, View, canonical_patent_id
from sevenviews.encoder import decode, preprocess
from sevenviews.lab.advance import Advance, unheard
from sevenviews.lab.descriptors import Descriptor, Drawings, Vectors

_EXAMINER = "examiner"
"""Within the category of a citation: the others the applicant has named, who may name hundreds."""

DISTRACTOR = "distractor "
"""Before the id of a patent that only adds to the gallery."""

_ALONGSIDE = ("patents", "categories", "names", "contents", "views")
_THREADS = 2
_CHUNK = 256
"""Drawings prepared at once: few enough for the memory, enough for the threads."""


@dataclass(slots=True)
class Collection:
    """Drawings with what they show; the first five lists run alongside."""

    patents: list[str] = field(default_factory=list)  # the patent of each drawing
    categories: list[str] = field(default_factory=list)
    """Of its patent: the corpus' own, or the Locarno class, or the USPC class; empty if unknown."""
    names: list[str] = field(default_factory=list)  # drawing ids
    contents: list[bytes] = field(default_factory=list)  # encoded images
    views: list[View] = field(default_factory=list)  # UNKNOWN where nothing names it
    unread: list[str] = field(default_factory=list)  # entries and drawings that could not be read, and why
    cited: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Patent -> the canonical ids of what its examiner has cited; of patents with such citations alone."""

    def __len__(self) -> int:
        return len(self.patents)

    def __add__(self, other: Collection) -> Collection:
        joined = {name: getattr(self, name) + getattr(other, name) for name in (*_ALONGSIDE, "unread")}
        return Collection(**joined, cited={**self.cited, **other.cited})

    def taken(self, indices: Sequence[int]) -> Collection:
        """Some of the drawings, in the order of the indices; with all that could not be read."""
        some: dict[str, Any] = {
            name: [getattr(self, name)[index] for index in indices] for name in _ALONGSIDE
        }
        return replace(self, **some)

    def as_distractors(self) -> Collection:
        """The same under ids that no patent has: they only add to a gallery, and are relevant to no query."""
        return replace(self, patents=[DISTRACTOR + patent for patent in self.patents])

    def digests(self) -> list[str]:
        """SHA-256 of each drawing's content, hexadecimal."""
        return [hashlib.sha256(content).hexdigest() for content in self.contents]

    def prepared(self, side: int, indices: Sequence[int]) -> Drawings:
        """Some of the drawings, preprocessed to squares: [indices, 1, side, side]."""
        # Threads: most of the time is spent in Pillow, which lets others run meanwhile.
        with ThreadPoolExecutor(_THREADS) as pool:
            return np.stack(
                list(pool.map(lambda index: preprocess(decode(self.contents[index]), side), indices))
            )

    def described(self, descriptor: Descriptor, advance: Advance = unheard) -> Vectors:
        """All of the drawings, [drawings, dimension]; never more than some hundred are decoded at once.

        Raises ValueError: there is no drawing.
        """
        if not self.contents:
            raise ValueError("there is no drawing to describe")
        parts = []
        for start in range(0, len(self), _CHUNK):
            chunk = range(start, min(start + _CHUNK, len(self)))
            parts.append(descriptor.describe(self.prepared(descriptor.side, chunk)))
            advance(chunk.stop)
        return np.concatenate(parts)


def read_collection(corpus: Path, advance: Advance = unheard) -> Collection:
    """The drawings of whatever `sevenviews ingest` reads.

    Raises SevenviewsError: the path holds no known corpus.
    """
    collection, cited = Collection(), dict[str, tuple[str, ...]]()
    for read, _ in read_patents(iter_entries(corpus), collection.unread, lambda _: None, advance):
        patent = read.patent
        collection.patents += [patent.patent_id] * len(read.contents)
        collection.categories += [category_of(read)] * len(read.contents)
        collection.names += read.contents
        collection.contents += read.contents.values()
        views = {drawing.drawing_id: drawing.view for drawing in patent.drawings}
        collection.views += [views[name] for name in read.contents]
        if documents := cited_by_examiner(patent):
            cited[patent.patent_id] = documents
    collection.cited = cited
    return collection


def category_of(patent: CorpusPatent) -> str:
    """The corpus' own category, or the Locarno class, or the USPC class; empty if none is known."""
    if patent.category:
        return patent.category
    if patent.patent.locarno:
        return f"Locarno {patent.patent.locarno[0].whole_class}"
    return next((f"USPC {uspc.partition('/')[0]}" for uspc in patent.patent.uspc), "")


def cited_by_examiner(patent: Patent) -> tuple[str, ...]:
    """The canonical ids of what the examiner has cited against a patent, each once."""
    documents = (one.document for one in patent.citations if _EXAMINER in one.category.lower())
    return tuple(dict.fromkeys(canonical_patent_id(document) for document in documents))
