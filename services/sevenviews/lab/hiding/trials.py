"""Which drawings ask, and which are hidden when."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

LEAST_DRAWINGS = 5
"""Of a patent that takes part."""

ASKING = (2, 3, 4)
"""How many drawings ask; two at least are left to be found."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A query, and what of its patent can be found; all are indices of drawings."""

    patent: str
    asking: tuple[int, ...]  # the query
    found: tuple[int, ...]  # all others of the patent
    one_hidden: tuple[tuple[int, ...], ...]  # these without one, each in turn
    few_left: tuple[tuple[int, ...], ...]
    """Two less, three less … down to one, in a random order; empty where there are two."""


def halves(drawings: Mapping[str, Sequence[int]], seed: int) -> tuple[list[str], list[str]]:
    """The patents of enough drawings: those to choose by, and those to report on.

    Raises ValueError: there are fewer than two.
    """
    patents = sorted(name for name, mine in drawings.items() if len(mine) >= LEAST_DRAWINGS)
    if len(patents) < 2:  # noqa: PLR2004 - one for each half
        raise ValueError(f"fewer than two patents have {LEAST_DRAWINGS} drawings")
    random.Random(seed).shuffle(patents)  # noqa: S311 - a split, not a secret
    middle = len(patents) // 2
    return sorted(patents[:middle]), sorted(patents[middle:])


def trials_of(patent: str, drawings: Sequence[int], repeats: int, chance: random.Random) -> Iterator[Trial]:
    """The trials of a patent, `repeats` for each number of drawings that ask."""
    for count in ASKING:
        for _ in range(repeats if len(drawings) >= count + 2 else 0):
            asking = tuple(chance.sample(list(drawings), count))
            found = tuple(index for index in drawings if index not in asking)
            order = chance.sample(found, len(found))
            yield Trial(
                patent,
                asking,
                found,
                tuple(tuple(one for one in found if one != hidden) for hidden in found),
                tuple(tuple(order[:left]) for left in range(len(found) - 2, 0, -1)),
            )
