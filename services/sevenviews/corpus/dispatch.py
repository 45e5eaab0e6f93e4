"""Finds the reader for what lies at a path."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from pathlib import Path

from sevenviews.corpus import deeppatent, pdf, st96, uspto
from sevenviews.corpus.archive import first_names, holds_archive, is_archive, is_zip, iter_members
from sevenviews.corpus.cnipa import cnipa_entries, is_cnipa_file
from sevenviews.corpus.entry import BrokenEntry, CorpusEntry, Problem, ProblemReason
from sevenviews.corpus.grouping import ScatteredMembersError
from sevenviews.corpus.member import BrokenArchiveError, Member
from sevenviews.corpus.patentnet import is_patentnet_file, patentnet_entries
from sevenviews.corpus.sketchy import is_sketchy_file, sketchy_entries
from sevenviews.corpus.sources import FileBytes
from sevenviews.corpus.uspto.products import without_drawings
from sevenviews.corpus.uspto.weeks import latest_entries, newest_first
from sevenviews.corpus.views import (
    folder_entries,
    holds_folders,
    holds_views,
    is_drawing,
    single_entries,
    view_entries,
)
from sevenviews.designs import Reason, SevenviewsError

_NAMES_TO_JUDGE_BY = 400

Reader = Callable[[Path], Iterator[CorpusEntry]]


def _some(is_known: Callable[[str], bool]) -> Callable[[list[str]], bool]:
    return lambda names: any(map(is_known, names))


# Asked in this order: the first that knows some file reads the whole.
_READERS: tuple[tuple[Callable[[list[str]], bool], Reader], ...] = (
    (_some(uspto.is_uspto_file), uspto.uspto_entries),
    (_some(is_cnipa_file), cnipa_entries),
    (_some(deeppatent.is_deeppatent_file), deeppatent.folder_entries),
    (_some(is_patentnet_file), patentnet_entries),
    (_some(is_sketchy_file), sketchy_entries),
    (holds_views, view_entries),
    # Loose images beside patents are queries, or pictures of them; another PDF beside images is about these.
    (_some(pdf.is_numbered_pdf), pdf.pdf_entries),
    (holds_folders, folder_entries),
    (_some(is_drawing), single_entries),
    (_some(pdf.is_pdf), pdf.pdf_entries),
)

_WEAK = (single_entries, folder_entries)
"""What reads any image whatsoever."""


class UnknownLayoutError(SevenviewsError):
    """Nothing that a reader knows lies at the path."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            Reason.FIELD_MALFORMED,
            f"{path}: {why}. A corpus is a USPTO week (tar or ZIP), a folder of such weeks or of one unpacked, a "
            "patent's ZIP; patents' PDFs; DeepPatent's folders or a list of them; images named AB-CD-EF-GH; designs "
            "in the XML of ST.86 or ST.96; a folder, tar or ZIP of <id>/<view>.png, a folder a patent; one of "
            "<id>.png or <id>_<view>.png",
            {"field": "path", "value": str(path)},
        )


def iter_entries(path: Path) -> Iterator[CorpusEntry]:
    """The patents at a path, not read yet. An archive that breaks off ends with an entry that raises.

    Raises:
        UnknownLayoutError: at the first step, if no reader knows what lies there.
    """
    if not path.exists():
        raise UnknownLayoutError(path, "there is nothing")
    if path.is_dir():
        yield from _folder_entries(path)
        return
    foreign = without_drawings(path.name)
    if foreign:
        raise UnknownLayoutError(path, foreign)
    if pdf.is_pdf(path.name):
        yield pdf.pdf_entry(path)
    elif is_archive(path):
        yield from _guarded(path)
    elif uspto.is_uspto_file(path.name):
        yield from _of_one_file(path)
    elif deeppatent.is_list(path):
        yield from _listed(path)
    elif holds_archive(path):
        yield from _guarded(path)
    else:
        raise UnknownLayoutError(path, "a file of this name is not known")


def _of_one_file(path: Path) -> Iterator[CorpusEntry]:
    """The patents of one XML file, with the images that lie beside it."""
    if st96.holds_designs(path.parent, path.name):
        yield from st96.design_entries(path.parent, path.name)
    else:
        yield from uspto.entries_beside(path)


def _listed(path: Path) -> Iterator[CorpusEntry]:
    try:
        yield from deeppatent.list_entries(path)
    except ValueError as error:
        raise UnknownLayoutError(path, f"this is no list of images: {error}") from error


def _folder_entries(path: Path) -> Iterator[CorpusEntry]:
    archives = [
        file for file in path.rglob("*") if is_archive(file) and _is_visible(file, path) and file.is_file()
    ]
    # A patent's ZIP is read with what lies around it, every other archive for itself.
    alone = [archive for archive in archives if not _is_one_patent(archive)]
    for week in newest_first(alone):
        yield from latest_entries(week, _guarded)
    read = frozenset(archive.relative_to(path).as_posix() for archive in alone)
    names = [name for name in first_names(path, _NAMES_TO_JUDGE_BY + len(read)) if name not in read]
    reader = _reader_of(path, names)
    if alone and reader in _WEAK:
        # Loose images beside archives are queries or pictures of them, not patents.
        return
    if reader is uspto.uspto_entries:
        yield from uspto.uspto_entries(path, read)
    elif reader is not None:
        yield from reader(path)
    elif not archives:
        raise UnknownLayoutError(path, "no file in it is known")
    yield from _left_out(path, reader, read)


def _left_out(path: Path, reader: Reader | None, read: Container[str]) -> Iterator[CorpusEntry]:
    """An entry that raises for each folder in a folder that is laid out for another reader than the whole."""
    folders: dict[str, list[str]] = {}
    for member in iter_members(path):
        if len(member.path.parts) > 1 and member.name not in read:
            names = folders.setdefault(member.path.parts[0], [])
            if len(names) < _NAMES_TO_JUDGE_BY:
                names.append(member.name)
    for folder, names in folders.items():
        other = _reader_by_names(names)
        # Loose images beside patents are queries or pictures of them.
        if other not in {None, reader, *_WEAK} and not _reads(reader, names):
            message = (
                "is laid out in another way than what lies around it, and was not read: give it by itself"
            )
            yield BrokenEntry(Problem(folder, "", ProblemReason.LAYOUT_MIXED, message))


def _is_visible(file: Path, folder: Path) -> bool:
    return not Member(file.relative_to(folder).as_posix(), FileBytes(file)).is_hidden


def _guarded(archive: Path) -> Iterator[CorpusEntry]:
    """An archive's entries; what breaks it off becomes an entry."""
    try:
        reader = _reader_of(archive, first_names(archive, _NAMES_TO_JUDGE_BY))
        if reader is None:
            raise UnknownLayoutError(archive, "no file in it is known")
        yield from reader(archive)
    except BrokenArchiveError as broken:
        yield BrokenEntry(broken.problem)
    except ScatteredMembersError as error:
        yield BrokenEntry(Problem(archive.name, "", ProblemReason.SOURCE_UNREADABLE, str(error)))


def _is_one_patent(archive: Path) -> bool:
    return is_zip(archive) and uspto.is_patent_zip(archive) and not st96.holds_designs(archive)


def _reader_of(path: Path, names: list[str]) -> Reader | None:
    reader = _reader_by_names(names)
    if reader is uspto.uspto_entries and any(name.lower().endswith(".xml") for name in names):
        # The offices' XML files are told apart by what they hold.
        return st96.design_entries if st96.holds_designs(path) else reader
    return reader


def _reader_by_names(names: list[str]) -> Reader | None:
    return next((reader for knows, reader in _READERS if knows(names)), None)


def _reads(reader: Reader | None, names: list[str]) -> bool:
    """Whether a reader knows some of the files: then they are its, though another would come first."""
    if reader is st96.design_entries:
        return any(name.lower().endswith(".xml") for name in names)
    return any(known(names) for known, one in _READERS if one is reader)
