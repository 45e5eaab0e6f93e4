"""Where an entry's bytes lie: a file, a stretch of one, a ZIP's member, or memory. Sources can be pickled."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sevenviews.corpus.entry import READER_VERSION, Problem, ProblemReason, UnreadableEntryError

MEMBER_BYTES = 512 << 20
"""More than a member of an archive can be: the largest designs have some ten megabytes. What says that it is larger
is a bomb, or a file of another kind, and is not read."""


class ByteSource(Protocol):
    """Bytes that can be read again and again, in any process."""

    def read(self) -> bytes:
        """All of them.

        Raises:
            OSError: they are gone, or damaged.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileBytes:
    """A file, or size bytes of it from an offset: a member of an uncompressed tar needs no unpacking."""

    path: Path
    offset: int = 0
    size: int | None = None

    def read(self) -> bytes:
        there = self.path.stat().st_size - self.offset
        size = there if self.size is None else self.size
        if size > there:
            raise OSError(f"{self.path} ends within a member")
        if size > MEMBER_BYTES:
            raise OSError(f"{self.path} holds {size} bytes at {self.offset}, more than is read")
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(size)


@dataclass(frozen=True, slots=True)
class SparseBytes:
    """A member of a tar whose holes were left out: blocks of (position, size) follow each other from the offset."""

    path: Path
    offset: int
    size: int
    blocks: tuple[tuple[int, int], ...]

    def read(self) -> bytes:
        content = bytearray(self.size)
        with self.path.open("rb") as file:
            file.seek(self.offset)
            for position, size in self.blocks:
                content[position : position + size] = file.read(size)
        if len(content) != self.size:
            raise OSError(f"{self.path} ends within a member")
        return bytes(content)


@dataclass(frozen=True, slots=True)
class DeflatedBytes:
    """A compressed member of a ZIP: size bytes, whose checksum is known, packed into those of another source."""

    packed: ByteSource
    size: int
    checksum: int

    def read(self) -> bytes:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            # A byte more than is declared: what a bomb lies about is its size.
            content = inflater.decompress(self.packed.read(), self.size + 1)
        except zlib.error as error:
            raise OSError(f"a member of a ZIP is damaged: {error}") from error
        if len(content) != self.size or zlib.crc32(content) != self.checksum:
            raise OSError("a member of a ZIP is damaged: its size or its checksum is another")
        return content


@dataclass(frozen=True, slots=True)
class HeldBytes:
    """Bytes in memory: members of a compressed tar, which cannot be sought."""

    content: bytes = field(repr=False)

    def read(self) -> bytes:
        return self.content


@dataclass(frozen=True, slots=True)
class MissingBytes:
    """Stands for a member that its archive names and cannot give: a link to nothing, more than can be held."""

    why: str

    def read(self) -> bytes:
        raise OSError(self.why)


def digest_of(*parts: bytes) -> str:
    """SHA-256 (hex) of the parts, each with its length, and of the readers' version."""
    digest = hashlib.sha256(READER_VERSION.encode())
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def read_source(name: str, source: ByteSource) -> bytes:
    """The bytes of an entry's source.

    Raises:
        UnreadableEntryError: with SOURCE_UNREADABLE.
    """
    try:
        return source.read()
    except OSError as error:
        raise UnreadableEntryError(Problem(name, "", ProblemReason.SOURCE_UNREADABLE, str(error))) from error
