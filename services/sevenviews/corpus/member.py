"""A file of a folder or an archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from sevenviews.corpus.entry import Problem
from sevenviews.corpus.sources import ByteSource


@dataclass(frozen=True, slots=True)
class Member:
    """A file: its path within the folder or archive, with forward slashes, and its bytes."""

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

    @property
    def is_hidden(self) -> bool:
        """Whether it, or a folder that it lies in, is one that systems leave behind: ".DS_Store", "__MACOSX"."""
        return any(part == "__MACOSX" or (part[0] == "." and part.strip(".")) for part in self.path.parts)


class BrokenArchiveError(Exception):
    """The archive ends, or becomes unreadable, before its end.

    Attributes:
        breaks_off: whether more of what its last member belongs to may be lost.
    """

    def __init__(self, problem: Problem, *, breaks_off: bool = True) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.breaks_off = breaks_off


def posix_name(name: str) -> str:
    """A member's name as it should be: archives made by careless programs of Windows hold backslashes."""
    return name.replace("\\", "/")
