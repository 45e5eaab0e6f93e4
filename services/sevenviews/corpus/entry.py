"""What every reader yields: an entry that can be read, now or in another process, into a patent with
drawings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sevenviews.designs import CropBox, Patent, Reason, SevenviewsError

READER_VERSION = "4"
"""Part of every digest: raise it when the readers would make something else of the same source."""


class ProblemReason(StrEnum):
    """Why a part of a source is missing from what was read, or may be wrong."""

    ZIP_CORRUPT = "ZIP_CORRUPT"
    ZIP_UNSAFE_PATH = "ZIP_UNSAFE_PATH"
    ZIP_TOO_LARGE = "ZIP_TOO_LARGE"
    SOURCE_UNREADABLE = "SOURCE_UNREADABLE"
    PDF_CORRUPT = "PDF_CORRUPT"
    PDF_ENCRYPTED = "PDF_ENCRYPTED"
    PDF_TOO_LARGE = "PDF_TOO_LARGE"
    PDF_NOT_A_PATENT = "PDF_NOT_A_PATENT"
    XML_MISSING = "XML_MISSING"
    XML_MALFORMED = "XML_MALFORMED"
    FULL_TEXT_ONLY = "FULL_TEXT_ONLY"
    FIELD_UNREAD = "FIELD_UNREAD"
    CORRECTION_LEFT_OUT = "CORRECTION_LEFT_OUT"
    FIELD_MALFORMED = "FIELD_MALFORMED"
    NAME_MALFORMED = "NAME_MALFORMED"
    JUDGED_BY_NAME = "JUDGED_BY_NAME"
    LAYOUT_MIXED = "LAYOUT_MIXED"
    NO_DRAWINGS = "NO_DRAWINGS"
    SHEET_MISSING = "SHEET_MISSING"
    SHEET_UNREADABLE = "SHEET_UNREADABLE"
    SHEET_DAMAGED = "SHEET_DAMAGED"
    SHEET_WITHOUT_FIGURES = "SHEET_WITHOUT_FIGURES"
    LABEL_UNREAD = "LABEL_UNREAD"
    LABEL_UNEXPECTED = "LABEL_UNEXPECTED"
    FIGURE_MISSING = "FIGURE_MISSING"
    FIGURE_COUNT = "FIGURE_COUNT"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong while a source was read.

    Attributes:
        source: the entry, by its name.
        part: the part of it: a sheet's file name, an XML field; empty for the whole entry.
        reason: for programs.
        message: for people.
    """

    source: str
    part: str
    reason: ProblemReason
    message: str

    def __str__(self) -> str:
        where = f"{self.source}, {self.part}" if self.part else self.source
        return f"{where}: {self.message} ({self.reason})"


class NotADesign(Exception):  # noqa: N818 -- it is no error: an archive holds other patents too
    """The entry is a patent of another kind (utility, plant, reissue ...): to be skipped, and counted."""

    def __init__(self, source: str, kind: str) -> None:
        super().__init__(f"{source} is not a design patent ({kind})")
        self.source = source
        self.kind = kind

    def __reduce__(self) -> tuple[type[NotADesign], tuple[str, str]]:
        return NotADesign, (self.source, self.kind)


class UnreadableEntryError(SevenviewsError):
    """Nothing of the entry can be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(
            Reason.PATENT_INVALID,
            str(problem),
            {"source": problem.source, "part": problem.part, "problem": problem.reason},
        )
        self.problem = problem

    # It crosses process pools whole; the base class would arrive without the problem.
    def __reduce__(self) -> tuple[type[UnreadableEntryError], tuple[Problem]]:  # type: ignore[override]
        return UnreadableEntryError, (self.problem,)


@dataclass(frozen=True, slots=True)
class CorpusPatent:
    """A patent as it was read.

    Attributes:
        patent: with its drawings in the order of the sheets; none, if no sheet could be read.
        contents: drawing id -> the drawing as PNG (1 bit where the source has 1 bit).
        problems: what could not be read, or not surely.
        boxes: drawing id -> where on its sheet it was cut out; only of drawings that were.
        category: the corpus' own, as its index names it; empty, if it has none. It is no classification.
    """

    patent: Patent
    contents: Mapping[str, bytes]
    problems: tuple[Problem, ...] = ()
    boxes: Mapping[str, CropBox] = field(default_factory=dict)
    category: str = ""


class CorpusEntry(Protocol):
    """One patent of a corpus, not read yet. Entries can be pickled, and read in any process or thread."""

    @property
    def name(self) -> str:
        """The entry within its corpus, for progress and problems: "USD0909824-20210209.ZIP"."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the source's bytes and of the reader's version; cheap beside `read`.

        Raises:
            UnreadableEntryError: the source cannot be opened.
        """
        ...

    def read(self) -> CorpusPatent:
        """The patent.

        Raises:
            NotADesign: it is a patent of another kind.
            UnreadableEntryError: nothing of it can be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class BrokenEntry:
    """Stands for what lies at a place that cannot be read: the rest of an archive, a file of the wrong kind."""

    problem: Problem

    @property
    def name(self) -> str:
        """The source's."""
        return self.problem.source

    @property
    def digest(self) -> str:
        """See CorpusEntry; it always raises."""
        raise UnreadableEntryError(self.problem)

    def read(self) -> CorpusPatent:
        """See CorpusEntry; it always raises."""
        raise UnreadableEntryError(self.problem)
