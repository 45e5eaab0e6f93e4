"""A design patent from its PDF."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.assembly import SheetFile, cut_drawings
from sevenviews.corpus.descriptions import DescribedFigures
from sevenviews.corpus.entry import CorpusPatent, Problem, ProblemReason
from sevenviews.corpus.pdf.front_page import FrontPage
from sevenviews.corpus.pdf.kinds import check_kind
from sevenviews.corpus.pdf.page_kinds import PatentPages, sort_pages
from sevenviews.corpus.pdf.pages import LIMITS, PdfLimits, read_pages
from sevenviews.corpus.pdf.printed_values import design_number
from sevenviews.corpus.pdf.sections import Counts, read_sections
from sevenviews.corpus.sources import ByteSource, FileBytes, digest_of, read_source
from sevenviews.designs import Patent


@dataclass(frozen=True, slots=True)
class PdfEntry:
    """A patent that is a PDF.

    Attributes:
        name: its path within the corpus.
    """

    name: str
    source: ByteSource
    limits: PdfLimits = LIMITS

    @property
    def digest(self) -> str:
        """See CorpusEntry."""
        return digest_of(read_source(self.name, self.source))

    def read(self) -> CorpusPatent:
        """See CorpusEntry."""
        read = read_patent(self.name, read_source(self.name, self.source), self.limits)
        cut = cut_drawings(self.name, read.patent.patent_id, read.sheets, read.figures)
        patent = replace(read.patent, drawings=cut.drawings, source_digest=self.digest)
        return CorpusPatent(patent, cut.contents, (*read.problems, *cut.problems), cut.boxes)


@dataclass(frozen=True, slots=True)
class ReadPatent:
    """What a PDF says, its sheets not cut yet."""

    patent: Patent
    figures: DescribedFigures
    sheets: tuple[SheetFile, ...]
    problems: tuple[Problem, ...] = field(default=())


def read_patent(name: str, content: bytes, limits: PdfLimits = LIMITS) -> ReadPatent:
    """The text of a PDF, and its sheets.

    Raises:
        NotADesign: it is a patent of another kind.
        UnreadableEntryError: PDF_..., or nothing tells the patent's number.
    """
    pages = sort_pages(name, read_pages(name, content, limits), lambda front: check_kind(name, front))
    text = read_sections(pages.front, pages.texts)
    front_page = FrontPage(name, text, [sheet.head for sheet in pages.sheets])
    patent = front_page.patent()
    problems = [
        *front_page.problems,
        *_page_problems(name, pages),
        *_sheet_problems(name, pages, text.counts),
    ]
    return ReadPatent(patent, front_page.figures(), sheet_files(pages), tuple(problems))


def is_pdf(name: str) -> bool:
    """Whether a file is a PDF, by its name."""
    return PurePosixPath(name).suffix.lower() == ".pdf"


def is_numbered_pdf(name: str) -> bool:
    """Whether a file is named as the PDF of a design patent: "USD0906013.pdf"."""
    return is_pdf(name) and bool(design_number(PurePosixPath(name).stem))


def pdf_entries(path: Path) -> Iterator[PdfEntry]:
    """A patent for each PDF of a folder or tar."""
    for member in iter_members(path):
        if is_pdf(member.name):
            yield PdfEntry(member.name, member.source)


def pdf_entry(path: Path) -> PdfEntry:
    """A single PDF."""
    return PdfEntry(path.name, FileBytes(path))


def sheet_files(pages: PatentPages) -> tuple[SheetFile, ...]:
    """The sheets, by the numbers that they print, as long as these rise; else they are counted."""
    printed = [sheet.head.sheet for sheet in pages.sheets]
    numbers = [number for number in printed if number is not None]
    trusted = len(numbers) == len(printed) and all(a < b for a, b in itertools.pairwise(numbers))
    counted: Iterable[int] = numbers if trusted else range(1, len(printed) + 1)
    return tuple(
        SheetFile(f"page {sheet.page}", number, sheet.image)
        for number, sheet in zip(counted, pages.sheets, strict=True)
    )


def _page_problems(name: str, pages: PatentPages) -> list[Problem]:
    corrected = "the page is a certificate of correction: what it corrects stands as it was printed first"
    return [
        *(
            Problem(name, f"page {number}", ProblemReason.CORRECTION_LEFT_OUT, corrected)
            for number in pages.corrections
        ),
    ] + [
        Problem(name, f"page {number}", ProblemReason.SHEET_UNREADABLE, message)
        for number, message in pages.unreadable
    ]


def _sheet_problems(name: str, pages: PatentPages, counts: Counts | None) -> list[Problem]:
    """The sheets that the first page counts, and those that are there."""
    there = len(pages.sheets)
    if counts is None:
        message = "the first page's number of sheets cannot be read"
        return [Problem(name, "number of sheets", ProblemReason.FIELD_UNREAD, message)]
    if counts.sheets == there:
        return []
    message = f"the first page counts {counts.sheets} sheets, and {there} are there"
    return [Problem(name, "sheets", ProblemReason.SHEET_MISSING, message)]
