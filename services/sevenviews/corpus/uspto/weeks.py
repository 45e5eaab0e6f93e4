"""Reissued weeks: I20210413_r1.tar replaces I20210413.tar, or those of its patents that it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from sevenviews.corpus.entry import CorpusEntry

_REVISION = re.compile(r"(?P<week>.+?)_r(?P<number>\d{1,3})", re.I)


def newest_first(archives: Iterable[Path]) -> list[list[Path]]:
    """The archives, sorted; those that are one week together, its last revision first."""
    weeks: dict[Path, list[tuple[int, Path]]] = {}
    for path in sorted(archives):
        stem, dot, suffix = path.name.partition(".")
        match = _REVISION.fullmatch(stem)
        week = path.with_name(f"{match['week']}{dot}{suffix}".casefold() if match else path.name.casefold())
        weeks.setdefault(week, []).append((int(match["number"]) if match else 0, path))
    return [[path for _, path in sorted(week, reverse=True)] for week in weeks.values()]


def latest_entries(
    week: Sequence[Path], entries_of: Callable[[Path], Iterator[CorpusEntry]]
) -> Iterator[CorpusEntry]:
    """The entries of a week's revisions: what a later one holds is not taken from an earlier one."""
    if len(week) == 1:
        yield from entries_of(week[0])
        return
    taken: set[str] = set()
    for path in week:
        here: set[str] = set()
        for entry in entries_of(path):
            name = PurePosixPath(entry.name).name.casefold()
            if name not in taken:
                here.add(name)
                yield entry
        taken |= here
