"""Who may change what serves: turns, each of which one can take.

Milvus has no compare-and-set, but an alias that exists cannot be made again for another collection. So the aliases
`serving_1`, `serving_2`, … are a log: the collection of the newest one serves. Whoever wants to change what serves,
or who may change it, reads the newest turn n, then all that the decision rests on, and takes turn n + 1. If someone
else was faster, turn n + 1 exists: read again, and decide anew. What was read since turn n was therefore still true
when turn n + 1 was taken.

- A promotion takes a turn for another release.
- A fence, and the retirement of a release, take one for the release that serves already: the promotion that overlaps
  with them either came first, and they see it, or sees them.

Two that take the same turn for the same release both succeed, as after a lost answer. Each has written what it has to
say before there was that turn (`ReleaseStore._follow`), so that whoever reads since then reads both.
"""

from __future__ import annotations

from dataclasses import dataclass

ALIAS_PREFIX = "serving_"


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn, and the collection that serves since.

    Attributes:
        number: from 1; 0 where none was ever taken.
        collection: empty where none was taken, or what it named is gone.
    """

    number: int = 0
    collection: str = ""

    @property
    def alias(self) -> str:
        """By which Milvus keeps it."""
        return f"{ALIAS_PREFIX}{self.number}"

    def next(self, collection: str) -> Turn:
        """The turn after this one, for a collection."""
        return Turn(self.number + 1, collection)


def turn_number(alias: str) -> int:
    """Which turn an alias is; 0 for an alias of something else."""
    number = alias.removeprefix(ALIAS_PREFIX)
    return int(number) if alias.startswith(ALIAS_PREFIX) and number.isascii() and number.isdigit() else 0
