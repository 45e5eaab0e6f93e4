"""Of which kind of patent a first page is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sevenviews.corpus.entry import NotADesign, Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.pdf.printed_values import design_number

_US_DESIGN = re.compile(r"United\s*States\s*Design\s*Patent", re.I)
_DESIGN_APPLICATION = re.compile(r"[(\[{]21[)\]}].*?\b(?:29|35)\s*/\s*\d{3}")
"""29 is the series of designs, 35 that of international registrations."""

_OTHER_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("plant", re.compile(r"United\s*States\s*Plant\s*Patent", re.I)),
    ("reissue", re.compile(r"Reissued?\s*Patent", re.I)),
    ("application", re.compile(r"Patent\s*Application\s*Publication", re.I)),
    ("utility", re.compile(r"United\s*States\s*Patent", re.I)),
)
_NUMBER = re.compile(r"[(\[{]1[01][)\]}].*")


def check_kind(name: str, front: Sequence[str]) -> None:
    """Whether a first page is that of a US design patent.

    Until 2000 the page called every patent a "United States Patent"; that of a design has a number "Des. 435,854".
    The reissue of a design is told by the series of its application.

    Args:
        name: of the entry.
        front: the lines of the page.

    Raises:
        NotADesign: it is that of another patent of the United States.
        UnreadableEntryError: PDF_NOT_A_PATENT.
    """
    text = "\n".join(front)
    kind = next((kind for kind, pattern in _OTHER_KINDS if pattern.search(text)), "")
    if _US_DESIGN.search(text) or (kind == "reissue" and _DESIGN_APPLICATION.search(text)):
        return
    if kind == "utility" and design_number(numbered_line(front)).startswith("D"):
        return
    if kind:
        raise NotADesign(name, kind)
    message = "its first page is not that of a design patent of the United States"
    raise UnreadableEntryError(Problem(name, "", ProblemReason.PDF_NOT_A_PATENT, message))


def numbered_line(lines: Sequence[str]) -> str:
    """The patent's number, behind its code: "(10) Patent No.: US D906,013 S"; empty: there is none."""
    return next((match[0] for line in lines if (match := _NUMBER.search(line))), "")
