"""The files of a folder or a tar, compressed or not, in one form."""

from __future__ import annotations

import io
import itertools
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sevenviews.corpus.entry import Problem, ProblemReason
from sevenviews.corpus.sources import ByteSource, FileBytes, HeldBytes

_TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_HIDDEN = (".", "__MACOSX")


@dataclass(frozen=True, slots=True)
class Member:
    """A file: its path within the folder or tar, with forward slashes, and its bytes."""

    name: str
    source: ByteSource

    @property
    def path(self) -> PurePosixPath:
        """Its name, taken apart."""
        return PurePosixPath(self.name)

    @property
    def suffix(self) -> str:
        """Of the name, in small letters: ".png"."""
        return self.path.suffix.lower()


class BrokenArchiveError(Exception):
    """The archive ends, or becomes unreadable, before its end."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def is_tar(path: Path) -> bool:
    """Whether a file's name is that of a tar."""
    return path.name.lower().endswith(_TAR_SUFFIXES)


def iter_members(path: Path) -> Iterator[Member]:
    """The files below a folder, sorted, or of a tar, in its order. Hidden files are left out.

    Members of an uncompressed tar are read in place, later; those of a compressed one are held in memory.

    Raises:
        BrokenArchiveError: the tar cannot be read (on).
    """
    members = _tar_members(path) if path.is_file() else _folder_members(path)
    return (member for member in members if not any(part.startswith(_HIDDEN) for part in member.path.parts))


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


def find_member(path: Path, name: str) -> bytes | None:
    """The bytes of the first file called so, in any folder; None: there is none."""
    found = (member for member in iter_members(path) if member.path.name == name)
    member = next(found, None)
    return None if member is None else member.source.read()


def _folder_members(path: Path) -> Iterator[Member]:
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield Member(file.relative_to(path).as_posix(), FileBytes(file))


def _tar_members(path: Path) -> Iterator[Member]:
    try:
        with tarfile.open(path, "r:*") as archive:
            # A compressed archive is read through a decompressor, and its offsets mean nothing in the file.
            in_place = isinstance(archive.fileobj, io.BufferedReader)
            for member in archive:
                if not member.isfile():
                    continue
                if in_place:
                    yield Member(member.name, FileBytes(path, member.offset_data, member.size))
                    continue
                file = archive.extractfile(member)
                if file is not None:
                    yield Member(member.name, HeldBytes(file.read()))
    except (tarfile.TarError, EOFError, OSError) as error:
        message = f"the archive cannot be read to its end: {error}"
        raise BrokenArchiveError(Problem(path.name, "", ProblemReason.SOURCE_UNREADABLE, message)) from error
