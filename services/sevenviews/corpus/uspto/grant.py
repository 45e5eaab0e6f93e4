"""The grant's XML (us-patent-grant v4.x, kind S1) as a patent.

Element names are those of us-patent-grant-v45-2014-04-03.dtd; v4.0 to v4.2 call some of them otherwise
(`references-cited/citation`, `parties/applicants/applicant`), and both are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sevenviews.corpus.descriptions import DescribedFigures, describe_figures
from sevenviews.corpus.entry import NotADesign, Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.uspto.products import DRAWINGS_ARE_IN
from sevenviews.corpus.uspto.sheet_names import is_front_page
from sevenviews.designs import Citation, LocarnoClass, Party, Patent, is_patent_id

_T = TypeVar("_T")
_DESIGN_NUMBER = re.compile(r"D(\d+)", re.I)
_USPC = re.compile(r"(D[\d ]{2}|[\d ]{3})\s*(.+)", re.I)
_GRANT_TAG = re.compile(rb"<(?:us-patent-grant|PATDOC)\b")
_DATE_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Grant:
    """What the XML says.

    Attributes:
        patent: without drawings.
        figures: the description of drawings.
        sheets: the file names of the sheets, in order; without the front page's copy of one (D00000).
        problems: fields that could not be read.
    """

    patent: Patent
    figures: DescribedFigures
    sheets: tuple[str, ...]
    problems: tuple[Problem, ...]


def parse_grant(source: str, xml: bytes) -> Grant:
    """Read a grant. A DOCTYPE is tolerated and never fetched; declared entities are refused.

    Raises:
        NotADesign: the grant is not of kind S.
        UnreadableEntryError: XML_MALFORMED.
    """
    root = _root(source, xml)
    kind = _text(root, ".//publication-reference/document-id/kind")
    if not kind.upper().startswith("S"):
        raise NotADesign(source, f"kind {kind or 'unknown'}")
    fields = _Fields(source, root)
    figures = describe_figures(
        _all_text(paragraph) for part in root.iter("description-of-drawings") for paragraph in part.iter("p")
    )
    patent = _patent(fields, kind, figures)
    if not (is_patent_id(patent.patent_id) and any(map(str.isdigit, patent.patent_id))):
        raise _malformed(source, "the XML names no document number")
    return Grant(patent, figures, tuple(_sheets(root)), tuple(fields.problems))


def _root(source: str, xml: bytes) -> Element:
    if len(_GRANT_TAG.findall(xml)) > 1:
        message = f"holds several grants, as text without drawings; {DRAWINGS_ARE_IN}"
        raise UnreadableEntryError(Problem(source, "XML", ProblemReason.FULL_TEXT_ONLY, message))
    try:
        root: Element = fromstring(xml, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise _malformed(source, f"declares entities, which are refused: {error}") from error
    except (ParseError, ValueError, LookupError) as error:
        raise _malformed(source, f"is not well-formed: {error}") from error
    if root.tag != "us-patent-grant":
        raise _malformed(source, f"holds <{root.tag}>, not a <us-patent-grant>")
    return root


def _malformed(source: str, message: str) -> UnreadableEntryError:
    return UnreadableEntryError(Problem(source, "XML", ProblemReason.XML_MALFORMED, f"the XML {message}"))


class _Fields:
    """Fields that may be malformed: then they are left empty, and the problem is kept."""

    def __init__(self, source: str, root: Element) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self._source = source

    def read(self, path: str, parse: Callable[[str], _T]) -> _T | None:
        """The first element at path; None, if it is absent or malformed."""
        return next(iter(self.read_all(path, parse)), None)

    def read_all(self, path: str, parse: Callable[[str], _T]) -> tuple[_T, ...]:
        """Every element at path that can be parsed."""
        found = []
        for element in self.root.findall(path):
            text = _all_text(element)
            try:
                found.append(parse(text))
            except ValueError as error:
                name = path.rpartition("/")[2]
                self.problems.append(
                    Problem(self._source, name, ProblemReason.FIELD_MALFORMED, f"{text!r}: {error}")
                )
        return tuple(found)


def _patent(fields: _Fields, kind: str, figures: DescribedFigures) -> Patent:
    root = fields.root
    office = _text(root, ".//publication-reference/document-id/country") or "US"
    number = _text(root, ".//publication-reference/document-id/doc-number")
    main = ".//us-bibliographic-data-grant/"
    return Patent(
        patent_id=office + _padded(number),
        office=office,
        kind=kind,
        title=_text(root, main + "invention-title"),
        claim=_text(root, ".//claims/claim"),
        locarno=fields.read_all(main + "classification-locarno/main-classification", LocarnoClass.parse)
        + fields.read_all(main + "classification-locarno/further-classification", LocarnoClass.parse),
        locarno_edition=_text(root, main + "classification-locarno/edition"),
        uspc=tuple(_national_classes(root)),
        application_number=_text(root, main + "application-reference/document-id/doc-number"),
        filing_date=fields.read(main + "application-reference/document-id/date", parse_date),
        publication_date=fields.read(main + "publication-reference/document-id/date", parse_date),
        term_years=fields.read(main + "us-term-of-grant/length-of-grant", int),
        applicants=tuple(_parties(root, "us-applicants/us-applicant", "applicants/applicant")),
        assignees=tuple(_parties(root, "assignees/assignee")),
        inventors=tuple(_parties(root, "inventors/inventor")),
        citations=tuple(_citations(fields)),
        figure_descriptions=figures.descriptions,
    )


def parse_date(text: str) -> date:
    """ "20210209"; a day or month of "00" is unknown, and the first is taken.

    Raises:
        ValueError: not a date.
    """
    if len(text) != _DATE_DIGITS or not text.isdigit():
        raise ValueError("not a date such as 20210209")
    return date(int(text[:4]), max(int(text[4:6]), 1), max(int(text[6:]), 1))


def format_uspc(text: str) -> str:
    """The USPTO's fixed columns as people write them: "D14486" -> "D14/486", "D 76001" -> "D7/600.1".

    Three columns of class, three of subclass, the rest its decimals; "D14485-495" is a range.
    """
    match = _USPC.fullmatch(text.rstrip())
    if match is None:
        return text.strip()
    subclass = text.rstrip()[3:]
    if "-" not in subclass:
        subclass = ".".join(part for part in (subclass[:3].strip(), subclass[3:].strip()) if part)
    return f"{match[1].replace(' ', '')}/{subclass.strip()}"


def _padded(number: str) -> str:
    """As the file names have it: "D534333" -> "D0534333"."""
    match = _DESIGN_NUMBER.fullmatch(number.strip())
    return f"D{int(match[1]):07d}" if match else number.strip()


def _national_classes(root: Element) -> Iterator[str]:
    classification = root.find(".//us-bibliographic-data-grant/classification-national")
    for element in classification if classification is not None else ():
        if element.tag in {"main-classification", "further-classification"} and element.text:
            yield format_uspc(element.text)


def _parties(root: Element, *paths: str) -> Iterator[Party]:
    for path in paths:
        for element in root.findall(f".//us-bibliographic-data-grant//{path}"):
            book = element.find("addressbook")
            book = element if book is None else book
            person = " ".join(filter(None, (_text(book, "first-name"), _text(book, "last-name"))))
            name = _text(book, "orgname") or person or _text(book, "name")
            if name:
                yield Party(name, _text(book, "address/city"), _text(book, "address/country"))


def _citations(fields: _Fields) -> Iterator[Citation]:
    main = ".//us-bibliographic-data-grant/"
    for path in ("us-references-cited/us-citation", "references-cited/citation"):
        for element in fields.root.findall(main + path):
            document = element.find("patcit/document-id")
            category = _text(element, "category")
            if document is None:
                yield Citation(_text(element, "nplcit/othercit"), category=category)
                continue
            number = " ".join(
                filter(None, (_text(document, tag) for tag in ("country", "doc-number", "kind")))
            )
            yield Citation(number, _text(document, "name"), _citation_date(document), category)


def _citation_date(document: Element) -> date | None:
    # Dates of foreign documents are often wrong in the source; a citation without one is still a citation.
    try:
        return parse_date(_text(document, "date"))
    except ValueError:
        return None


def _sheets(root: Element) -> Iterator[str]:
    for image in root.findall(".//drawings/figure/img"):
        name = image.get("file", "")
        if name and not is_front_page(name):
            yield name


def _text(element: Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else _all_text(found)


def _all_text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
