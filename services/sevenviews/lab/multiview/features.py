"""A corpus as features by view: a row a design, an array a view, and which views a design shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sevenviews.corpus import NotADesign, iter_entries
from sevenviews.corpus.index_csv import read_index
from sevenviews.designs import STANDARD_VIEWS, SevenviewsError
from sevenviews.encoder import decode, preprocess
from sevenviews.lab.descriptors import open_descriptor


@dataclass(frozen=True, slots=True)
class DesignFeatures:
    """n designs in the seven standard views.

    Attributes:
        identifiers: of the designs.
        kinds: the known class of each design.
        views: seven arrays [n, d], in the order of STANDARD_VIEWS; rows of missing views are zero.
        present: [n, 7].
        unread: designs and drawings that were left out, and why.
    """

    identifiers: tuple[str, ...]
    kinds: tuple[str, ...]
    views: tuple[npt.NDArray[np.float64], ...]
    present: npt.NDArray[np.bool_]
    unread: tuple[str, ...] = ()


def read_features(
    corpus: Path, model: str = "default", advance: Callable[[int], None] = lambda _: None
) -> DesignFeatures:
    """Describe the standard views of every design.

    A design's kind is its `category` in the corpus' index.csv, or else its first Locarno class; one without
    either is left out, as is one without any standard view. Of several drawings of a view the first counts.

    Args:
        corpus: whatever `sevenviews ingest` reads.
        model: as `sevenviews.lab.descriptors.open_descriptor`.
        advance: is told how many designs were read.

    Raises:
        ValueError: there is no such model, or no design could be used.
        SevenviewsError: the path holds no known corpus.
    """
    descriptor = open_descriptor(model)
    index = read_index(corpus)
    identifiers, kinds, unread = list[str](), list[str](), list[str]()
    drawings, places = list[npt.NDArray[np.uint8]](), list[tuple[int, int]]()
    for count, entry in enumerate(iter_entries(corpus), 1):
        advance(count)
        try:
            read = entry.read()
        except NotADesign:
            continue
        except SevenviewsError as error:
            unread.append(error.message)
            continue
        patent = read.patent
        kind = index.row(patent.patent_id).get("category") or next(map(str, patent.locarno), "")
        shown: dict[int, npt.NDArray[np.uint8]] = {}
        for drawing in patent.drawings:
            if drawing.view not in STANDARD_VIEWS or STANDARD_VIEWS.index(drawing.view) in shown:
                continue
            try:
                picture = preprocess(decode(read.contents[drawing.drawing_id]), descriptor.side)
            except SevenviewsError as error:
                unread.append(f"{drawing.drawing_id}: {error.message}")
                continue
            shown[STANDARD_VIEWS.index(drawing.view)] = picture
        if not kind or not shown:
            unread.append(f"{patent.patent_id}: {'no standard view' if kind else 'no category, no class'}")
            continue
        places += [(len(identifiers), view) for view in shown]
        drawings += shown.values()
        identifiers.append(patent.patent_id)
        kinds.append(kind)
    if not drawings:
        raise ValueError(f"{corpus}: no design with a category (or class) and a standard view")
    vectors = descriptor.describe(np.stack(drawings)).astype(np.float64)
    return DesignFeatures(
        tuple(identifiers), tuple(kinds), *_by_view(vectors, places, len(identifiers)), tuple(unread)
    )


def _by_view(
    vectors: npt.NDArray[np.float64], places: list[tuple[int, int]], designs: int
) -> tuple[tuple[npt.NDArray[np.float64], ...], npt.NDArray[np.bool_]]:
    views = np.zeros((len(STANDARD_VIEWS), designs, vectors.shape[1]))
    present = np.zeros((designs, len(STANDARD_VIEWS)), np.bool_)
    for vector, (design, view) in zip(vectors, places, strict=True):
        views[view, design] = vector
        present[design, view] = True
    return tuple(views), present
