"""A patent as the USPTO publishes it: us-patent-grant v4.5, kind S1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from sevenviews.designs import Citation, FigureDescription, Party, Patent
from sevenviews.synthetic.designs import indefinite

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE us-patent-grant SYSTEM "us-patent-grant-v45-2014-04-03.dtd" [ ]>
<!-- Synthetic test data made by Sevenviews: not a patent, and of no real article. -->
"""
_MILLIMETRES_A_PIXEL = 25.4 / 300
_SERIES = "29"


def grant_xml(
    patent: Patent, name: str, sheets: Sequence[tuple[int, int]], unclaimed: Sequence[str] = ()
) -> bytes:
    """The XML file of a grant.

    Args:
        name: of the package: "USD9900001-20250107"; sheets are called "<name>-D00001.TIF" and so on.
        sheets: width and height of each in pixels.
        unclaimed: parts of the article that broken lines show.
    """
    published = _compact(patent.publication_date)
    lines = [
        f'<us-patent-grant lang="EN" dtd-version="v4.5 2014-04-03" file="{name}.XML" status="PRODUCTION" '
        f'id="us-patent-grant" country="US" date-produced="{published}" date-publ="{published}">',
        "<us-bibliographic-data-grant>",
        *_documents(patent),
        *_classifications(patent),
        f'<invention-title id="d2e43">{escape(patent.title)}</invention-title>',
        *_references(patent.citations),
        "<number-of-claims>1</number-of-claims>",
        "<us-exemplary-claim>1</us-exemplary-claim>",
        f"<figures><number-of-drawing-sheets>{len(sheets)}</number-of-drawing-sheets>"
        f"<number-of-figures>{len(patent.figure_descriptions)}</number-of-figures></figures>",
        *_parties(patent),
        "</us-bibliographic-data-grant>",
        *_drawings(name, sheets),
        *_description(patent, unclaimed),
        "<us-claim-statement>CLAIM</us-claim-statement>",
        '<claims id="claims">',
        '<claim id="CLM-00001" num="00001">',
        f"<claim-text>{escape(patent.claim)}</claim-text>",
        "</claim>",
        "</claims>",
        "</us-patent-grant>",
    ]
    return (_HEAD + "\n".join(lines) + "\n").encode()


def utility_xml(number: str, name: str, published: str) -> bytes:
    """The least a utility patent's XML says: the bulk files hold many, and a reader of designs passes over them."""
    return (
        f'{_HEAD}<us-patent-grant lang="EN" dtd-version="v4.5 2014-04-03" file="{name}.XML" status="PRODUCTION" '
        f'id="us-patent-grant" country="US" date-produced="{published}" date-publ="{published}">\n'
        "<us-bibliographic-data-grant>\n<publication-reference>\n"
        f"<document-id><country>US</country><doc-number>{number}</doc-number><kind>B2</kind>"
        f"<date>{published}</date></document-id>\n</publication-reference>\n"
        '<application-reference appl-type="utility"></application-reference>\n'
        '<invention-title id="d2e43">Synthetic utility patent without content</invention-title>\n'
        "</us-bibliographic-data-grant>\n</us-patent-grant>\n"
    ).encode()


def _compact(day: object) -> str:
    return str(day).replace("-", "")


def _documents(patent: Patent) -> Iterator[str]:
    number = patent.patent_id.removeprefix(patent.office)
    yield "<publication-reference>"
    yield from _document(number, _compact(patent.publication_date), kind=patent.kind)
    yield "</publication-reference>"
    yield '<application-reference appl-type="design">'
    yield from _document(patent.application_number, _compact(patent.filing_date))
    yield "</application-reference>"
    yield f"<us-application-series-code>{_SERIES}</us-application-series-code>"
    yield f"<us-term-of-grant><length-of-grant>{patent.term_years}</length-of-grant></us-term-of-grant>"


def _document(number: str, day: str, *, kind: str = "", name: str = "") -> Iterator[str]:
    yield "<document-id>"
    yield "<country>US</country>"
    yield f"<doc-number>{number}</doc-number>"
    if kind:
        yield f"<kind>{kind}</kind>"
    if name:
        yield f"<name>{escape(name)}</name>"
    yield f"<date>{day}</date>"
    yield "</document-id>"


def _classifications(patent: Patent) -> Iterator[str]:
    main, *further = map(_compact, patent.locarno)
    yield "<classification-locarno>"
    yield f"<edition>{patent.locarno_edition}</edition>"
    yield f"<main-classification>{main}</main-classification>"
    yield from (f"<further-classification>{item}</further-classification>" for item in further)
    yield "</classification-locarno>"
    yield "<classification-national>"
    yield "<country>US</country>"
    yield f"<main-classification>{_national(patent.uspc[0])}</main-classification>"
    yield "</classification-national>"


def _national(uspc: str) -> str:
    """ "D6/334" -> "D 6334": three columns of class, then the subclass."""
    design_class, _, subclass = uspc.removeprefix("D").partition("/")
    return f"D{design_class:>2}{subclass:>3}"


def _references(citations: Sequence[Citation]) -> Iterator[str]:
    if not citations:
        return
    yield "<us-references-cited>"
    for number, citation in enumerate(citations, 1):
        _, document, kind = citation.document.split()
        # A citation knows the month only: its day is written 00.
        month = f"{citation.date:%Y%m}00" if citation.date else ""
        yield "<us-citation>"
        yield f'<patcit num="{number:05d}">'
        yield from _document(document, month, kind=kind, name=citation.name)
        yield "</patcit>"
        yield f"<category>{escape(citation.category)}</category>"
        yield "</us-citation>"
    yield "</us-references-cited>"


def _parties(patent: Patent) -> Iterator[str]:
    authority = "assignee" if patent.assignees else "inventor"
    yield "<us-parties>"
    yield "<us-applicants>"
    for sequence, party in enumerate(patent.applicants, 1):
        yield (
            f'<us-applicant sequence="{sequence:03d}" app-type="applicant" designation="us-only" '
            f'applicant-authority-category="{authority}">'
        )
        yield from _address(party, person=not patent.assignees)
        yield f"<residence><country>{party.country}</country></residence>"
        yield "</us-applicant>"
    yield "</us-applicants>"
    yield "<inventors>"
    for sequence, party in enumerate(patent.inventors, 1):
        yield f'<inventor sequence="{sequence:03d}" designation="us-only">'
        yield from _address(party, person=True)
        yield "</inventor>"
    yield "</inventors>"
    yield "</us-parties>"
    if patent.assignees:
        yield "<assignees>"
        for party in patent.assignees:
            yield "<assignee>"
            yield from _address(party, person=False)
            yield "</assignee>"
        yield "</assignees>"


def _address(party: Party, *, person: bool) -> Iterator[str]:
    yield "<addressbook>"
    if person:
        first, _, last = party.name.partition(" ")
        yield f"<last-name>{escape(last)}</last-name>"
        yield f"<first-name>{escape(first)}</first-name>"
    else:
        yield f"<orgname>{escape(party.name)}</orgname>"
        yield "<role>02</role>"
    yield f"<address><city>{escape(party.city)}</city><country>{party.country}</country></address>"
    yield "</addressbook>"


def _drawings(name: str, sheets: Sequence[tuple[int, int]]) -> Iterator[str]:
    yield '<drawings id="DRAWINGS">'
    for number, (width, height) in enumerate(sheets, 1):
        size = f'he="{height * _MILLIMETRES_A_PIXEL:.2f}mm" wi="{width * _MILLIMETRES_A_PIXEL:.2f}mm"'
        file = quoteattr(f"{name}-D{number:05d}.TIF")
        yield f'<figure id="Fig-EMI-D{number:05d}" num="{number:05d}">'
        yield (
            f'<img id="EMI-D{number:05d}" {size} file={file} alt="embedded image" '
            'img-content="drawing" img-format="tif"/>'
        )
        yield "</figure>"
    yield "</drawings>"


def _description(patent: Patent, unclaimed: Sequence[str]) -> Iterator[str]:
    paragraphs = list(_figure_sentences(patent.figure_descriptions))
    if unclaimed:
        article = patent.title[0].lower() + patent.title[1:]
        paragraphs.append(
            f"The broken lines show the {escape(' and the '.join(unclaimed))} of the {escape(article)} and form no "
            "part of the claimed design."
        )
    paragraphs.append("This is synthetic test data: not a patent, and of no real article.")
    yield '<description id="description">'
    yield '<?brief-description-of-drawings description="Brief Description of Drawings" end="lead"?>'
    yield "<description-of-drawings>"
    for number, paragraph in enumerate(paragraphs, 1):
        yield f'<p id="p-{number:04d}" num="{number:04d}">{paragraph}</p>'
    yield "</description-of-drawings>"
    yield '<?brief-description-of-drawings description="Brief Description of Drawings" end="tail"?>'
    yield "</description>"


def _figure_sentences(figures: Sequence[FigureDescription]) -> Iterator[str]:
    for position, figure in enumerate(figures, 1):
        end = {len(figures): ".", len(figures) - 1: "; and,"}.get(position, ";")
        reference = f'<figref idref="DRAWINGS">FIG. {figure.figure_number}</figref>'
        yield f"{reference} is {escape(indefinite(figure.text))}{end}"
