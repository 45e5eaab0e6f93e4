"""The calibration of a model: what its cosines mean, from drawings of patents that it has not learned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from sevenviews.designs import Calibration
from sevenviews.encoder.bundle import Bundle, calibrate
from sevenviews.lab.classification.neighbours import fit_neighbours
from sevenviews.lab.collection import Collection as Drawings
from sevenviews.lab.descriptors import Vectors
from sevenviews.lab.descriptors.network import bundle_descriptor

LEAST_REACHED = 50
"""Queries of which a neighbour carries a class: of fewer no vote can be fitted."""


def calibrated(bundle: Bundle, collection: Drawings) -> Bundle:
    """The bundle, calibrated by a collection of which it has learned nothing. Raises ValueError: it is empty."""
    vectors = collection.described(bundle_descriptor(bundle.version, bundle.path))
    of_drawings = zip(collection.patents, collection.categories, strict=True)
    classes = {patent: (category,) for patent, category in of_drawings if category}
    return calibrate(bundle, fitted(vectors, collection.patents, classes, bundle.calibration))


def fitted(
    vectors: Vectors, patents: Sequence[str], classes: Mapping[str, Collection[str]], before: Calibration
) -> Calibration:
    """The calibration of a model by drawings of patents. The first drawing of each asks; its patent does not answer.

    The level is the median, over all that ask, of how like the best drawing of another patent is. The vote stays what
    it was where too few patents have classes that others have too.

    Args:
        vectors: of unit length, [drawings, dimension].
        patents: of each drawing; two at least.
        classes: of the patents that have some.
        before: how many neighbours vote, and how where that cannot be fitted.
    """
    names, first, numbers = np.unique(np.array(patents), return_index=True, return_inverse=True)
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(len(names)))
    cosines = np.maximum.reduceat((vectors[first] @ vectors.T)[:, order], starts, axis=1)
    others = ~np.eye(len(names), dtype=bool)
    level = float(np.clip(np.median(cosines[others]), -1, 1))
    found = replace(before, level=level)
    known = sorted({one for its in classes.values() for one in its})
    carried = np.array([[one in classes.get(name, ()) for one in known] for name in names.tolist()], bool)
    voting = np.flatnonzero(carried.any(1)) if known else np.empty(0, np.int64)
    if len(voting) <= before.neighbours:
        return found
    among = np.where(others, cosines, -np.inf)[np.ix_(voting, voting)]
    nearest = np.argsort(-among, axis=1, kind="stable")[:, : before.neighbours]
    own, labels = carried[voting], carried[voting][nearest]
    if (labels & own[:, None]).any((1, 2)).sum() < LEAST_REACHED:
        return found
    return fit_neighbours(np.take_along_axis(among, nearest, 1), labels, own, found)
