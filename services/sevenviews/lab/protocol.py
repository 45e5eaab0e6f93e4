"""DeepPatent's protocol: which drawings ask, and which may be found."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

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
