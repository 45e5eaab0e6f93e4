"""PatentNet's images: AB-CD-EF-GH.<png|jpg>, in a folder or a tar.

AB is the field, 0 to 31: Locarno class AB + 1. CD is the function, a subclass of it; a design of several
functions has several, either between further dashes or joined by "_", "+" or ",". EF is the application
number, which makes the design. GH is the view: a number 1 to 7 in the paper's order (front, back, left,
right, top, bottom, perspective), or its name. The paper prints no example, so 0 counts as unknown, as does
any other text. An index.csv beside the images may hold each design's text: its abstract, or its use, design point,
best view and colour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.cnipa.abstract import with_statements
from sevenviews.corpus.entry import Problem, ProblemReason
from sevenviews.corpus.grouping import grouped
from sevenviews.corpus.images import IMAGE_SUFFIXES, ImageEntry, numbered, without_twins
from sevenviews.corpus.index_csv import read_index
from sevenviews.corpus.member import Member
from sevenviews.designs import STANDARD_VIEWS, LocarnoClass, Patent, View, is_patent_id

_NAME = re.compile(
    r"(?P<field>\d{1,2})-(?P<functions>\d{1,2}(?:[-_+,]\d{1,2})*)-(?P<application>[A-Za-z]{0,2}\d[\w.]*)-(?P<view>\w+)"
)
_FIELDS = 32


@dataclass(frozen=True, slots=True)
class PatentNetName:
    """An image's name, read.

    Attributes:
        application: the application number EF.
        locarno: from AB and each CD; a CD of 0 gives the whole class.
    """

    application: str
    locarno: tuple[LocarnoClass, ...]
    view: View


def parse_name(stem: str) -> PatentNetName:
    """Read AB-CD-EF-GH.

    Raises:
        ValueError: the name has another form, or AB is above 31.
    """
    match = _NAME.fullmatch(stem)
    if match is None or int(match["field"]) >= _FIELDS:
        raise ValueError(f"{stem!r} is not a name AB-CD-EF-GH, AB from 0 to {_FIELDS - 1}")
    functions = [int(function) for function in re.split(r"[-_+,]", match["functions"])]
    class_number = int(match["field"]) + 1
    locarno = tuple(LocarnoClass(class_number, function or None) for function in functions)
    return PatentNetName(match["application"], locarno, _view(match["view"]))


def is_patentnet_file(name: str) -> bool:
    """Whether a file is named so."""
    path = PurePosixPath(name)
    return path.suffix.lower() in IMAGE_SUFFIXES and _NAME.fullmatch(path.stem) is not None


def patentnet_entries(path: Path) -> Iterator[ImageEntry]:
    """A design for each application number; its classes are those of all its images."""
    index = read_index(path)
    for application, named in grouped(iter_members(path), _application):
        locarno = tuple(
            dict.fromkeys(label for member in named for label in parse_name(member.path.stem).locarno)
        )
        members, twins = without_twins(application, _once_per_field(named))
        names = [parse_name(member.path.stem) for member in members]
        bare = Patent(application, office="CN", application_number=application, locarno=locarno)
        patent = with_statements(bare, index.row(application))
        files = numbered(members, [name.view for name in names])
        yield ImageEntry(application, patent, files, (*twins, *_repeated_views(application, names)))


def _once_per_field(members: Sequence[Member]) -> list[Member]:
    """EF and GH name the image; under another AB it is the same one, there for its labels."""
    fields: dict[str, str] = {}
    kept = []
    for member in members:
        field, _, rest = member.path.stem.partition("-")
        view = rest.rpartition("-")[2]
        if fields.setdefault(view, field) == field:
            kept.append(member)
    return kept


def _application(member: Member) -> str | None:
    if member.suffix not in IMAGE_SUFFIXES:
        return None
    try:
        application = parse_name(member.path.stem).application
    except ValueError:
        return None
    return application if is_patent_id(application) else None


def _view(text: str) -> View:
    if text.isdigit():
        number = int(text)
        return STANDARD_VIEWS[number - 1] if 1 <= number <= len(STANDARD_VIEWS) else View.UNKNOWN
    return View(text.lower()) if text.lower() in set(View) else View.UNKNOWN


def _repeated_views(application: str, names: Sequence[PatentNetName]) -> Iterator[Problem]:
    views = [name.view for name in names if name.view is not View.UNKNOWN]
    for view in sorted({view for view in views if views.count(view) > 1}):
        message = f"several images are named as its {view} view"
        yield Problem(application, view, ProblemReason.NAME_MALFORMED, message)
