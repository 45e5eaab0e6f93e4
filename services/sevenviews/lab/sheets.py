"""Whole sheets, `<patent id>/<sheet>.png`, cut into their figures: a corpus without bibliography, as PDFs give it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.assembly import CutDrawings, SheetFile, cut_drawings
from sevenviews.corpus.descriptions import DescribedFigures
from sevenviews.corpus.grouping import grouped
from sevenviews.corpus.images import IMAGE_SUFFIXES
from sevenviews.corpus.member import Member
from sevenviews.designs import is_patent_id
from sevenviews.lab.advance import Advance, unheard
from sevenviews.lab.collection import Collection

_THREADS = 2


def read_sheets(corpus: Path, advance: Advance = unheard) -> Collection:
    """The figures of all sheets; their views are unknown, for no description names them.

    `corpus`: a folder or a tar; the sheets of a patent in the order of their names. Raises ValueError: there are no
    sheets.
    """
    collection = Collection()
    done = count(1)
    with ThreadPoolExecutor(_THREADS) as pool:
        for cut, patent in pool.map(_cut, grouped(iter_members(corpus), _patent_of)):
            collection.unread += map(str, cut.problems)
            for drawing in cut.drawings:
                collection.patents.append(patent)
                collection.categories.append("")
                collection.names.append(drawing.drawing_id)
                collection.contents.append(cut.contents[drawing.drawing_id])
                collection.views.append(drawing.view)
            advance(next(done))
    if not collection.patents:
        raise ValueError(f"{corpus} holds no sheets: <patent id>/<sheet>.png is wanted")
    return collection


def _patent_of(member: Member) -> str | None:
    parts = member.path.parts
    if len(parts) < 2 or member.suffix not in IMAGE_SUFFIXES or not is_patent_id(parts[-2]):  # noqa: PLR2004
        return None
    return parts[-2]


def _cut(patent: tuple[str, list[Member]]) -> tuple[CutDrawings, str]:
    name, members = patent
    sheets = [SheetFile(one.path.name, number, one.source.read()) for number, one in enumerate(members, 1)]
    return cut_drawings(name, name, sheets, DescribedFigures((), {})), name
