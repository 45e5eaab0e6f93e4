"""The entries of USPTO bulk data, wherever they lie: a weekly tar, a folder of it unpacked, a single ZIP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sevenviews.corpus.archive import Member, iter_members
from sevenviews.corpus.assembly import SheetFile, cut_drawings
from sevenviews.corpus.entry import CorpusPatent, NotADesign, Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.sources import ByteSource, FileBytes, digest_of, read_source
from sevenviews.corpus.uspto.grant import Grant, parse_grant
from sevenviews.corpus.uspto.package import unzip
from sevenviews.corpus.uspto.sheet_names import is_front_page, sheet_number

# The folders of a weekly archive, beside DESIGN. A ZIP in one of them is not even opened.
_OTHER_KINDS = re.compile(r"(?:UTIL\d*|PLANT|REISSUE|SIR|DEFENSIVE)(?:-SUPP)?", re.I)
_SHEET_SUFFIXES = frozenset({".tif", ".tiff"})
_UNPACKED_SUFFIXES = _SHEET_SUFFIXES | {".xml"}


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
        """See CorpusEntry."""
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
        grant = parse_grant(self.name, _xml(self.name, files))
        problems: list[Problem] = list(grant.problems)
        sheets = _sheets(self.name, grant, files, problems)
        cut = cut_drawings(self.name, grant.patent.patent_id, sheets, grant.figures)
        patent = replace(grant.patent, drawings=cut.drawings, source_digest=self.digest)
        return CorpusPatent(patent, cut.contents, (*problems, *cut.problems), cut.boxes)

    def _files(self) -> Mapping[str, bytes]:
        if isinstance(self.source, tuple):
            return {file.path.name: read_source(self.name, file.source) for file in self.source}
        return unzip(self.name, read_source(self.name, self.source))


def is_uspto_file(name: str) -> bool:
    """Whether a file belongs to bulk data: a ZIP, or a grant's XML out of one."""
    return PurePosixPath(name).suffix.lower() in {".zip", ".xml"}


def uspto_entries(path: Path) -> Iterator[UsptoEntry]:
    """The ZIPs of a tar or below a folder, and each folder in it that holds an unpacked one."""
    unpacked: dict[PurePosixPath, list[Member]] = {}
    for member in iter_members(path):
        if member.suffix == ".zip":
            yield UsptoEntry(member.name, member.source)
        elif member.suffix in _UNPACKED_SUFFIXES:
            unpacked.setdefault(member.path.parent, []).append(member)
    for folder, members in unpacked.items():
        if any(member.suffix == ".xml" for member in members):
            name = path.name if folder == PurePosixPath() else folder.as_posix()
            yield UsptoEntry(name, tuple(sorted(members, key=lambda member: member.name)))


def zip_entry(path: Path) -> UsptoEntry:
    """A single ZIP."""
    return UsptoEntry(path.name, FileBytes(path))


def _other_kind(name: str) -> str:
    """The folder that says that a ZIP holds no design; empty: none does."""
    return next((part for part in PurePosixPath(name).parts[:-1] if _OTHER_KINDS.fullmatch(part)), "")


def _xml(source: str, files: Mapping[str, bytes]) -> bytes:
    names = sorted(name for name in files if name.lower().endswith(".xml"))
    if not names:
        raise UnreadableEntryError(Problem(source, "", ProblemReason.XML_MISSING, "holds no XML"))
    return files[names[0]]


def _sheets(
    source: str, grant: Grant, files: Mapping[str, bytes], problems: list[Problem]
) -> list[SheetFile]:
    """The sheets in order: those that the XML lists, and any others that are there."""
    present = sorted(name for name in files if PurePosixPath(name).suffix.lower() in _SHEET_SUFFIXES)
    # The front page repeats a figure of a sheet; it counts only where there is no sheet.
    present = [name for name in present if not is_front_page(name)] or present
    for name in grant.sheets:
        if name not in files:
            message = "the XML lists this sheet, and it is not there"
            problems.append(Problem(source, name, ProblemReason.SHEET_MISSING, message))
    return [
        SheetFile(name, sheet_number(name) or position, files[name])
        for position, name in enumerate(present, 1)
    ]
