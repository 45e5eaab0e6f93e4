"""Sketchy (Sangkloy et al., 2016): photographs, and sketches of each, by category.

    photo/tx_000000000000/airplane/n02691156_10151.jpg
    sketch/tx_000000000000/airplane/n02691156_10151-1.png

A photograph with its sketches is one design. `tx_…` are alignments of the same images: the first is read. Of a folder
below `photo` or `sketch`, what lies there is read alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.grouping import grouped
from sevenviews.corpus.images import DrawingFile, ImageEntry
from sevenviews.corpus.member import Member
from sevenviews.designs import Patent

_NAME = re.compile(
    r"(?:.*/)?(?P<alignment>tx_\d{12})/(?P<category>[^/]+)/(?P<photo>n\d{8}_\d+)(?:-(?P<sketch>\d{1,3}))?\.(?:png|jpe?g)",
    re.I,
)


def is_sketchy_file(name: str) -> bool:
    """Whether a file lies and is named as in Sketchy."""
    return _NAME.fullmatch(name) is not None


def sketchy_entries(path: Path) -> Iterator[ImageEntry]:
    """A design for each photograph; the photograph is sheet 0, its sketches are counted as they are named."""
    for photo, members in grouped(iter_members(path), _photo):
        found: dict[int, Member] = {}
        category = ""
        # Sorted by name, so that the first alignment comes first.
        for member in sorted(members, key=lambda one: one.name[one.name.find("tx_") :]):
            if match := _NAME.fullmatch(member.name):
                category = match["category"]
                found.setdefault(int(match["sketch"] or 0), member)
        files = tuple(DrawingFile(member, number) for number, member in sorted(found.items()))
        yield ImageEntry(photo, Patent(photo, title=category.replace("_", " ")), files, category=category)


def _photo(member: Member) -> str | None:
    match = _NAME.fullmatch(member.name)
    return match["photo"] if match else None
