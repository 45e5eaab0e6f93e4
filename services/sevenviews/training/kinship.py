"""Which designs are kin: they share a drawing, a patent or a family, and so are never torn apart by a split.

Much of what is rendered from libraries of parts repeats a drawing of something else, and offices publish a design
anew under another number: held out, the one would be judged by what was learned of the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Hashes = npt.NDArray[np.uint8]
"""[n, HASH_BYTES]"""

_GRID = 16
_STEP = 3
"""Grey levels by which a cell must be brighter than the one before it: paper is not, whatever its noise."""

HASH_BYTES = 2 * _GRID * _GRID // 8

_MOST_DIFFERENT = 6
"""Of 512 bits: a drawing of seven tenths the size differs by as many, another drawing by about 100."""

_LEAST_SET = 12
"""Bits of a drawing that is told from others: next to nothing is drawn on what has fewer."""


def drawing_hash(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A perceptual hash: where, on a coarse grid, it becomes brighter from left to right, and from top to bottom.

    Args:
        pixels: uint8 [side, side], preprocessed: cut to what is drawn.

    Returns:
        [HASH_BYTES]; hashes of drawings that look the same differ in few bits.
    """
    wide = cv2.resize(pixels, (_GRID + 1, _GRID), interpolation=cv2.INTER_AREA).astype(np.int16)
    tall = cv2.resize(pixels, (_GRID, _GRID + 1), interpolation=cv2.INTER_AREA).astype(np.int16)
    steps = (np.diff(wide, axis=1) > _STEP, np.diff(tall, axis=0) > _STEP)
    return np.packbits(np.concatenate([one.ravel() for one in steps]))


def kin_of(designs: Sequence[int], hashes: Hashes, keys: Sequence[Iterable[str]]) -> npt.NDArray[np.int64]:
    """The group of each design, [designs]: the least number among its kin.

    Kin of kin are kin.

    Args:
        designs: of each drawing, numbered from 0.
        hashes: of each drawing.
        keys: of each design: those with one in common are kin.
    """
    first: dict[str, int] = {}
    pairs = [(first.setdefault(key, design), design) for design, its in enumerate(keys) for key in its]
    of_drawing = np.asarray(designs, np.int64)
    for one, others in _alike(hashes):
        pairs += [(int(of_drawing[one]), other) for other in set(of_drawing[others].tolist())]
    ones, others = np.array(pairs, np.int64).reshape(-1, 2).T
    kinship = coo_array((np.ones(len(pairs), np.bool_), (ones, others)), (len(keys), len(keys)))
    _, labels = connected_components(kinship, directed=False)
    _, least, group = np.unique(labels, return_index=True, return_inverse=True)
    groups: npt.NDArray[np.int64] = least[group]
    return groups


def _alike(hashes: Hashes) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Each drawing with those behind it in the order of their set bits that differ little.

    Hashes that differ in d bits differ by d at most in how many are set: only such neighbours are compared.
    """
    words = np.ascontiguousarray(hashes).view(np.uint64)
    ones = np.bitwise_count(words).sum(1, dtype=np.int64)
    order = np.argsort(ones, kind="stable")
    order = order[ones[order] >= _LEAST_SET]
    words, ones = words[order], ones[order]
    ends = np.searchsorted(ones, ones + _MOST_DIFFERENT, side="right")
    for place, end in enumerate(ends.tolist()):
        distances = np.bitwise_count(words[place + 1 : end] ^ words[place]).sum(1, dtype=np.int64)
        near = np.flatnonzero(distances <= _MOST_DIFFERENT)
        if len(near):
            yield int(order[place]), order[place + 1 + near]
