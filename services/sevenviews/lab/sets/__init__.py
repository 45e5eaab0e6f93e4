"""Which real patents choose, and which report: a patent belongs to one set for ever, whatever corpus holds it.

A model may learn from the development set, and be chosen by it as often as one likes. The report set tells what the
chosen one is worth: no model may learn from it or be chosen by it, and every look at it is counted (`lab.trials`).
The lists are a line a patent, beside this file. What neither names is open: nothing is known of what it was used for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from sevenviews.designs import canonical_patent_id

_COMMENT = "#"


class PatentSet(StrEnum):
    """What a patent is for."""

    DEVELOPMENT = "development"
    REPORT = "report"
    OPEN = "open"


def set_of(patent_id: str) -> PatentSet:
    """The set of a patent, in whatever spelling."""
    return _sets().get(canonical_patent_id(patent_id), PatentSet.OPEN)


def patents_of(which: PatentSet) -> tuple[str, ...]:
    """The patents that a list names, ascending; of the open ones there is no list."""
    return tuple(sorted(patent for patent, named in _sets().items() if named is which))


def read_ids(lines: Iterable[str]) -> list[str]:
    """A list of patents: an id a line, in whatever spelling; empty lines and what follows a # do not count."""
    written = (line.partition(_COMMENT)[0].strip() for line in lines)
    return [canonical_patent_id(one) for one in written if one]


@cache
def _sets() -> Mapping[str, PatentSet]:
    folder = Path(__file__).parent
    named = (PatentSet.DEVELOPMENT, PatentSet.REPORT)
    return {
        patent: one for one in named for patent in read_ids((folder / f"{one}.txt").read_text().splitlines())
    }
