"""Adaptive hierarchical density histogram of a drawing's ink.

Sidiropoulos, Vrochidis, Kompatsiaris: "Adaptive hierarchical density histogram for complex binary image
retrieval", CBMI 2010.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.images import INK_LEVEL
from sevenviews.lab.descriptors.descriptor import Drawings, Features

SIDE = 256
LEVELS = 10
DENSITY_LEVELS = 2
"""Levels whose densities are kept as they are; of the later ones only the histogram of code words is."""

_QUADRANTS = 4
_CODE_WORDS = 15

_Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Partition:
    """The regions of one level that hold ink, and which one each black point lies in, [points].

    Of the 4^level regions most are empty at deep levels; nothing need be known of those. A region spans the rows
    top <= row < bottom and the columns left <= column < right; its address is its number among all of the level.
    """

    address: _Integers
    top: _Integers
    bottom: _Integers
    left: _Integers
    right: _Integers
    region_of_point: _Integers

    def points(self) -> _Integers:
        """The number of black points in each region."""
        return np.bincount(self.region_of_point, minlength=len(self.top))

    def areas(self) -> _Integers:
        """The number of pixels in each region."""
        return (self.bottom - self.top) * (self.right - self.left)

    def without_empty(self) -> _Partition:
        """Only the regions that hold ink, in their order."""
        kept, region_of_point = np.unique(self.region_of_point, return_inverse=True)
        return _Partition(
            self.address[kept],
            self.top[kept],
            self.bottom[kept],
            self.left[kept],
            self.right[kept],
            region_of_point,
        )


def adaptive_density_histograms(
    drawings: Drawings, levels: int = LEVELS, density_levels: int = DENSITY_LEVELS
) -> Features:
    """[n, 4 (4^d - 1) / 3 + 15 (levels - d)], with d = density_levels.

    Each region is split into four at the centroid of its black points, level by level. The density of a part is its
    share of the region's points. The first d levels give the densities themselves; each later one a histogram of code
    words: four bits a region, each set where a part's density is at least its share of the region's area. The word
    0000 cannot occur, for shares sum to one; an empty region is 1111. Raises ValueError: density_levels is not within
    0 to levels.
    """
    if not 0 <= density_levels <= levels:
        raise ValueError(f"density_levels must be within 0 to levels ({levels}), not {density_levels}")
    return np.stack([_histogram(drawing[0] < INK_LEVEL, levels, density_levels) for drawing in drawings])


def _histogram(ink: npt.NDArray[np.bool_], levels: int, density_levels: int) -> npt.NDArray[np.float64]:
    rows, columns = np.nonzero(ink)
    height, width = ink.shape
    zero, every_point = np.zeros(1, np.int64), np.zeros(len(rows), np.int64)
    page = _Partition(zero, zero, zero + height, zero, zero + width, every_point)
    regions = page.without_empty()
    features: list[npt.NDArray[np.float64]] = []
    for level in range(levels):
        parts = _split(regions, rows, columns)
        densities = parts.points().reshape(-1, _QUADRANTS) / regions.points()[:, None]
        if level < density_levels:
            # In the parts of an empty region the density counts as 1.
            everywhere = np.ones((_QUADRANTS**level, _QUADRANTS))
            everywhere[regions.address] = densities
            features.append(everywhere.ravel())
        else:
            features.append(_code_word_shares(densities, regions, parts, _QUADRANTS**level))
        regions = parts.without_empty()
    return np.concatenate(features) if features else np.empty(0)


def _split(regions: _Partition, rows: _Integers, columns: _Integers) -> _Partition:
    """Four parts a region, in reading order, that meet at the centroid of its points."""
    row, column = (_centroids(regions, coordinate) for coordinate in (rows, columns))
    below = rows >= row[regions.region_of_point]
    after = columns >= column[regions.region_of_point]
    return _Partition(
        address=(_QUADRANTS * regions.address[:, None] + np.arange(_QUADRANTS)).ravel(),
        top=_interleaved(regions.top, regions.top, row, row),
        bottom=_interleaved(row, row, regions.bottom, regions.bottom),
        left=_interleaved(regions.left, column, regions.left, column),
        right=_interleaved(column, regions.right, column, regions.right),
        region_of_point=_QUADRANTS * regions.region_of_point + 2 * below + after,
    )


def _centroids(regions: _Partition, coordinate: _Integers) -> _Integers:
    """The mean coordinate of each region's points, cut to whole pixels."""
    total = np.bincount(regions.region_of_point, weights=coordinate, minlength=len(regions.top))
    return total.astype(np.int64) // regions.points()


def _interleaved(*parts: _Integers) -> _Integers:
    return np.stack(parts, axis=1).ravel()


def _code_word_shares(
    densities: npt.NDArray[np.float64], regions: _Partition, parts: _Partition, all_regions: int
) -> npt.NDArray[np.float64]:
    """The share of regions that have each of the words 0001 to 1111, [15]."""
    dense = densities * regions.areas()[:, None] >= parts.areas().reshape(-1, _QUADRANTS)
    counts = np.bincount(dense @ np.array([8, 4, 2, 1]), minlength=_CODE_WORDS + 1)[1:]
    counts[-1] += all_regions - len(densities)
    return counts / all_regions
