"""The members of a tar, compressed or not: plain, sparse, and those that are links to others."""

from __future__ import annotations

import io
import posixpath
import tarfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import Path

from sevenviews.corpus.entry import Problem, ProblemReason
from sevenviews.corpus.member import BrokenArchiveError, Member, posix_name
from sevenviews.corpus.sources import (
    MEMBER_BYTES,
    ByteSource,
    FileBytes,
    HeldBytes,
    MissingBytes,
    SparseBytes,
)

TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_BROKEN = (tarfile.TarError, EOFError, OSError, ValueError, ArithmeticError, zlib.error, LZMAError)


def is_tar(path: Path) -> bool:
    """Whether a file's name is that of a tar."""
    return path.name.lower().endswith(TAR_SUFFIXES)


def tar_members(path: Path) -> Iterator[Member]:
    """The files of a tar in its order; links that point forward come last.

    Members of an uncompressed tar are read in place, later; those of a compressed one are held in memory.

    Raises:
        BrokenArchiveError: the tar cannot be read (on).
    """
    try:
        with tarfile.open(path, "r:*") as archive:
            yield from _Tar(path, archive).members()
    except _BROKEN as error:
        message = f"the archive cannot be read to its end: {error}"
        raise BrokenArchiveError(Problem(path.name, "", ProblemReason.SOURCE_UNREADABLE, message)) from error


class _Tar:
    def __init__(self, path: Path, archive: tarfile.TarFile) -> None:
        self._path = path
        self._archive = archive
        # A compressed archive is read through a decompressor, and its offsets mean nothing in the file.
        self._in_place = isinstance(archive.fileobj, io.BufferedReader)
        self._files: dict[str, tarfile.TarInfo] = {}

    def members(self) -> Iterator[Member]:
        waiting: list[tarfile.TarInfo] = []
        for info in self._archive:
            target = self._target(info)
            if target is not None:
                self._files[posixpath.normpath(info.name)] = target
                yield Member(posix_name(info.name), self._source(target))
            elif info.issym():
                waiting.append(info)
            elif info.islnk():
                yield self._lost(info)
        for info in waiting:
            target = self._target(info)
            if target is not None:
                yield Member(posix_name(info.name), self._source(target))
            else:
                inside = list(self._inside(info))
                yield from inside or [self._lost(info)]

    def _target(self, info: tarfile.TarInfo) -> tarfile.TarInfo | None:
        """The member that holds the bytes; None: none that has passed, or it is no file."""
        if info.isreg():
            return info
        if info.islnk():
            return self._files.get(posixpath.normpath(info.linkname))
        if info.issym():
            folder = posixpath.dirname(info.name)
            return self._files.get(posixpath.normpath(posixpath.join(folder, info.linkname)))
        return None

    def _inside(self, info: tarfile.TarInfo) -> Iterator[Member]:
        """The files of the folder that a link points to, below the link's name."""
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(info.name), info.linkname)) + "/"
        for name, target in self._files.items():
            if name.startswith(folder):
                linked = posixpath.join(info.name, name.removeprefix(folder))
                yield Member(posix_name(linked), self._source(target))

    def _source(self, info: tarfile.TarInfo) -> ByteSource:
        if info.size > MEMBER_BYTES and (info.sparse is not None or not self._in_place):
            return MissingBytes(f"{info.name} is said to hold {info.size} bytes, more than is read")
        if self._in_place and info.sparse is not None:
            sparse: list[tuple[int, int]] = info.sparse  # type: ignore[assignment]  # typeshed has a flat list
            blocks = tuple((position, size) for position, size in sparse if size)
            return SparseBytes(self._path, info.offset_data, info.size, blocks)
        if self._in_place:
            return FileBytes(self._path, info.offset_data, info.size)
        file = self._archive.extractfile(info)
        return HeldBytes(file.read() if file is not None else b"")

    def _lost(self, info: tarfile.TarInfo) -> Member:
        why = f"{info.name} is a link to {info.linkname}, which is not in the archive"
        return Member(posix_name(info.name), MissingBytes(why))
