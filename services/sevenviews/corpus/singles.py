"""A folder, tar or ZIP of single drawings, `<id>.png`, with an index.csv (id, uspc, title): one drawing a
patent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.images import IMAGE_SUFFIXES, DrawingFile, ImageEntry
from sevenviews.corpus.index_csv import Index, read_index
from sevenviews.corpus.member import Member
from sevenviews.designs import Patent, is_patent_id

_USPTO_ID = re.compile(r"US(?:D|RE|PP)?\d+")


def is_single_drawing(name: str) -> bool:
    """Whether a file may be the drawing of the patent that it is named after."""
    path = PurePosixPath(name)
    return path.suffix.lower() in IMAGE_SUFFIXES and is_patent_id(path.stem)


def single_entries(path: Path) -> Iterator[ImageEntry]:
    """A patent for each image."""
    index = read_index(path)
    general = index.general
    for member in iter_members(path):
        if is_single_drawing(member.name):
            yield entry_of_drawing(member, index).with_problems(general)
            general = ()


def entry_of_drawing(member: Member, index: Index) -> ImageEntry:
    """The patent whose only drawing a file is."""
    identifier = member.path.stem
    row = index.row(identifier)
    patent = Patent(
        identifier,
        office="US" if _USPTO_ID.fullmatch(identifier) else "",
        title=row.get("title", ""),
        locarno=index.locarno(identifier),
        uspc=tuple(filter(None, [row.get("uspc", "")])),
    )
    return ImageEntry(member.name, patent, (DrawingFile(member, 1),), index.problems_of(identifier))
