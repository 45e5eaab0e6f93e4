"""The bibliography of a US design patent, from its printed text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from sevenviews.corpus.descriptions import DescribedFigures, describe_figures
from sevenviews.corpus.entry import Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.pdf.family import (
    HAGUE_CODES,
    RELATED_CODES,
    hague_registration,
    priorities,
    related_documents,
)
from sevenviews.corpus.pdf.kinds import numbered_line
from sevenviews.corpus.pdf.paragraphs import paragraphs
from sevenviews.corpus.pdf.parties import parse_parties
from sevenviews.corpus.pdf.printed_values import (
    design_number,
    locarno_classes,
    national_classes,
    printed_date,
)
from sevenviews.corpus.pdf.references import read_references
from sevenviews.corpus.pdf.running_head import RunningHead
from sevenviews.corpus.pdf.sections import CLAIM, DESCRIPTION, MASTHEAD, TERM, PatentText
from sevenviews.corpus.statements import broken_line_statement, colour_statement, embodiments_of
from sevenviews.designs import LocarnoClass, Party, Patent

_T = TypeVar("_T")

_DATE_CODE = re.compile(r"([(\[{]45[)\]}].*)")
_APPLICATION = re.compile(r"\b(\d{2})\s*/\s*(\d{3})\s*[,.]?\s*(\d{3})\b")
_EDITION = re.compile(r"LOC\s*[(\[]\s*(\d{1,2})\s*[)\]]", re.I)
_TERM = re.compile(r"(\d{1,2})\s*(?:Years?|Yrs?)", re.I)
_HEADS_THAT_AGREE = 2
_FIRST_WITH_LOCARNO = date(1997, 5, 6)


class FrontPage:
    """Reads the fields of a patent's text; what cannot be read stays empty, and is a problem."""

    def __init__(self, name: str, text: PatentText, heads: Sequence[RunningHead]) -> None:
        self.problems: list[Problem] = []
        self._name = name
        self._text = text
        self._heads = heads

    def patent(self) -> Patent:
        """The patent, without drawings.

        Raises:
            UnreadableEntryError: nothing tells its number.
        """
        number = self._number()
        published = self._published()
        figures = self.figures()
        description = paragraphs(self._text.parts.get(DESCRIPTION, ()))
        citations, unread = read_references(self._text)
        if unread:
            self._problem("citations", f"{len(unread)} lines cannot be read, the first: {unread[0]!r}")
        return Patent(
            patent_id=f"US{number}",
            office="US",
            kind="E1" if number.startswith("RE") else "S1",
            title=self._required("title", "54", str),
            claim=self._required("claim", CLAIM, str),
            locarno=self._locarno(published),
            locarno_edition=_found(_EDITION, self._text.text("51")),
            uspc=tuple(self._required("U.S. class", "52", national_classes)),
            application_number=self._required("application number", "21", _application_number),
            filing_date=self._date("filing date", "22"),
            publication_date=published,
            term_years=self._term(),
            applicants=tuple(self._parties("71")),
            assignees=tuple(self._parties("73")),
            inventors=tuple(self._inventors()),
            citations=tuple(citations),
            figure_descriptions=figures.descriptions,
            priorities=priorities([line.text for line in self._text.parts.get("30", ())]),
            related_documents=related_documents(" ".join(map(self._text.text, RELATED_CODES))),
            hague=hague_registration(" ".join(map(self._text.text, HAGUE_CODES))),
            colour_statement=colour_statement(description),
            broken_line_statement=broken_line_statement(description),
            embodiments=embodiments_of(figures.descriptions),
        )

    def figures(self) -> DescribedFigures:
        """The description of drawings."""
        return describe_figures(paragraphs(self._text.parts.get(DESCRIPTION, ())))

    def _number(self) -> str:
        """From the masthead; what all sheets print outvotes it."""
        masthead = [line.text for line in self._text.parts.get(MASTHEAD, ())]
        coded = design_number(numbered_line(masthead))
        bar_code = next(filter(None, map(design_number, masthead)), "")
        number = self._outvoted(
            "number", coded or bar_code, [head.number for head in self._heads if head.number]
        )
        if not number:
            number = design_number(self._name)
            self._problem("number", "cannot be read" + (f"; the file's name says {number}" if number else ""))
        if not number:
            problem = Problem(self._name, "number", ProblemReason.FIELD_UNREAD, "the number cannot be read")
            raise UnreadableEntryError(problem)
        return number

    def _published(self) -> date | None:
        masthead = [line.text for line in self._text.parts.get(MASTHEAD, ())]
        read = printed_date(next(filter(None, (_found(_DATE_CODE, line) for line in masthead)), ""))
        published = self._outvoted("date", read, [head.published for head in self._heads if head.published])
        if published is None:
            self._problem("date", "the date of the patent cannot be read")
        return published

    def _outvoted(self, field: str, front: _T, heads: Sequence[_T]) -> _T:
        """What the front page says, unless the heads of the sheets agree on something else."""
        if not heads:
            return front
        most, count = Counter(heads).most_common(1)[0]
        if most == front or (front and count < _HEADS_THAT_AGREE):
            return front
        if front:
            self._problem(field, f"the first page says {front}, {count} sheets say {most}, which is taken")
        return most

    def _locarno(self, published: date | None) -> tuple[LocarnoClass, ...]:
        read = locarno_classes(self._text.text("51"))
        if not read and published is not None and published < _FIRST_WITH_LOCARNO:
            return ()
        classes = []
        for one in read:
            try:
                classes.append(LocarnoClass.parse(one))
            except ValueError as error:
                self._problem("Locarno class", str(error), ProblemReason.FIELD_MALFORMED)
        if not read:
            self._problem("Locarno class", self._unread("51"))
        return tuple(classes)

    def _date(self, field: str, code: str) -> date | None:
        read = printed_date(self._text.text(code))
        if read is None:
            self._problem(field, self._unread(code))
        return read

    def _term(self) -> int | None:
        read = _found(_TERM, self._text.text(TERM))
        if not read:
            self._problem("term", self._unread(TERM))
            return None
        return int(read)

    def _inventors(self) -> list[Party]:
        """(72), which was (75) until 2012, and (76) where the inventor applied."""
        inventors = [party for code in ("72", "75", "76") for party in self._parties(code)]
        if not inventors:
            self._problem("inventors", self._unread("72"))
        return inventors

    def _parties(self, code: str) -> list[Party]:
        return parse_parties(self._text.text(code))

    def _required(self, field: str, code: str, parse: Callable[[str], _T]) -> _T:
        read = parse(self._text.text(code))
        if not read:
            self._problem(field, self._unread(code))
        return read

    def _unread(self, code: str) -> str:
        printed = self._text.text(code)
        return f"({code}) reads {printed[:200]!r}" if printed else f"({code}) cannot be found"

    def _problem(self, field: str, message: str, reason: ProblemReason = ProblemReason.FIELD_UNREAD) -> None:
        self.problems.append(Problem(self._name, field, reason, message))


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def _application_number(text: str) -> str:
    match = _APPLICATION.search(text)
    return "".join(match.groups()) if match else ""
