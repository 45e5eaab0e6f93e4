"""`<id>/<view>.png`, in a folder or a tar, with an index.csv (id, category, title ...): one design an id.

Several drawings of a view are told apart by a number: `<id>/perspective-2.png`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sevenviews.corpus.archive import Member, iter_members
from sevenviews.corpus.grouping import grouped
from sevenviews.corpus.images import DrawingFile, ImageEntry, numbered
from sevenviews.corpus.index_csv import read_index
from sevenviews.designs import Patent, View, is_patent_id

_STEM = re.compile(rf"({'|'.join(re.escape(view.value) for view in View)})(?:-\d+)?")


def is_view_file(name: str) -> bool:
    """Whether a file's path ends in <id>/<view>.png."""
    return _design_of(name) is not None


def view_entries(path: Path) -> Iterator[ImageEntry]:
    """A design for each folder of views."""
    index = read_index(path)
    for identifier, members in grouped(iter_members(path), lambda member: _design_of(member.name)):
        row = index.get(identifier, {})
        patent = Patent(identifier, title=row.get("title", ""))
        yield ImageEntry(identifier, patent, _files(members), category=row.get("category", ""))


def _files(members: Sequence[Member]) -> tuple[DrawingFile, ...]:
    return numbered(members, [_view_of(member.path.stem) for member in members])


def _view_of(stem: str) -> View:
    named = _STEM.fullmatch(stem)
    return View(named[1]) if named else View.UNKNOWN


def _design_of(name: str) -> str | None:
    folders, _, file = name.rpartition("/")
    stem, _, suffix = file.rpartition(".")
    identifier = folders.rpartition("/")[2]
    if suffix.lower() == "png" and _STEM.fullmatch(stem) and is_patent_id(identifier):
        return identifier
    return None
