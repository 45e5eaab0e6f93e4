"""A folder a patent: `<id>/<view>.png`, in a folder, tar or ZIP, with an index.csv (id, category, uspc, title ...).

The images are called as people call them, in any format and any case: by the view ("front", "Left side", "主视图"),
the figure ("FIG. 3"), or a count. A folder of one patent alone is read as well; its name is the patent's. Images of
several designs in one folder are called after these: `<id>.png`, `<id>_front.png`, `<id> (2).png`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.design_names import DesignName, design_name, number_of
from sevenviews.corpus.entry import BrokenEntry, CorpusEntry, Problem, ProblemReason
from sevenviews.corpus.file_names import (
    figure_of_stem,
    is_counted,
    names_a_view,
    view_of_stem,
)
from sevenviews.corpus.grouping import grouped
from sevenviews.corpus.images import IMAGE_SUFFIXES, ImageEntry, numbered, without_twins
from sevenviews.corpus.index_csv import Index, read_index
from sevenviews.corpus.member import Member
from sevenviews.designs import Patent, is_patent_id

# Folders that say what lies in them, not whose it is.
_CONTAINER = re.compile(
    r"images?|imgs?|drawings?|views|figures?|sheets|photos|pictures|representations?|originals?|png|jpe?g|tiff?|webp",
    re.I,
)
_USPTO_ID = re.compile(r"US(?:D|RE|PP)?\d+")
_FORBIDDEN = re.compile(r"[^A-Za-z0-9._-]+")


def holds_views(names: Iterable[str]) -> bool:
    """Whether some folder among the names surely holds the views of one patent."""
    return any(_is_surely_patent(folder, stems) for folder, stems in _by_folder(names).items())


def holds_folders(names: Iterable[str]) -> bool:
    """Whether some folder among the names may hold the views of one patent, whatever they are called."""
    return any(_may_be_patent(folder, stems) for folder, stems in _by_folder(names).items())


def is_drawing(name: str) -> bool:
    """Whether a file is an image that may be called after a design."""
    path = PurePosixPath(name)
    return path.suffix.lower() in IMAGE_SUFFIXES and is_patent_id(_identifier(design_name(path.stem).design))


def folder_entries(path: Path) -> Iterator[CorpusEntry]:
    """As `view_entries`: for what is called so that it may be something else beside patents of another kind."""
    yield from view_entries(path)


def view_entries(path: Path) -> Iterator[CorpusEntry]:
    """A patent for each folder of views; in other folders, for each design that images are called after."""
    index = read_index(path)
    own_name = path.name.partition(".")[0] if path.is_file() else path.resolve().name
    yield from _with_general(index, _entries_of_folders(path, own_name, index))


def single_entries(path: Path) -> Iterator[CorpusEntry]:
    """A patent for each design that images are called after, whatever folders they lie in: `<id>.png`."""
    index = read_index(path)

    def design(member: Member) -> str | None:
        folder = _folder_of(member)
        return None if folder is None else f"{folder}/{_design_of(member, index).design.casefold()}"

    groups = grouped(iter_members(path), design)
    yield from _with_general(
        index, (entry for _, members in groups for entry in _entries_by_name(members, index))
    )


def _with_general(index: Index, entries: Iterable[CorpusEntry]) -> Iterator[CorpusEntry]:
    """The first entry that can tells what is wrong with the index as a whole."""
    general = index.general
    for entry in entries:
        if isinstance(entry, ImageEntry):
            yield entry.with_problems(general)
            general = ()
        else:
            yield entry


def _entries_of_folders(path: Path, own_name: str, index: Index) -> Iterator[CorpusEntry]:
    for _, members in grouped(iter_members(path), _folder_of):
        folder = members[0].path.parent
        if _is_patent(folder, [member.path.stem for member in members], index):
            yield _entry(_name_of(folder) or own_name, members, index)
        else:
            yield from _entries_by_name(members, index)


def _entries_by_name(members: Sequence[Member], index: Index) -> Iterator[CorpusEntry]:
    designs: dict[str, list[Member]] = {}
    for member in members:
        designs.setdefault(_design_of(member, index).design.casefold(), []).append(member)
    for together in designs.values():
        names = [_design_of(member, index) for member in together]
        first = names[0]
        pictures = {name.picture.casefold() for name in names}
        if first.is_sure or (first.picture and len(pictures) == len(together) > 1):
            yield _entry(first.design, together, index, by_name=True)
        else:
            yield from (_entry(member.path.stem, [member], index, by_name=True) for member in together)


def _design_of(member: Member, index: Index) -> DesignName:
    stem = member.path.stem
    return DesignName(stem, is_sure=True) if index.row(stem) else design_name(stem)


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
    return bool(name) and not any(_is_foreign(name, design_name(stem)) for stem in own)


def _is_foreign(name: str, image: DesignName) -> bool:
    """Whether an image is called after a number that is not its folder's, however that is written."""
    number = number_of(image.design)
    digits = image.design if number is None else number.digits
    return image.is_sure and digits not in name


def _name_of(folder: PurePosixPath) -> str:
    """The folder's name, or that of the next around it, if it only says what lies in it; empty: there is none."""
    return next((part for part in reversed(folder.parts) if not _CONTAINER.fullmatch(part)), "")


def _folder_of(member: Member) -> str | None:
    return member.path.parent.as_posix() if member.suffix in IMAGE_SUFFIXES else None


def _entry(name: str, members: Sequence[Member], index: Index, by_name: bool = False) -> CorpusEntry:
    """The patent that some images are.

    Args:
        name: of the folder, or that the images' names begin with.
        by_name: whether nothing but the images' names says that they belong together.
    """
    identifier = _identifier(name)
    if not is_patent_id(identifier):
        message = f"the name {name!r} cannot be a patent's id: letters, digits, '.', '_' and '-'"
        return BrokenEntry(Problem(name, "", ProblemReason.NAME_MALFORMED, message))
    kept, problems = without_twins(name, members)
    problems += index.problems_of(name)
    if identifier != name and number_of(name) is None:
        message = f"the name cannot be an id; the patent is called {identifier}"
        problems.append(Problem(name, "", ProblemReason.NAME_MALFORMED, message))
    if by_name and len(kept) > 1:
        message = f"{len(kept)} images were taken together as one design, by their names"
        problems.append(Problem(name, "", ProblemReason.JUDGED_BY_NAME, message))
    row = index.row(name)
    patent = Patent(
        identifier,
        office="US" if _USPTO_ID.fullmatch(identifier) else "",
        title=row.get("title", ""),
        locarno=index.locarno(name),
        uspc=tuple(filter(None, [row.get("uspc", "")])),
    )
    rests = [_without(name, member.path.stem) for member in kept]
    figures = [figure_of_stem(member.path.stem) for member in kept]
    files = numbered(kept, list(map(view_of_stem, rests)), figures)
    entry = members[0].name if by_name and len(members) == 1 else identifier
    return ImageEntry(entry, patent, files, tuple(problems), category=row.get("category", ""))


def _identifier(name: str) -> str:
    """The id of what is called so: itself, or, where it cannot be, the number that it is, or what is left of it."""
    if is_patent_id(name):
        return name
    number = number_of(name)
    return _FORBIDDEN.sub("-", name).strip("-._")[:64].rstrip("-._") if number is None else str(number)


def _without(name: str, stem: str) -> str:
    """A file's name without the patent's, which may hold words of its own: "left-handed-scissors_front"."""
    rest = stem[len(name) :]
    return rest if stem.casefold().startswith(name.casefold()) and not rest[:1].isalnum() else stem
