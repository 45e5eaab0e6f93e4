"""Finds the reader for what lies at a path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sevenviews.corpus import deeppatent, uspto
from sevenviews.corpus.archive import BrokenArchiveError, first_names, is_tar
from sevenviews.corpus.entry import CorpusEntry, CorpusPatent, Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.grouping import ScatteredMembersError
from sevenviews.corpus.patentnet import is_patentnet_file, patentnet_entries
from sevenviews.corpus.singles import is_single_drawing, single_entries
from sevenviews.corpus.views import is_view_file, view_entries
from sevenviews.designs import Reason, SevenviewsError

_NAMES_TO_JUDGE_BY = 400

Reader = Callable[[Path], Iterator[CorpusEntry]]

# Asked in this order: the first whose test some file passes reads the whole.
_READERS: tuple[tuple[Callable[[str], bool], Reader], ...] = (
    (uspto.is_uspto_file, uspto.uspto_entries),
    (deeppatent.is_deeppatent_file, deeppatent.folder_entries),
    (is_view_file, view_entries),
    (is_patentnet_file, patentnet_entries),
    (is_single_drawing, single_entries),
)


class UnknownLayoutError(SevenviewsError):
    """Nothing that a reader knows lies at the path."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            Reason.FIELD_MALFORMED,
            f"{path}: {why}. A corpus is a USPTO weekly tar, a folder of such tars or of one unpacked, a "
            "patent's ZIP; DeepPatent's folders or a list of them; images named AB-CD-EF-GH; a folder or tar "
            "of <id>/<view>.png; a folder or tar of <id>.png",
            {"field": "path", "value": str(path)},
        )


@dataclass(frozen=True, slots=True)
class BrokenEntry:
    """Stands for what an archive holds behind the place where it cannot be read on."""

    problem: Problem

    @property
    def name(self) -> str:
        """The archive's."""
        return self.problem.source

    @property
    def digest(self) -> str:
        """See CorpusEntry; it always raises."""
        raise UnreadableEntryError(self.problem)

    def read(self) -> CorpusPatent:
        """See CorpusEntry; it always raises."""
        raise UnreadableEntryError(self.problem)


def iter_entries(path: Path) -> Iterator[CorpusEntry]:
    """The patents at a path, not read yet. An archive that breaks off ends with an entry that raises.

    Raises:
        UnknownLayoutError: at the first step, if no reader knows what lies there.
    """
    if not path.exists():
        raise UnknownLayoutError(path, "there is nothing")
    if path.is_dir():
        yield from _folder_entries(path)
    elif path.suffix.lower() == ".zip":
        yield uspto.zip_entry(path)
    elif is_tar(path):
        yield from _guarded(path)
    elif deeppatent.is_list(path):
        yield from deeppatent.list_entries(path)
    else:
        raise UnknownLayoutError(path, "a file of this name is not known")


def _folder_entries(path: Path) -> Iterator[CorpusEntry]:
    tars = sorted(file for file in path.rglob("*") if is_tar(file) and file.is_file())
    for tar in tars:
        yield from _guarded(tar)
    reader = _reader_of(first_names(path, _NAMES_TO_JUDGE_BY))
    if tars and reader is single_entries:
        # Loose images beside archives are queries or pictures of them, not patents.
        return
    if reader is not None:
        yield from reader(path)
    elif not tars:
        raise UnknownLayoutError(path, "no file in it is known")


def _guarded(tar: Path) -> Iterator[CorpusEntry]:
    """A tar's entries; what breaks it off becomes an entry."""
    try:
        reader = _reader_of(first_names(tar, _NAMES_TO_JUDGE_BY))
        if reader is None:
            raise UnknownLayoutError(tar, "no file in it is known")
        yield from reader(tar)
    except BrokenArchiveError as broken:
        yield BrokenEntry(broken.problem)
    except ScatteredMembersError as error:
        yield BrokenEntry(Problem(tar.name, "", ProblemReason.SOURCE_UNREADABLE, str(error)))


def _reader_of(names: list[str]) -> Reader | None:
    for knows, reader in _READERS:
        if any(knows(name) for name in names):
            return reader
    return None
