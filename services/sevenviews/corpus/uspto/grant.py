"""The grant's XML or SGML as a patent: us-patent-grant v4.x since 2005 here, PATDOC before in `patdoc`.

Element names are those of us-patent-grant-v45-2014-04-03.dtd; v4.0 to v4.2 call some of them otherwise
(`references-cited/citation`, `parties/applicants/applicant`), and both are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from sevenviews.corpus.descriptions import DescribedFigures, describe_figures
from sevenviews.corpus.entry import NotADesign, Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.safe_xml import XmlError, parse_xml
from sevenviews.corpus.statements import broken_line_statement, colour_statement, embodiments_of
from sevenviews.corpus.uspto.fields import Fields, all_text, date_or_none, padded, parse_date, text_of
from sevenviews.corpus.uspto.patdoc import patdoc_description, patdoc_patent, patdoc_sheets
from sevenviews.corpus.uspto.products import DRAWINGS_ARE_IN
from sevenviews.corpus.uspto.sgml import parse_sgml
from sevenviews.corpus.uspto.sheet_names import is_front_page
from sevenviews.corpus.uspto.uspc import format_uspc
from sevenviews.designs import (
    Citation,
    HagueRegistration,
    LocarnoClass,
    Party,
    Patent,
    Priority,
    RelatedDocument,
    is_patent_id,
)

_GRANT_TAG = re.compile(rb"<(?:us-patent-grant|PATDOC)\b")
_MAIN = ".//us-bibliographic-data-grant/"
_WITHDRAWN = re.compile(r"(?:this |the )?(?:patent )?(?:number )?(?:has been |is |was )?withdrawn\.?", re.I)
_DESIGN_SERIES = "29"
_RELATIONS = {"continuation-in-part": "continuation-in-part", "us-reexamination-reissue-merger": "reissue"}


@dataclass(frozen=True, slots=True)
class Grant:
    """What the XML says.

    Attributes:
        patent: without drawings.
        figures: the description of drawings, with how many figures the office counted.
        sheets: the file names of the sheets, in order; without the front page's copy of one (D00000).
        problems: fields that could not be read.
    """

    patent: Patent
    figures: DescribedFigures
    sheets: tuple[str, ...]
    problems: tuple[Problem, ...]


def parse_grant(source: str, xml: bytes) -> Grant:
    """Read a grant. A DOCTYPE is tolerated and never fetched; entities are never expanded.

    Raises:
        NotADesign: the grant is of another kind, and no reissue of a design; or it was withdrawn.
        UnreadableEntryError: XML_MALFORMED, or FULL_TEXT_ONLY for a file of many grants.
    """
    root = _root(source, xml)
    fields = Fields(source, root)
    if root.tag == "PATDOC":
        patent, count = patdoc_patent(fields)
        paragraphs, drawn = patdoc_description(root)
        sheets = patdoc_sheets(root)
    else:
        patent, count = _patent(fields), fields.read(_MAIN + "figures/number-of-figures", int)
        paragraphs, drawn = _description(root)
        sheets = _sheets(root)
    _check_is_design(source, root, patent)
    if not (is_patent_id(patent.patent_id) and any(map(str.isdigit, patent.patent_id))):
        raise _malformed(source, "the XML names no document number")
    figures = describe_figures(drawn, declared=count)
    patent = replace(
        patent,
        figure_descriptions=figures.descriptions,
        colour_statement=colour_statement(paragraphs),
        broken_line_statement=broken_line_statement(paragraphs),
        embodiments=embodiments_of(figures.descriptions),
    )
    sheets = [name for name in sheets if name and not is_front_page(name)]
    return Grant(patent, figures, tuple(sheets), tuple(fields.problems))


def _root(source: str, xml: bytes) -> Element:
    if len(_GRANT_TAG.findall(xml)) > 1:
        message = f"holds several grants, as text without drawings; {DRAWINGS_ARE_IN}"
        raise UnreadableEntryError(Problem(source, "XML", ProblemReason.FULL_TEXT_ONLY, message))
    try:
        root = _tree(xml)
    except XmlError as error:
        raise _malformed(source, str(error)) from error
    if root.tag not in {"us-patent-grant", "PATDOC"}:
        raise _malformed(source, f"holds <{root.tag}>, not a <us-patent-grant> or <PATDOC>")
    return root


def _tree(xml: bytes) -> Element:
    try:
        return parse_xml(xml)
    except XmlError as error:
        # Of 2001 there is SGML, which is refused as XML for its empty elements; but never for entities.
        if b"<PATDOC" not in xml or "entities" in str(error):
            raise
        return parse_sgml(xml)


def _malformed(source: str, message: str) -> UnreadableEntryError:
    return UnreadableEntryError(Problem(source, "XML", ProblemReason.XML_MALFORMED, f"the XML {message}"))


def _check_is_design(source: str, root: Element, patent: Patent) -> None:
    status = root.get("status", root.get("STATUS", ""))
    if "withdrawn" in status.casefold() or _WITHDRAWN.fullmatch(patent.title):
        raise NotADesign(source, "withdrawn")
    kind = patent.kind.upper()
    if not (kind.startswith("S") or (kind.startswith("E") and _is_of_design(root, patent))):
        raise NotADesign(source, f"kind {patent.kind or 'unknown'}")


def _is_of_design(root: Element, patent: Patent) -> bool:
    """Whether a reissue is one of a design patent."""
    series = text_of(root, _MAIN + "us-application-series-code") or text_of(root, "SDOBI/B200/B211US")
    main_class = patent.uspc[0] if patent.uspc else ""
    return series == _DESIGN_SERIES or bool(patent.locarno) or main_class.startswith("D")


def _patent(fields: Fields) -> Patent:
    root = fields.root
    office = text_of(root, ".//publication-reference/document-id/country") or "US"
    number = text_of(root, ".//publication-reference/document-id/doc-number")
    applicants = tuple(_parties(root, "us-applicants/us-applicant", "applicants/applicant"))
    return Patent(
        patent_id=office + padded(number),
        office=office,
        kind=text_of(root, ".//publication-reference/document-id/kind"),
        title=text_of(root, _MAIN + "invention-title"),
        claim=text_of(root, ".//claims/claim"),
        locarno=fields.read_all(_MAIN + "classification-locarno/main-classification", LocarnoClass.parse)
        + fields.read_all(_MAIN + "classification-locarno/further-classification", LocarnoClass.parse),
        locarno_edition=text_of(root, _MAIN + "classification-locarno/edition"),
        uspc=tuple(_national_classes(root)),
        application_number=text_of(root, _MAIN + "application-reference/document-id/doc-number"),
        filing_date=fields.read(_MAIN + "application-reference/document-id/date", parse_date),
        publication_date=fields.read(_MAIN + "publication-reference/document-id/date", parse_date),
        term_years=fields.read(_MAIN + "us-term-of-grant/length-of-grant", int),
        applicants=applicants,
        assignees=tuple(_parties(root, "assignees/assignee")),
        # Until 2012 the applicants were the inventors, and stand there only.
        inventors=tuple(_parties(root, "inventors/inventor"))
        or tuple(_parties(root, "applicants/applicant[@app-type='applicant-inventor']")),
        citations=tuple(_citations(fields)),
        priorities=tuple(_priorities(fields)),
        related_documents=tuple(_related(root)),
        hague=_hague(root),
    )


def _national_classes(root: Element) -> Iterator[str]:
    classification = root.find(_MAIN + "classification-national")
    for element in classification if classification is not None else ():
        if element.tag in {"main-classification", "further-classification"} and element.text:
            yield format_uspc(element.text)


def _parties(root: Element, *paths: str) -> Iterator[Party]:
    for path in paths:
        for element in root.findall(f".//us-bibliographic-data-grant//{path}"):
            book = element.find("addressbook")
            book = element if book is None else book
            person = " ".join(filter(None, (text_of(book, "first-name"), text_of(book, "last-name"))))
            name = text_of(book, "orgname") or person or text_of(book, "name")
            if name:
                yield Party(name, text_of(book, "address/city"), text_of(book, "address/country"))


def _citations(fields: Fields) -> Iterator[Citation]:
    for path in ("us-references-cited/us-citation", "references-cited/citation"):
        for element in fields.root.findall(_MAIN + path):
            document = element.find("patcit/document-id")
            category = text_of(element, "category")
            if document is None:
                yield Citation(text_of(element, "nplcit/othercit"), category=category)
                continue
            # Dates of foreign documents are often wrong; a citation without one is still a citation.
            day = date_or_none(text_of(document, "date"))
            yield Citation(_document(document), text_of(document, "name"), day, category)


def _priorities(fields: Fields) -> Iterator[Priority]:
    for claim in fields.root.findall(_MAIN + "priority-claims/priority-claim"):
        number = text_of(claim, "doc-number")
        if number:
            yield Priority(text_of(claim, "country"), number, date_or_none(text_of(claim, "date")))


def _related(root: Element) -> Iterator[RelatedDocument]:
    for element in root.findall(_MAIN + "us-related-documents/*"):
        relation = _RELATIONS.get(element.tag, element.tag.removeprefix("us-").replace("-", " "))
        parent = element.find("relation/parent-doc")
        places = (element,) if parent is None else (parent, parent.find("parent-grant-document"))
        for place in places:
            document = None if place is None else place.find("document-id")
            if document is not None and text_of(document, "doc-number"):
                yield RelatedDocument(relation, _document(document), date_or_none(text_of(document, "date")))


def _hague(root: Element) -> HagueRegistration | None:
    element = root.find(".//hague-agreement-data")
    if element is None:
        return None
    filed, registered, published = (
        date_or_none(text_of(element, f"international-{name}-date/date"))
        for name in ("filing", "registration", "registration-publication")
    )
    number = text_of(element, "international-registration-number")
    return HagueRegistration(number, filed, registered, published)


def _document(element: Element) -> str:
    return " ".join(filter(None, (text_of(element, tag) for tag in ("country", "doc-number", "kind"))))


def _description(root: Element) -> tuple[list[str], list[str]]:
    """All paragraphs, and those of the description of drawings."""
    drawn = list(root.iter("description-of-drawings"))
    whole = list(root.iter("description")) or drawn
    return _paragraphs(whole), _paragraphs(drawn)


def _paragraphs(parts: list[Element]) -> list[str]:
    return [all_text(paragraph) for part in parts for paragraph in part.iter("p")]


def _sheets(root: Element) -> list[str]:
    return [image.get("file", "") for image in root.findall(".//drawings/figure/img")]
