"""DeepPatent: PNGs of whole sheets, I20181127/USD0834581-20181127/USD0834581-20181127-D00002.png, and lists
of them.

A list (test_query_patent.txt.gz ...) has a line an image: its path, and the number of its class, which is
its patent. An image counts as one drawing, whole, as in the benchmark; it is not cut into figures. DeepPatent2
has cut them already: ...-D00002_1.png is a figure of that sheet.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.entry import Problem, ProblemReason
from sevenviews.corpus.grouping import grouped
from sevenviews.corpus.images import DrawingFile, ImageEntry
from sevenviews.corpus.member import Member
from sevenviews.corpus.sources import FileBytes
from sevenviews.corpus.uspto.fields import parse_date
from sevenviews.corpus.uspto.sheet_names import sheet_number
from sevenviews.designs import Patent

_IMAGE = re.compile(
    r"(?P<patent>USD\d{7})-(?P<date>\d{8})-(?P<sheet>[DP]\d{5})(?:[_-](?P<figure>\d{1,2}))?\.(?:png|jpe?g|webp)",
    re.I,
)
_FIGURE = re.compile(r"[DP]\d{5}[_-]\d{1,2}\.\w+$", re.I)
_MAX_LINE = 4096
_LIST_NAME = re.compile(r".+\.txt(?:\.gz)?", re.I)


@dataclass(frozen=True, slots=True)
class ListedImage:
    """A line of a list: the image's path below the root of the images, and its class."""

    path: PurePosixPath
    class_number: int


def is_deeppatent_file(name: str) -> bool:
    """Whether a file is named as DeepPatent's images are."""
    return _IMAGE.fullmatch(PurePosixPath(name).name) is not None


def is_list(path: Path) -> bool:
    """Whether a file may be a list."""
    return path.is_file() and _LIST_NAME.fullmatch(path.name) is not None


def read_list(path: Path) -> list[ListedImage]:
    """The lines of a list, plain or gzipped.

    Raises:
        ValueError: a line is not a path and a class, or the file is no text.
    """
    images = []
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            # A line at a time: what is no list is refused at its first line, however large it is.
            for number, line in enumerate(iter(lambda: lines.readline(_MAX_LINE), b""), 1):
                if line.strip():
                    images.append(_listed(path, number, line.decode("utf-8-sig")))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path.name} cannot be unpacked: {error}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name}, line {number}: is no text") from error
    return images


def folder_entries(path: Path) -> Iterator[ImageEntry]:
    """A patent for each number among the images of a folder or tar."""
    for name, members in grouped(iter_members(path), _patent_of):
        yield _entry(name, members)


def list_entries(path: Path, root: Path | None = None) -> Iterator[ImageEntry]:
    """A patent for each class of a list.

    Args:
        root: the folder that the list's paths start from; by default the list's own.
    """
    root = root or path.parent
    by_class: dict[int, list[ListedImage]] = {}
    for image in read_list(path):
        by_class.setdefault(image.class_number, []).append(image)
    for images in by_class.values():
        yield _listed_entry(root, images)


def _listed(path: Path, number: int, line: str) -> ListedImage:
    image, _, class_number = line.strip().rpartition(" ")
    if not (image and class_number.isdigit() and is_deeppatent_file(image)) or ".." in image:
        raise ValueError(f"{path.name}, line {number}: not an image's path and its class: {line.strip()!r}")
    return ListedImage(PurePosixPath(image), int(class_number))


def _listed_entry(root: Path, images: Sequence[ListedImage]) -> ImageEntry:
    name = images[0].path.name.split("-")[0]
    present = [image for image in images if (root / image.path).is_file()]
    missing = [image for image in images if image not in present]
    members = [Member(str(image.path), FileBytes(root / image.path)) for image in present]
    problems = [
        Problem(name, str(image.path), ProblemReason.SHEET_MISSING, "is listed, and is not there")
        for image in missing
    ]
    return _entry(name, members, problems)


def _entry(name: str, members: Sequence[Member], problems: Sequence[Problem] = ()) -> ImageEntry:
    patent_id = name.upper()
    drawings = {(file.sheet_number, file.position): file for file in map(_drawing_file, members)}
    # A sheet that lies beside the figures that were cut from it would be there twice.
    cut = {file.sheet_number for file in drawings.values() if _FIGURE.search(file.member.path.name)}
    files = tuple(
        file
        for file in drawings.values()
        if file.sheet_number not in cut or _FIGURE.search(file.member.path.name)
    )
    published = _date_of(members[0]) if members else None
    patent = Patent(patent_id, office="US", kind="S1", publication_date=published)
    return ImageEntry(patent_id, patent, files, tuple(problems))


def _drawing_file(member: Member) -> DrawingFile:
    """Of DeepPatent2 a file is a figure of a sheet: ...-D00001_2.png is the second of the first."""
    match = _IMAGE.fullmatch(member.path.name)
    sheet = match["sheet"] if match else ""
    position = int((match and match["figure"]) or 1)
    return DrawingFile(member, sheet_number(f"{sheet}.png") or 0, position=position)


def _date_of(member: Member) -> date | None:
    match = _IMAGE.fullmatch(member.path.name)
    try:
        return parse_date(match["date"]) if match else None
    except ValueError:
        return None


def _patent_of(member: Member) -> str | None:
    match = _IMAGE.fullmatch(member.path.name)
    return match["patent"] if match else None
