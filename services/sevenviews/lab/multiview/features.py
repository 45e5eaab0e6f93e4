"""A corpus as features by view: a row a design, an array a view, and which views a design shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sevenviews.corpus import iter_entries
from sevenviews.corpus.reading import read_patents
from sevenviews.designs import STANDARD_VIEWS, View
from sevenviews.encoder import preprocess
from sevenviews.lab.advance import Advance, unheard
from sevenviews.lab.descriptors import Descriptor, open_descriptor
from sevenviews.synthetic.chairs import chairs

_CHUNK = 256


@dataclass(frozen=True, slots=True)
class DesignFeatures:
    """n designs in the seven standard views."""

    identifiers: tuple[str, ...]  # of the designs
    kinds: tuple[str, ...]  # the known class of each design
    views: tuple[npt.NDArray[np.float64], ...]
    """Seven arrays [n, d], in the order of STANDARD_VIEWS; rows of missing views are zero."""
    present: npt.NDArray[np.bool_]  # [n, 7]
    unread: tuple[str, ...] = ()  # designs and drawings that were left out, and why


Shown = tuple[str, str, Mapping[View, npt.NDArray[np.uint8]]]
"""A design: its id, its kind, and of each standard view that it has the drawing, prepared: [1, side, side]."""


def read_features(corpus: Path, model: str = "default", advance: Advance = unheard) -> DesignFeatures:
    """Describe the standard views of every design.

    A design's kind is its `category` in the corpus' index.csv, or else its first Locarno class; one without
    either is left out, as is one without any standard view. Of several drawings of a view the first counts.

    `corpus`: whatever `sevenviews ingest` reads; `model`: as `sevenviews.lab.descriptors.open_descriptor`. Raises
    ValueError: there is no such model, or no design could be used; SevenviewsError: the path holds no known corpus.
    """
    descriptor, unread = open_descriptor(model), list[str]()

    def shown() -> Iterator[Shown]:
        make = partial(preprocess, side=descriptor.side)
        for read, prepared in read_patents(iter_entries(corpus), unread, make, advance):
            patent = read.patent
            views: dict[View, npt.NDArray[np.uint8]] = {}
            for drawing in patent.drawings:
                if drawing.view in STANDARD_VIEWS:
                    views.setdefault(drawing.view, prepared[drawing.drawing_id])
            kind = read.category or next(map(str, patent.locarno), "")
            if kind and views:
                yield patent.patent_id, kind, views
            else:
                unread.append(
                    f"{patent.patent_id}: {'no standard view' if kind else 'no category, no class'}"
                )

    found = describe_designs(shown(), descriptor)
    if not found.identifiers:
        raise ValueError(f"{corpus}: no design with a category (or class) and a standard view")
    return replace(found, unread=tuple(unread))


def chair_features(
    seed: int, per_kind: int, workers: int, model: str, advance: Advance = unheard
) -> DesignFeatures:
    """The synthetic chairs, described as they are drawn: no file is written. Raises as `read_features`."""
    descriptor = open_descriptor(model)

    def shown() -> Iterator[Shown]:
        for done, chair in enumerate(chairs(seed, per_kind, workers=workers), 1):
            prepared = {
                view: preprocess(picture.convert("L"), descriptor.side)
                for view, picture in chair.views.items()
            }
            advance(done)
            yield chair.identifier, chair.kind, prepared

    return describe_designs(shown(), descriptor)


def describe_designs(designs: Iterable[Shown], descriptor: Descriptor) -> DesignFeatures:
    """The features of designs; some hundred drawings are held at once."""
    known, waiting = list[tuple[str, str]](), list[npt.NDArray[np.uint8]]()
    places, vectors = list[tuple[int, int]](), list[npt.NDArray[np.float32]]()
    for identifier, kind, views in designs:
        places += [(len(known), STANDARD_VIEWS.index(view)) for view in views]
        known.append((identifier, kind))
        waiting += views.values()
        if len(waiting) >= _CHUNK:
            vectors += list(descriptor.describe(np.stack(waiting)))
            waiting = []
    vectors += list(descriptor.describe(np.stack(waiting))) if waiting else []
    dimension = len(vectors[0]) if vectors else 1
    views_of = np.zeros((len(STANDARD_VIEWS), len(known), dimension))
    present = np.zeros((len(known), len(STANDARD_VIEWS)), np.bool_)
    for vector, (design, view) in zip(vectors, places, strict=True):
        views_of[view, design], present[design, view] = vector, True
    identifiers, kinds = (tuple(one[place] for one in known) for place in (0, 1))
    return DesignFeatures(identifiers, kinds, tuple(views_of), present)
