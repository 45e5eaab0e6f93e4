"""From the XML files of a folder or archive to the designs in them, with their images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.entry import BrokenEntry, CorpusEntry, Problem, ProblemReason
from sevenviews.corpus.file_names import view_of_stem
from sevenviews.corpus.images import IMAGE_SUFFIXES, DrawingFile, ImageEntry
from sevenviews.corpus.member import BrokenArchiveError, Member
from sevenviews.corpus.safe_xml import XmlError, parse_xml, root_name
from sevenviews.corpus.st96.record import NamedView, Record, read_record
from sevenviews.corpus.st96.tree import local_name, scopes
from sevenviews.designs import View

_OF_USPTO = frozenset(
    {"", "us-patent-grant", "us-patent-application", "PATDOC", "patent-application-publication"}
)
_DESIGN = "Design"
_APPLICATIONS = ("DesignApplication", "DesignRegistration", "HagueRegistration", "InternationalRegistration")
_FILES_TO_JUDGE_BY = 5
_HEAD = 1 << 16

Images = Mapping[str, Sequence[Member]]


def holds_designs(path: Path, only: str = "") -> bool:
    """Whether some of the first XML files of a folder or archive are records of designs by these standards.

    Args:
        only: the name of the one XML file to judge.
    """
    found = 0
    try:
        for member in iter_members(path):
            if member.suffix == ".xml" and only in {"", member.name}:
                head = member.source.read()[:_HEAD]
                if root_name(head) not in _OF_USPTO and b"Design" in head:
                    return True
                found += 1
                if found == _FILES_TO_JUDGE_BY:
                    return False
    except (BrokenArchiveError, OSError):
        pass
    return False


def design_entries(path: Path, only: str = "") -> Iterator[CorpusEntry]:
    """The designs of all XML files of a folder or archive.

    Args:
        only: the name of the one XML file to read.
    """
    documents: list[Member] = []
    images: dict[str, list[Member]] = {}
    for member in iter_members(path):
        if member.suffix == ".xml" and only in {"", member.name}:
            documents.append(member)
        elif member.suffix in IMAGE_SUFFIXES:
            images.setdefault(member.path.stem.casefold(), []).append(member)
    for document in documents:
        yield from _designs_of(document, images)


def _designs_of(document: Member, images: Images) -> Iterator[CorpusEntry]:
    try:
        root = parse_xml(document.source.read())
    except (OSError, XmlError) as error:
        message = f"the XML {error}"
        yield BrokenEntry(Problem(document.name, "XML", ProblemReason.XML_MALFORMED, message))
        return
    found = False
    # A document of one design may call its application so alone.
    named = next(
        (name for name in (_DESIGN, *_APPLICATIONS) if any(local_name(one) == name for one in root.iter())),
        "",
    )
    for scope in scopes(root, named, _APPLICATIONS):
        record = read_record(document.name, scope)
        if record is not None:
            found = True
            yield _entry(document, record, images)
    if not found:
        message = "the XML holds no design that has a number"
        yield BrokenEntry(Problem(document.name, "XML", ProblemReason.XML_MALFORMED, message))


def _entry(document: Member, record: Record, images: Images) -> ImageEntry:
    problems = list(record.problems)
    files: list[DrawingFile] = []
    for position, named in enumerate(record.views, 1):
        member = _image_of(document, record, named, position, images)
        if member is None:
            what = named.file or f"view {named.number or position}"
            message = "the XML lists this view, and it is not there"
            problems.append(Problem(document.name, what, ProblemReason.SHEET_MISSING, message))
            continue
        view = named.view if named.view is not View.UNKNOWN else view_of_stem(member.path.stem)
        files.append(DrawingFile(member, position, view, figure_number=named.number))
    name = f"{document.name}, {record.patent.patent_id}"
    return ImageEntry(name, record.patent, tuple(files), tuple(problems))


def _image_of(
    document: Member, record: Record, named: NamedView, position: int, images: Images
) -> Member | None:
    """The image of a view: by the file that the record names, or else by the design's number and the view's."""
    if named.file:
        return _nearest(document, images.get(PurePosixPath(named.file).stem.casefold(), ()))
    own = re.sub(r"^[A-Z]{2}", "", record.patent.patent_id)
    views = dict.fromkeys((named.number, str(position), f"{position:04d}"))
    for design in (record.patent.patent_id, own):
        for view in filter(None, views):
            for stem in (f"{design}{mark}{view}" for mark in "_-."):
                if stem.casefold() in images:
                    return _nearest(document, images[stem.casefold()])
            in_folder = [one for one in images.get(view.casefold(), ()) if one.path.parent.name == design]
            if in_folder:
                return in_folder[0]
    return None


def _nearest(document: Member, candidates: Sequence[Member]) -> Member | None:
    """The one that shares most of its path with the document: several designs may call their images alike."""
    folders = document.path.parent.parts

    def shared(member: Member) -> int:
        pairs = zip(folders, member.path.parent.parts, strict=False)
        return sum(1 for one, other in pairs if one == other)

    return max(candidates, key=shared, default=None)
