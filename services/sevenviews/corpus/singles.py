"""A folder or tar of single drawings, `<id>.png`, with an index.csv (id, uspc, title): one drawing a
patent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.images import IMAGE_SUFFIXES, DrawingFile, ImageEntry
from sevenviews.corpus.index_csv import read_index
from sevenviews.designs import Patent, is_patent_id

_USPTO_ID = re.compile(r"US(?:D|RE|PP)?\d+")


def is_single_drawing(name: str) -> bool:
    """Whether a file may be the drawing of the patent that it is named after."""
    path = PurePosixPath(name)
    return path.suffix.lower() in IMAGE_SUFFIXES and is_patent_id(path.stem)


def single_entries(path: Path) -> Iterator[ImageEntry]:
    """A patent for each image."""
    index = read_index(path)
    for member in iter_members(path):
        if not is_single_drawing(member.name):
            continue
        identifier = member.path.stem
        row = index.get(identifier, {})
        patent = Patent(
            identifier,
            office="US" if _USPTO_ID.fullmatch(identifier) else "",
            title=row.get("title", ""),
            uspc=tuple(filter(None, [row.get("uspc", "").replace("-", "/")])),
        )
        yield ImageEntry(member.name, patent, (DrawingFile(member, 1),))
