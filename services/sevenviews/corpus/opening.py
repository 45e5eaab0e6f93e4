"""A source of bytes as a file that can be sought: archives lie in files, in stretches of them, and in memory."""

from __future__ import annotations

import io
from pathlib import PurePosixPath

from sevenviews.corpus.entry import Problem, ProblemReason
from sevenviews.corpus.member import BrokenArchiveError
from sevenviews.corpus.sources import ByteSource, FileBytes


def open_source(name: str, source: ByteSource) -> io.BufferedReader | io.BytesIO:
    """A file of its own; it is a BufferedReader where the bytes stay where they are.

    Raises:
        BrokenArchiveError: they are gone, or damaged.
    """
    try:
        if isinstance(source, FileBytes):
            return io.BufferedReader(_Stretch(source))
        return io.BytesIO(source.read())
    except OSError as error:
        problem = Problem(PurePosixPath(name).name, "", ProblemReason.SOURCE_UNREADABLE, str(error))
        raise BrokenArchiveError(problem) from error


class _Stretch(io.RawIOBase):
    """A stretch of a file as a file of its own."""

    def __init__(self, source: FileBytes) -> None:
        super().__init__()
        self._file = source.path.open("rb")
        self._start = source.offset
        self._size = source.path.stat().st_size - source.offset if source.size is None else source.size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("a position before the beginning")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        wanted = max(0, min(len(buffer), self._size - self._position))
        self._file.seek(self._start + self._position)
        content = self._file.read(wanted)
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)

    def close(self) -> None:
        self._file.close()
        super().close()
