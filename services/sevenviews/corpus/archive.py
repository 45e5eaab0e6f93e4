"""The files of a folder, a tar or a ZIP in one form. An archive within an archive is a folder of it."""

from __future__ import annotations

import itertools
import re
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sevenviews.corpus.member import BrokenArchiveError, Member
from sevenviews.corpus.sources import FileBytes
from sevenviews.corpus.tars import tar_members
from sevenviews.corpus.zips import zip_members

_TAR = re.compile(r"\.(?:tar(?:\.(?:gz|bz2|xz))?|tgz|tbz2|txz)$", re.I)
_ARCHIVE = re.compile(rf"(?:\.zip|{_TAR.pattern.removesuffix('$')})$", re.I)
_NAMELESS = {"", ".gz", ".bz2", ".xz"}
"""Ends of names that may be those of an archive; what is called so is looked into."""
_DEPTH = 3
"""How far archives may lie in each other."""


def is_archive_name(name: str) -> bool:
    """Whether a name is that of a tar or a ZIP."""
    return _ARCHIVE.search(name) is not None


def is_archive(path: Path) -> bool:
    """Whether a file is a tar or a ZIP, by its name; where that says nothing, by what it holds."""
    return is_archive_name(path.name) or (path.suffix.lower() in _NAMELESS and holds_archive(path))


def holds_archive(path: Path) -> bool:
    """Whether a file is a tar or a ZIP, whatever it is called."""
    return path.is_file() and (is_zip(path) or _holds_tar(path))


def is_zip(path: Path) -> bool:
    """Whether a file is a ZIP: by its first bytes, or else, if these are nothing's, by its name."""
    with path.open("rb") as file:
        head = file.read(4)
    return head in {b"PK\3\4", b"PK\5\6"} or (path.suffix.lower() == ".zip" and not _holds_tar(path))


def _holds_tar(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except (OSError, EOFError, ValueError):
        return False


def iter_members(path: Path) -> Iterator[Member]:
    """The files below a folder, sorted, or of a tar or ZIP, in its order. Hidden files are left out.

    What lies in an archive's archives is among them, each below a folder that is called after its archive. Members of
    what is compressed as a whole are held in memory; all others are read in place, later.

    Raises:
        BrokenArchiveError: the archive, or one within it, cannot be read (on).
    """
    members = packed_members(path)
    return _unpacked(members, _DEPTH) if path.is_file() else members


def packed_members(path: Path) -> Iterator[Member]:
    """As `iter_members`, with archives within an archive as they are."""
    if path.is_file():
        members = zip_members if is_zip(path) else tar_members
        return _visible(members(path.name, FileBytes(path)))
    return _visible(_folder_members(path))


def members_within(member: Member) -> Iterator[Member]:
    """The files of an archive that is a member of another one. Raises as `iter_members`."""
    members = tar_members if _TAR.search(member.name) else zip_members
    return _visible(members(member.name, member.source))


def first_names(path: Path, limit: int) -> list[str]:
    """The first names, to tell the layout by.

    Raises:
        BrokenArchiveError: not even one can be read.
    """
    names: list[str] = []
    try:
        names.extend(member.name for member in itertools.islice(iter_members(path), limit))
    except BrokenArchiveError:
        if not names:
            raise
    if path.is_file():
        # Archives that could not be opened say nothing of the others.
        return [name for name in names if not is_archive_name(name)] or names
    return names


def _unpacked(members: Iterator[Member], depth: int) -> Iterator[Member]:
    broken: BrokenArchiveError | None = None
    for member in members:
        end = _ARCHIVE.search(member.name)
        if end is None or not depth:
            yield member
            continue
        try:
            found = _unpacked(members_within(member), depth - 1)
            folder = member.name[: end.start()]
            yield from (replace(one, name=f"{folder}/{one.name}") for one in found)
        except BrokenArchiveError as error:
            broken = broken or BrokenArchiveError(error.problem, breaks_off=False)
            yield member
    # What the others hold is not lost with it.
    if broken is not None:
        raise broken


def _visible(members: Iterator[Member]) -> Iterator[Member]:
    return (member for member in members if not member.is_hidden)


def _folder_members(path: Path) -> Iterator[Member]:
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield Member(file.relative_to(path).as_posix(), FileBytes(file))
