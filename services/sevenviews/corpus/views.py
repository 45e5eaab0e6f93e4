"""A folder a patent: `<id>/<view>.png`, in a folder, tar or ZIP, with an index.csv (id, category, title ...).

The images are called as people call them, in any format and any case: by the view ("front", "Left side", "主视图"),
the figure ("FIG. 3"), or a count. A folder of one patent alone is read as well; its name is the patent's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.entry import BrokenEntry, CorpusEntry, Problem, ProblemReason
from sevenviews.corpus.file_names import (
    figure_of_stem,
    is_counted,
    names_a_document,
    names_a_view,
    view_of_stem,
)
from sevenviews.corpus.grouping import grouped
from sevenviews.corpus.images import IMAGE_SUFFIXES, ImageEntry, numbered
from sevenviews.corpus.index_csv import Index, read_index
from sevenviews.corpus.member import Member
from sevenviews.corpus.singles import entry_of_drawing
from sevenviews.designs import Patent, is_patent_id

# Folders that say what lies in them, not whose it is.
_CONTAINER = re.compile(
    r"images?|imgs?|drawings?|views|figures?|sheets|photos|pictures|representations?|originals?|png|jpe?g|tiff?|webp",
    re.I,
)
_FORBIDDEN = re.compile(r"[^A-Za-z0-9._-]+")


def holds_views(names: Iterable[str]) -> bool:
    """Whether some folder among the names surely holds the views of one patent."""
    return any(_is_surely_patent(folder, stems) for folder, stems in _by_folder(names).items())


def holds_folders(names: Iterable[str]) -> bool:
    """Whether some folder among the names may hold the views of one patent, whatever they are called."""
    return any(_may_be_patent(folder, stems) for folder, stems in _by_folder(names).items())


def folder_entries(path: Path) -> Iterator[CorpusEntry]:
    """As `view_entries`: for what is called so that it may be something else beside patents of another kind."""
    yield from view_entries(path)


def view_entries(path: Path) -> Iterator[CorpusEntry]:
    """A patent for each folder of views; in other folders, for each image."""
    index = read_index(path)
    own_name = path.name.partition(".")[0] if path.is_file() else path.resolve().name
    general = index.general
    for _, members in grouped(iter_members(path), _folder_of):
        folder = members[0].path.parent
        stems = [member.path.stem for member in members]
        if _is_patent(folder, stems, index):
            entries = [_entry(_name_of(folder) or own_name, members, index)]
        else:
            entries = [entry_of_drawing(member, index) for member in members]
        for entry in entries:
            yield entry.with_problems(general) if isinstance(entry, ImageEntry) else entry
            general = ()


def _by_folder(names: Iterable[str]) -> dict[PurePosixPath, list[str]]:
    folders: dict[PurePosixPath, list[str]] = {}
    for name in names:
        path = PurePosixPath(name)
        if path.suffix.lower() in IMAGE_SUFFIXES:
            folders.setdefault(path.parent, []).append(path.stem)
    return folders


def _is_patent(folder: PurePosixPath, stems: Sequence[str], index: Index) -> bool:
    """Whether the images of a folder are one patent's; the index knows best."""
    if index.row(_name_of(folder)):
        return True
    if any(map(index.row, stems)):
        return False
    return _is_surely_patent(folder, stems) or _may_be_patent(folder, stems)


def _is_surely_patent(folder: PurePosixPath, stems: Sequence[str]) -> bool:
    """Most images are named after views; or the folder's name has a digit in it, as numbers do."""
    named = [stem for stem in stems if names_a_view(stem)]
    if len(named) * 2 >= len(stems):
        return True
    return any(map(str.isdigit, _name_of(folder))) and _may_be_patent(folder, stems)


def _may_be_patent(folder: PurePosixPath, stems: Sequence[str]) -> bool:
    """The folder has a name of its own, and its images are not named after numbers of their own."""
    name = _name_of(folder).casefold()
    own = [stem for stem in stems if not stem.casefold().startswith(name) and not is_counted(stem)]
    return bool(name) and not any(map(names_a_document, own))


def _name_of(folder: PurePosixPath) -> str:
    """The folder's name, or that of the next around it, if it only says what lies in it; empty: there is none."""
    return next((part for part in reversed(folder.parts) if not _CONTAINER.fullmatch(part)), "")


def _folder_of(member: Member) -> str | None:
    return member.path.parent.as_posix() if member.suffix in IMAGE_SUFFIXES else None


def _entry(name: str, members: Sequence[Member], index: Index) -> CorpusEntry:
    identifier = _FORBIDDEN.sub("-", name).strip("-._")[:64].rstrip("-._")
    if not is_patent_id(identifier):
        message = f"the folder's name {name!r} cannot be a patent's id: letters, digits, '.', '_' and '-'"
        return BrokenEntry(Problem(name, "", ProblemReason.NAME_MALFORMED, message))
    problems = index.problems_of(name)
    if identifier != name:
        message = f"the folder's name cannot be an id; the patent is called {identifier}"
        problems = (*problems, Problem(name, "", ProblemReason.NAME_MALFORMED, message))
    row = index.row(name)
    patent = Patent(identifier, title=row.get("title", ""), locarno=index.locarno(name))
    stems = [member.path.stem for member in members]
    files = numbered(
        members, [view_of_stem(_without(name, stem)) for stem in stems], list(map(figure_of_stem, stems))
    )
    return ImageEntry(identifier, patent, files, problems, category=row.get("category", ""))


def _without(name: str, stem: str) -> str:
    """A file's name without the patent's, which may hold words of its own: "left-handed-scissors_front"."""
    rest = stem[len(name) :]
    return rest if stem.casefold().startswith(name.casefold()) and not rest[:1].isalnum() else stem
