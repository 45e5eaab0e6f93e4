"""The entries of USPTO bulk data, wherever they lie: a week as tar or ZIP, a folder of it unpacked, a single ZIP."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sevenviews.corpus.archive import is_archive_name, is_zip, members_within, packed_members
from sevenviews.corpus.assembly import SheetFile, cut_drawings
from sevenviews.corpus.descriptions import describe_figures
from sevenviews.corpus.entry import (
    BrokenEntry,
    CorpusEntry,
    CorpusPatent,
    NotADesign,
    Problem,
    ProblemReason,
    UnreadableEntryError,
)
from sevenviews.corpus.images import IMAGE_SUFFIXES
from sevenviews.corpus.member import BrokenArchiveError, Member
from sevenviews.corpus.sources import ByteSource, FileBytes, digest_of, read_source
from sevenviews.corpus.uspto.grant import Grant, parse_grant
from sevenviews.corpus.uspto.package import unzip
from sevenviews.corpus.uspto.products import DRAWINGS_ARE_IN, without_drawings
from sevenviews.corpus.uspto.sheet_names import (
    XML_SUFFIXES,
    date_of,
    is_grant_file,
    is_sheet,
    package_of,
    patent_of,
    sheets_of,
)
from sevenviews.corpus.uspto.unpacked import patents_of
from sevenviews.designs import Patent

# The folders of a weekly archive that hold no designs. A ZIP in one of them is not even opened. Not REISSUE: a design
# may be reissued.
_OTHER_KINDS = re.compile(r"(?:UTIL\d*|PLANT|SIR|DEFENSIVE)(?:-SUPP)?", re.I)
_SUPPLEMENT = re.compile(r".*-SUPP(?:\.ZIP)?", re.I)
_UNPACKED_SUFFIXES = IMAGE_SUFFIXES | XML_SUFFIXES
_DEPTH = 3
"""How far archives may lie in each other: a year of weeks of patents."""


@dataclass(frozen=True, slots=True)
class UsptoEntry:
    """A patent of the bulk data.

    Attributes:
        name: its path within the archive.
        source: its ZIP, or the files that were unpacked from it.
    """

    name: str
    source: ByteSource | tuple[Member, ...]

    @property
    def digest(self) -> str:
        """See CorpusEntry. Of what is not even opened, its name alone."""
        if _other_kind(self.name):
            return digest_of(self.name.encode())
        if not isinstance(self.source, tuple):
            return digest_of(read_source(self.name, self.source))
        files = [(file.name.encode(), read_source(self.name, file.source)) for file in self.source]
        return digest_of(*(part for file in files for part in file))

    def read(self) -> CorpusPatent:
        """See CorpusEntry."""
        other = _other_kind(self.name)
        if other:
            raise NotADesign(self.name, other)
        files = self._files()
        grant = _grant(self.name, files)
        problems: list[Problem] = list(grant.problems)
        sheets = _sheets(self.name, grant, files, problems)
        if not sheets:
            message = f"there are no sheets beside the XML; {DRAWINGS_ARE_IN}"
            problems.append(Problem(self.name, "", ProblemReason.NO_DRAWINGS, message))
            patent = replace(grant.patent, source_digest=self.digest)
            return CorpusPatent(patent, {}, tuple(problems))
        cut = cut_drawings(self.name, grant.patent.patent_id, sheets, grant.figures)
        patent = replace(grant.patent, drawings=cut.drawings, source_digest=self.digest)
        return CorpusPatent(patent, cut.contents, (*problems, *cut.problems), cut.boxes)

    def _files(self) -> Mapping[str, bytes]:
        if isinstance(self.source, tuple):
            return {file.path.name: read_source(self.name, file.source) for file in self.source}
        return unzip(self.name, read_source(self.name, self.source))


def is_uspto_file(name: str) -> bool:
    """Whether a file belongs to bulk data: a ZIP, a grant's XML or SGML, or a sheet as the office makes it."""
    path = PurePosixPath(name)
    if path.suffix.lower() in XML_SUFFIXES | {".zip"}:
        return True
    # DeepPatent's are PNGs as well, and all have the day in their names.
    of_office = patent_of(path.name) and (
        path.suffix.lower() in {".tif", ".tiff"} or date_of(path.name) is None
    )
    # Sheets that are called by their number alone, in a patent's folder.
    numbered = package_of(path.name) == "" and patent_of(path.parent.name)
    return is_sheet(path.name) and bool(of_office or numbered)


def uspto_entries(path: Path, without: Container[str] = ()) -> Iterator[CorpusEntry]:
    """The patents of an archive or below a folder: in ZIPs, in ZIPs within ZIPs, and unpacked.

    Args:
        without: names of files to leave out.
    """
    if path.is_file() and is_zip(path):
        yield from _entries_of_archive(Member(path.name, FileBytes(path)), 0)
    else:
        yield from _entries(path.name, (one for one in packed_members(path) if one.name not in without), 0)


def entries_beside(path: Path) -> Iterator[CorpusEntry]:
    """The patent of one XML file, with the sheets that lie in its folder."""
    files = sorted(file for file in path.parent.iterdir() if file.suffix.lower() in _UNPACKED_SUFFIXES)
    for patent in patents_of(Member(file.name, FileBytes(file)) for file in files):
        if patent[0].name == path.name:
            yield UsptoEntry(path.name, patent)


def is_patent_zip(path: Path) -> bool:
    """Whether a ZIP holds one patent's grant or sheets, and nothing else. One that cannot be opened may be such."""
    inner = _members_of(Member(path.name, FileBytes(path)))
    if any(is_archive_name(one.name) for one in inner):
        return False
    return not any(one.suffix in IMAGE_SUFFIXES for one in inner) or len(list(patents_of(inner))) == 1


def _entries(where: str, members: Iterable[Member], depth: int) -> Iterator[CorpusEntry]:
    loose: list[Member] = []
    broken: BrokenArchiveError | None = None
    try:
        for member in members:
            foreign = without_drawings(member.name)
            if foreign:
                yield BrokenEntry(Problem(member.name, "", ProblemReason.FULL_TEXT_ONLY, foreign))
            elif is_archive_name(member.name):
                yield from _entries_of_archive(member, depth)
            elif member.suffix in _UNPACKED_SUFFIXES:
                loose.append(member)
    except BrokenArchiveError as error:
        broken = error
    patents = list(patents_of(loose))
    folders = [files[0].path.parent for files in patents]
    for files, folder in zip(patents, folders, strict=True):
        shared = folders.count(folder) > 1
        package = files[0].name if shared else folder.as_posix()
        yield UsptoEntry(where if package == "." else package, files)
    if broken is not None:
        raise broken


def _entries_of_archive(member: Member, depth: int) -> Iterator[CorpusEntry]:
    """A patent's ZIP; the patents of an archive that holds several, or other archives."""
    inner = [] if _other_kind(member.name) or depth == _DEPTH else _members_of(member)
    several = any(is_archive_name(one.name) for one in inner) or len(list(patents_of(inner))) > 1
    if several or (inner and member.suffix != ".zip"):
        yield from _entries(member.name, inner, depth + 1)
    else:
        yield UsptoEntry(member.name, member.source)


def _members_of(member: Member) -> list[Member]:
    """The files of an archive, named by their place in it; none, if it cannot be opened: reading it will say so."""
    try:
        return [replace(one, name=f"{member.name}/{one.name}") for one in members_within(member)]
    except BrokenArchiveError:
        return []


def _other_kind(name: str) -> str:
    """The folder that says that a ZIP holds no design; empty: none does."""
    return next((part for part in PurePosixPath(name).parts[:-1] if _OTHER_KINDS.fullmatch(part)), "")


def _grant(source: str, files: Mapping[str, bytes]) -> Grant:
    names = sorted(filter(is_grant_file, files))
    if names:
        return parse_grant(source, files[names[0]])
    sheets = sorted(filter(is_sheet, files))
    if any(_SUPPLEMENT.fullmatch(part) for part in PurePosixPath(source).parts):
        if not sheets:
            raise NotADesign(source, "supplement")
        message = "is a supplement that holds sheets: unpack it beside the files of its patent"
        raise UnreadableEntryError(Problem(source, "", ProblemReason.XML_MISSING, message))
    named = next((name for name in (*sheets[:1], PurePosixPath(source).name) if patent_of(name)), "")
    if not (sheets and named):
        raise UnreadableEntryError(Problem(source, "", ProblemReason.XML_MISSING, "holds no XML"))
    patent = Patent(patent_of(named), office="US", publication_date=date_of(named))
    message = "the grant's XML is not beside the sheets: title, classes, holders and views are not known"
    problem = Problem(source, "", ProblemReason.XML_MISSING, message)
    return Grant(patent, describe_figures([]), (), (problem,))


def _sheets(
    source: str, grant: Grant, files: Mapping[str, bytes], problems: list[Problem]
) -> list[SheetFile]:
    """The sheets in order: those that the XML lists, and any others that are there."""
    present = {PurePosixPath(name).stem.casefold() for name in files}
    for name in grant.sheets:
        if PurePosixPath(name).stem.casefold() not in present:
            message = "the XML lists this sheet, and it is not there"
            problems.append(Problem(source, name, ProblemReason.SHEET_MISSING, message))
    return [SheetFile(name, number, files[name]) for number, name in sheets_of(files)]
