"""A design patent as the USPTO prints it, in the tests' own words."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from sevenviews.corpus.pdf.printed import PrintedText
from tests.unit.corpus.pdf.documents import LETTER, PdfPage, Text, scan
from tests.unit.corpus.sheets import labelled_sheet, write

LEFT, RIGHT = 78, 318

MASTHEAD = (
    Text(RIGHT + 90, 40, "US00D912345S"),
    Text(LEFT, 70, "(12) United States Design Patent", 14),
    Text(RIGHT, 72, "(10) Patent No.:"),
    Text(RIGHT + 140, 72, "US D912,345 S"),
    Text(LEFT + 20, 90, "Moreau et al."),
    Text(RIGHT, 90, "(45) Date of Patent:"),
    Text(RIGHT + 130, 90, "** Mar. 2, 2021"),
)
LEFT_COLUMN = (
    "(54) FOLDING CHAIR WITH TWO",
    "ARMS",
    "(71) Applicant: Sitwell Furniture, Inc., Grand Rapids, MI (US)",
    "(72) Inventors: Anne Moreau, Lyon (FR); John B. Doe, Jr.,",
    "Portland, OR (US)",
    "(73) Assignee: Sitwell Furniture, Inc., Grand Rapids, MI (US)",
    "(**) Term: 15 Years",
    "(21) Appl. No.: 29/712,345",
    "(22) Filed: Nov. 7, 2019",
    "(51) LOC (12) Cl. .................... 06-01; 06-06",
    "(52) U.S. Cl.",
    "USPC ................ D6/334; D6/366, 371.1",
    "(58) Field of Classification Search",
    "USPC ..... D6/334, 335; D21/803",
    "See application file for complete search history.",
    "(56) References Cited",
    "U.S. PATENT DOCUMENTS",
    "D755,541 S * 5/2016 Blay ................ D6/334",
    "6,499,164 B1 12/2002 Leach et al.",
    "(Continued)",
)
RIGHT_COLUMN = (
    "FOREIGN PATENT DOCUMENTS",
    "CN 304927803 * 12/2018",
    "OTHER PUBLICATIONS",
    "Chairs of the world, found online at",
    "https://example.org/chairs/folding.*",
    "Primary Examiner - A. Person",
    "(57) CLAIM",
    "The ornamental design for a folding chair with two arms, as",
    "shown and described.",
    "DESCRIPTION",
    "FIG. 1 is a perspective view of a folding chair showing our",
    "new design;",
    "FIG. 2 is a front elevational view of the chair of",
    "FIG. 1; and,",
    "FIG. 3 is a bottom plan view thereof.",
    "The broken lines form no part of the claimed design.",
)
COUNTS = Text(RIGHT + 60, 390, "1 Claim, 2 Drawing Sheets")
ON_THE_FIGURE = Text(RIGHT + 20, 600, "(54) NOT THE TITLE")

SECOND_PAGE = (
    Text(260, 50, "US D912,345 S"),
    Text(285, 66, "Page 2"),
    Text(LEFT, 120, "(56) References Cited", 8),
    Text(LEFT + 60, 134, "U.S. PATENT DOCUMENTS", 8),
    Text(LEFT, 148, "2013/0232691 A1 * 9/2013 Saul ............ A47C 20/023", 8),
    Text(RIGHT, 120, "D828,355 S * 9/2018 Xie ................. D6/366", 8),
    Text(RIGHT, 134, "* cited by examiner", 8),
)


def front_page(
    left: Sequence[str] = LEFT_COLUMN,
    right: Sequence[str] = RIGHT_COLUMN,
    masthead: Sequence[Text] = MASTHEAD,
    counts: Text | None = COUNTS,
) -> list[Text]:
    """The pieces of a first page: a line every 14 points."""
    pieces = list(masthead)
    pieces += [Text(LEFT, 120 + 14 * row, line, 8) for row, line in enumerate(left)]
    pieces += [Text(RIGHT, 120 + 14 * row, line, 8) for row, line in enumerate(right)]
    return [*pieces, *([counts] if counts else []), ON_THE_FIGURE]


def sheet(number: int, of: int, figures: Sequence[str], published: str = "Mar. 2, 2021") -> Image.Image:
    """A sheet of drawings with its running head, as a scan of 1 bit."""
    image = labelled_sheet(figures)
    page = Image.new("1", (image.width, image.height + 160), 1)
    page.paste(image, (0, 160))
    write(page, "U.S. Patent", 120, 60, 36)
    write(page, published, 430, 60, 36)
    write(page, f"Sheet {number} of {of}", 760, 60, 36)
    write(page, "US D912,345 S", 1110, 60, 36)
    return page


def patent_pages(front: Sequence[Text] | None = None) -> list[PdfPage]:
    """The front page and a second one, both set, and two sheets, which are scans."""
    return [
        PdfPage(texts=front_page() if front is None else front),
        PdfPage(texts=SECOND_PAGE),
        scan(sheet(1, 2, ("1",))),
        scan(sheet(2, 2, ("2", "3"))),
    ]


def printed(texts: Sequence[Text]) -> list[PrintedText]:
    """Pieces as they are read from a page."""
    width, height = LETTER
    return [
        PrintedText(
            text.left / width,
            text.top / height,
            (text.left + 0.45 * text.size * len(text.text)) / width,
            (text.top + text.size) / height,
            text.text,
        )
        for text in texts
    ]
