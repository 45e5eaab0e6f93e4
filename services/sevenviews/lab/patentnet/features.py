"""Features of a dataset's drawings, computed once and kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sevenviews.designs import View
from sevenviews.lab.advance import Advance, unheard
from sevenviews.lab.collection import Collection
from sevenviews.lab.descriptors import open_descriptor
from sevenviews.lab.kept_vectors import KeptVectors, identity_of
from sevenviews.lab.patentnet.dataset import PatentNetDataset


@dataclass(frozen=True, slots=True)
class DrawingSet:
    """The drawings of a dataset, laid out one after another."""

    designs: npt.NDArray[np.int64]  # [n], the sample that each drawing belongs to
    drawings: Collection  # themselves, standard views first; without names or categories

    def prepared(self, side: int) -> npt.NDArray[np.uint8]:
        """All as a network takes them: uint8 [n, 1, side, side]."""
        return self.drawings.prepared(side, range(len(self.drawings)))


def drawings_of(dataset: PatentNetDataset, most_each: int = 0) -> DrawingSet:
    """The drawings of every design, standard views first.

    `most_each`: at most so many of a design; 0: all. Raises ValueError: no design has a drawing.
    """
    taken = [sample.images[: most_each or None] for sample in dataset.samples]
    contents = [content for images in taken for content in images]
    if not contents:
        raise ValueError(f"no design of {dataset.name} has a drawing")
    designs = np.repeat(np.arange(len(taken)), list(map(len, taken)))
    patents = [dataset.samples[design].patent.patent_id for design in designs]
    nothing, unknown = [""] * len(contents), [View.UNKNOWN] * len(contents)
    return DrawingSet(designs, Collection(patents, nothing, nothing, contents, unknown))


def features_of(
    drawings: DrawingSet, model: str, cache: Path | None = None, advance: Advance = unheard
) -> npt.NDArray[np.float32]:
    """Unit vectors [n, dimension] of the drawings; taken from the cache where they were computed before.

    `model`: what `lab.descriptors.open_descriptor` knows; `cache`: folder to keep them in; None keeps nothing. Raises
    ValueError: there is no such model, or a feature is NaN; SevenviewsError: a drawing cannot be decoded.
    """
    if cache is None:
        features = drawings.drawings.described(open_descriptor(model), advance)
    else:
        kept = KeptVectors(cache)
        features = kept.described(
            drawings.drawings, identity_of(model), lambda: open_descriptor(model), advance
        )
    check_features(features)
    return features


def check_features(features: npt.NDArray[np.floating]) -> None:
    """Raise ValueError if features are not [n, dimension], or one is NaN or infinite."""
    if features.ndim != 2 or not features.size:  # noqa: PLR2004 - drawings, dimensions
        raise ValueError(f"features: {features.shape} is no [n, dimension] with something in it")
    if not np.isfinite(features).all():
        bad = int(np.flatnonzero(~np.isfinite(features).all(1))[0])
        raise ValueError(f"features: the one of drawing {bad} is not finite")
