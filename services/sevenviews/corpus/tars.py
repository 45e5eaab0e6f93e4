"""The members of a tar, compressed or not: plain, sparse, and those that are links to others."""

from __future__ import annotations

import io
import posixpath
import tarfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import PurePosixPath
from typing import Self

from sevenviews.corpus.entry import Problem, ProblemReason
from sevenviews.corpus.member import BrokenArchiveError, Member, posix_name
from sevenviews.corpus.opening import open_source
from sevenviews.corpus.sources import (
    MEMBER_BYTES,
    ByteSource,
    FileBytes,
    HeldBytes,
    MissingBytes,
    SparseBytes,
)

_BROKEN = (tarfile.TarError, EOFError, OSError, ValueError, ArithmeticError, zlib.error, LZMAError)
_AT_ONCE = 1 << 20


def tar_members(name: str, source: ByteSource) -> Iterator[Member]:
    """The files of a tar in its order; links that point forward come last.

    Members of an uncompressed tar in a file are read in place, later; those of another one are held in memory.

    Raises:
        BrokenArchiveError: the tar cannot be read (on), or has no end.
    """
    with open_source(name, source) as file:
        try:
            with _File.open(fileobj=file, mode="r:*", tarinfo=_Header) as archive:
                yield from _Tar(source, archive).members()
                archive.check_end()
        except _BROKEN as error:
            message = f"the archive cannot be read to its end: {error}"
            problem = Problem(PurePosixPath(name).name, "", ProblemReason.SOURCE_UNREADABLE, message)
            raise BrokenArchiveError(problem) from error


class _File(tarfile.TarFile):
    """Knows whether its end was there: Python takes a tar that breaks off between two members for a whole one."""

    ended = False

    def check_end(self) -> None:
        """Behind the last member.

        Raises:
            EOFError: no end was found: some of the archive is lost.
        """
        while self.fileobj is not None and self.fileobj.read(_AT_ONCE):
            # What is compressed knows by itself, at its own end, whether it is whole.
            pass
        if not self.ended:
            raise EOFError("it breaks off before the mark of its end")


class _Header(tarfile.TarInfo):
    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # typeshed knows only its base
            if isinstance(archive, _File):
                archive.ended = True
            raise


class _Tar:
    def __init__(self, source: ByteSource, archive: tarfile.TarFile) -> None:
        self._archive = archive
        # A compressed archive is read through a decompressor, and its offsets mean nothing in the file.
        in_place = isinstance(archive.fileobj, io.BufferedReader)
        self._place = source if in_place and isinstance(source, FileBytes) else None
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
        if info.size > MEMBER_BYTES and (info.sparse is not None or self._place is None):
            return MissingBytes(f"{info.name} is said to hold {info.size} bytes, more than is read")
        if self._place is not None:
            offset = self._place.offset + info.offset_data
            if info.sparse is None:
                return FileBytes(self._place.path, offset, info.size)
            sparse: list[tuple[int, int]] = info.sparse  # type: ignore[assignment]  # typeshed has a flat list
            blocks = tuple((position, size) for position, size in sparse if size)
            return SparseBytes(self._place.path, offset, info.size, blocks)
        file = self._archive.extractfile(info)
        return HeldBytes(file.read() if file is not None else b"")

    def _lost(self, info: tarfile.TarInfo) -> Member:
        why = f"{info.name} is a link to {info.linkname}, which is not in the archive"
        return Member(posix_name(info.name), MissingBytes(why))
