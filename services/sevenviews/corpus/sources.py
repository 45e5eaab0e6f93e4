"""Where an entry's bytes lie: a file, a stretch of a tar, or memory. Sources can be pickled."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sevenviews.corpus.entry import READER_VERSION, Problem, ProblemReason, UnreadableEntryError


class ByteSource(Protocol):
    """Bytes that can be read again and again, in any process."""

    def read(self) -> bytes:
        """All of them.

        Raises:
            OSError: they are gone.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileBytes:
    """A file, or size bytes of it from an offset: a member of an uncompressed tar needs no unpacking."""

    path: Path
    offset: int = 0
    size: int | None = None

    def read(self) -> bytes:
        with self.path.open("rb") as file:
            file.seek(self.offset)
            content = file.read(-1 if self.size is None else self.size)
        if self.size is not None and len(content) < self.size:
            raise OSError(f"{self.path} ends within a member")
        return content


@dataclass(frozen=True, slots=True)
class HeldBytes:
    """Bytes in memory: members of a compressed tar, which cannot be sought."""

    content: bytes = field(repr=False)

    def read(self) -> bytes:
        return self.content


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
