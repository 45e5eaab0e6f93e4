"""The pages of a PDF, one after the other, read in a process of their own (see `extract`)."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from sevenviews.corpus.entry import Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.pdf.printed import PrintedText

_EXTRACT = Path(__file__).with_name("extract.py")


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """What a patent's PDF may be. Design patents have up to some hundred pages, of about 60 kB each.

    Attributes:
        content_bytes: of the file.
        pages: of the document.
        page_points: of a page's longer side, 72 an inch; A0 has 3,370.
        page_pixels: of a page that is drawn, and not one scan.
        memory_bytes: that the process which reads it may take, beyond its libraries.
        cpu_seconds: that it may take; a page of a scan takes a fifth of one.
    """

    content_bytes: int = 256 << 20
    pages: int = 500
    page_points: int = 4_000
    page_pixels: int = 40_000_000
    memory_bytes: int = 1 << 30
    cpu_seconds: int = 150


LIMITS = PdfLimits()


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        number: 1 is the first.
        image: PNG, of 1 bit where it is black and white; empty: the page could not be read.
        scanned: it shows images, and no text that is set: a text layer is what somebody's OCR made of it.
        texts: the text layer.
        problem: why there is no image.
    """

    number: int
    image: bytes = field(repr=False, default=b"")
    scanned: bool = False
    texts: tuple[PrintedText, ...] = ()
    problem: str = ""


def read_pages(name: str, content: bytes, limits: PdfLimits = LIMITS) -> Iterator[Page]:
    """The pages of a document. Who wants no more of them closes the iterator, which ends the process.

    Raises:
        UnreadableEntryError: PDF_CORRUPT, PDF_ENCRYPTED or PDF_TOO_LARGE, at any step.
    """
    if len(content) > limits.content_bytes:
        message = f"has {len(content)} bytes, more than the {limits.content_bytes} of a patent"
        raise _refusal(name, ProblemReason.PDF_TOO_LARGE, message)
    # A file rather than a pipe: the process need not be fed while its output is read.
    with tempfile.TemporaryFile() as source:
        source.write(content)
        source.seek(0)
        with subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-P", str(_EXTRACT), *_as_arguments(limits)],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                yield from _received(name, cast("IO[bytes]", process.stdout))
            finally:
                process.kill()


def _as_arguments(limits: PdfLimits) -> list[str]:
    """In the order of extract.Limits."""
    numbers = (
        limits.pages,
        limits.page_points,
        limits.page_pixels,
        limits.memory_bytes,
        limits.cpu_seconds,
    )
    return [str(number) for number in numbers]


def _received(name: str, output: IO[bytes]) -> Iterator[Page]:
    while True:
        try:
            line: dict[str, Any] = json.loads(output.readline())
        except ValueError as error:
            # The process is gone: PDFium crashed, or the system ended it at a limit.
            message = "cannot be read within the memory and time that a patent takes"
            raise _refusal(name, ProblemReason.PDF_TOO_LARGE, message) from error
        if "end" in line:
            return
        if "refused" in line:
            raise _refusal(name, ProblemReason(line["refused"]), line["message"])
        yield Page(
            number=line["page"],
            image=output.read(line["image"]),
            scanned=line.get("scanned", False),
            texts=tuple(PrintedText(*piece) for piece in line.get("texts", ())),
            problem=line.get("problem", ""),
        )


def _refusal(name: str, reason: ProblemReason, message: str) -> UnreadableEntryError:
    return UnreadableEntryError(Problem(name, "", reason, message))
