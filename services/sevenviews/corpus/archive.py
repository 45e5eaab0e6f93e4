"""The files of a folder, a tar or a ZIP in one form."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from sevenviews.corpus.member import BrokenArchiveError, Member
from sevenviews.corpus.sources import FileBytes
from sevenviews.corpus.tars import is_tar, tar_members
from sevenviews.corpus.zips import is_zip, zip_members


def is_archive(path: Path) -> bool:
    """Whether a file's name is that of a tar or a ZIP."""
    return is_tar(path) or is_zip(path)


def iter_members(path: Path) -> Iterator[Member]:
    """The files below a folder, sorted, or of a tar or ZIP, in its order. Hidden files are left out.

    Members of a compressed tar are held in memory; all others are read in place, later.

    Raises:
        BrokenArchiveError: the archive cannot be read (on).
    """
    return (member for member in _members(path) if not member.is_hidden)


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
    return names


def _members(path: Path) -> Iterator[Member]:
    if not path.is_file():
        return _folder_members(path)
    return zip_members(path.name, FileBytes(path)) if is_zip(path) else tar_members(path)


def _folder_members(path: Path) -> Iterator[Member]:
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield Member(file.relative_to(path).as_posix(), FileBytes(file))
