"""The grants of 2001 to 2004: PATDOC 2.4 (SGML) and 2.5 (XML), whose elements are the codes of WIPO ST.32."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from sevenviews.corpus.uspto.fields import Fields, all_text, date_or_none, padded, parse_date, text_of
from sevenviews.corpus.uspto.uspc import format_uspc
from sevenviews.designs import Citation, LocarnoClass, Party, Patent, Priority, RelatedDocument

_RELATIONS = {
    "B610": "addition",
    "B620": "division",
    "B631": "continuation",
    "B632": "continuation-in-part",
    "B633": "continuing reissue",
    "B640": "reissue",
    "B641US": "divisional reissue",
    "B650": "related publication",
    "B660": "substitution",
    "B680US": "provisional application",
}


def patdoc_patent(fields: Fields) -> tuple[Patent, int | None]:
    """The bibliography, and the number of figures."""
    root = fields.root
    office = text_of(root, "SDOBI/B100/B190") or "US"
    patent = Patent(
        patent_id=office + padded(text_of(root, "SDOBI/B100/B110/DNUM")),
        office=office,
        kind=text_of(root, "SDOBI/B100/B130"),
        title=text_of(root, "SDOBI/B500/B540"),
        claim=text_of(root, "SDOCL/CL/CLM"),
        locarno=tuple(_locarno(fields)),
        locarno_edition=text_of(root, "SDOBI/B500/B510/B516"),
        uspc=tuple(_national_classes(root)),
        application_number=text_of(root, "SDOBI/B200/B210/DNUM"),
        filing_date=fields.read("SDOBI/B200/B220/DATE", parse_date),
        publication_date=fields.read("SDOBI/B100/B140/DATE", parse_date),
        term_years=fields.read("SDOBI/B400/B472/B474", int),
        applicants=tuple(_parties(root, "SDOBI/B700/B710/B711")),
        assignees=tuple(_parties(root, "SDOBI/B700/B730/B731")),
        inventors=tuple(_parties(root, "SDOBI/B700/B720/B721")),
        citations=tuple(_citations(root)),
        priorities=tuple(_priorities(root)),
        related_documents=tuple(_related(root)),
    )
    return patent, fields.read("SDOBI/B500/B590/B596", int)


def patdoc_description(root: Element) -> tuple[list[str], list[str]]:
    """All paragraphs of the description, and those of the description of drawings."""
    whole = [all_text(paragraph) for part in root.iter("SDODE") for paragraph in part.iter("PARA")]
    drawn = [all_text(paragraph) for part in root.iter("DRWDESC") for paragraph in part.iter("PARA")]
    return whole, drawn


def patdoc_sheets(root: Element) -> list[str]:
    """The file names of the sheets."""
    return [image.get("FILE", "") for image in root.findall(".//SDODR//EMI")]


def _locarno(fields: Fields) -> Iterator[LocarnoClass]:
    for code in ("B511", "B512"):
        # Of a utility patent's reissue these are classes of inventions.
        if text_of(fields.root, "SDOBI/B500/B510/B516"):
            yield from fields.read_all(f"SDOBI/B500/B510/{code}", LocarnoClass.parse)


def _national_classes(root: Element) -> Iterator[str]:
    for code in ("B521", "B522"):
        for element in root.findall(f"SDOBI/B500/B520/{code}"):
            # Not the text with its spaces made one: the columns count.
            columns = (element.findtext("PDAT") or element.text or "").strip("\r\n")
            if columns.strip():
                yield format_uspc(columns)


def _parties(root: Element, path: str) -> Iterator[Party]:
    for element in root.findall(path):
        person = " ".join(filter(None, (text_of(element, ".//FNM"), text_of(element, ".//SNM"))))
        name = text_of(element, ".//ONM") or person
        state = text_of(element, ".//ADR/STATE")
        country = text_of(element, ".//ADR/CTRY") or ("US" if state else "")
        if name:
            yield Party(name, text_of(element, ".//ADR/CITY"), country)


def _citations(root: Element) -> Iterator[Citation]:
    for element in root.findall("SDOBI/B500/B560/*"):
        by_examiner = element.find(".//CITED-BY-EXAMINER") is not None
        by_other = element.find(".//CITED-BY-OTHER") is not None
        category = "cited by examiner" if by_examiner else "cited by other" if by_other else ""
        document = element.find("PCIT/DOC")
        if document is not None:
            name = text_of(element, "PCIT/PARTY-US/NAM")
            yield Citation(_document(document), name, date_or_none(text_of(document, "DATE")), category)
        elif text_of(element, "NCIT"):
            yield Citation(text_of(element, "NCIT"), category=category)


def _priorities(root: Element) -> Iterator[Priority]:
    for group in root.findall("SDOBI/B300"):
        numbers, days, offices = (
            list(map(all_text, group.findall(code))) for code in ("B310", "B320", "B330")
        )
        for position, number in enumerate(numbers):
            office = offices[position] if position < len(offices) else ""
            day = days[position] if position < len(days) else ""
            yield Priority(office, number, date_or_none(day))


def _related(root: Element) -> Iterator[RelatedDocument]:
    for group in root.findall("SDOBI/B600"):
        for element in group.iter():
            relation = _RELATIONS.get(element.tag)
            if relation is None:
                continue
            parent = element.find("PARENT-US")
            paths = ("DOC",) if parent is None else ("PDOC/DOC", "PPUB/DOC")
            for document in (
                found for path in paths for found in (parent if parent is not None else element).findall(path)
            ):
                if text_of(document, "DNUM"):
                    yield RelatedDocument(
                        relation, _document(document), date_or_none(text_of(document, "DATE"))
                    )


def _document(element: Element) -> str:
    """ "D. 271298" without a country is one of the United States."""
    number = text_of(element, "DNUM")
    design = padded(number)
    number = f"D{int(design[1:])}" if design[:1] == "D" and design[1:].isdigit() else number
    return " ".join(filter(None, (text_of(element, "CTRY") or "US", number, text_of(element, "KIND"))))
