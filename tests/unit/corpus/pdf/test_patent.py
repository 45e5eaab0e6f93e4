"""A design patent's PDF is read as its XML and TIFFs would be."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import pytest

from sevenviews.cli.queries import read_queries
from sevenviews.corpus import CorpusPatent, NotADesign, ProblemReason, UnreadableEntryError
from sevenviews.corpus.pdf import PdfEntry, pdf_queries
from sevenviews.corpus.pdf.reader import read_patent
from sevenviews.corpus.sources import HeldBytes
from sevenviews.designs import Reason, View
from tests.unit.corpus.pdf.documents import PdfPage, Text, make_pdf, scan
from tests.unit.corpus.pdf.patents import LEFT_COLUMN, RIGHT_COLUMN, front_page, patent_pages
from tests.unit.corpus.sheets import blank, write

CHAIR = make_pdf(patent_pages())


@pytest.fixture(scope="module")
def chair() -> CorpusPatent:
    return PdfEntry("chair.pdf", HeldBytes(CHAIR)).read()


def test_bibliography_and_drawings(chair: CorpusPatent) -> None:
    patent = chair.patent
    assert (patent.patent_id, patent.title) == ("USD0912345", "FOLDING CHAIR WITH TWO ARMS")
    assert patent.publication_date == date(2021, 3, 2)
    assert len(patent.citations) == 6, "of both pages of text"
    drawn = [(one.sheet_number, one.figure_number, one.view) for one in patent.drawings]
    assert drawn == [(1, "1", View.PERSPECTIVE), (2, "2", View.FRONT), (2, "3", View.BOTTOM)]
    assert set(chair.contents) == {one.drawing_id for one in patent.drawings}
    assert chair.problems == ()


def test_a_certificate_of_correction_is_no_sheet_and_is_told() -> None:
    certificate = PdfPage(
        texts=[
            Text(120, 100, "UNITED STATES PATENT AND TRADEMARK OFFICE"),
            Text(150, 115, "CERTIFICATE OF CORRECTION"),
            Text(72, 150, "(54) On the title page, CHAIR should read TABLE."),
        ]
    )
    read = read_patent("chair.pdf", make_pdf([PdfPage(texts=front_page()), certificate]))
    assert (read.patent.title, read.sheets) == ("FOLDING CHAIR WITH TWO ARMS", ())
    told = {(problem.part, problem.reason) for problem in read.problems}
    assert ("page 2", ProblemReason.CORRECTION_LEFT_OUT) in told


def test_an_entry_crosses_processes_and_keeps_its_digest(chair: CorpusPatent) -> None:
    entry = PdfEntry("chair.pdf", HeldBytes(CHAIR))
    assert pickle.loads(pickle.dumps(entry)).digest == chair.patent.source_digest  # noqa: S301


def test_its_figures_are_what_is_searched_with(tmp_path: Path) -> None:
    file = tmp_path / "chair.PDF"
    file.write_bytes(CHAIR)
    found = read_queries([file], [], whole=False)
    assert [one.view for one in found] == [View.PERSPECTIVE, View.FRONT, View.BOTTOM]
    assert [one.view for one in read_queries([file], [View.LEFT], whole=True)] == [View.LEFT, View.LEFT]


def test_no_more_sheets_are_cut_than_figures_are_wanted() -> None:
    assert [one.figure_number for one in pdf_queries("chair.pdf", CHAIR, 1)] == ["1"]


def test_a_patent_without_drawings_is_nothing_to_search_with() -> None:
    with pytest.raises(UnreadableEntryError) as caught:
        pdf_queries("chair.pdf", make_pdf([PdfPage(texts=front_page())]), 16)
    assert caught.value.problem.reason is ProblemReason.NO_DRAWINGS
    assert caught.value.reason is Reason.PATENT_INVALID


def test_a_patent_of_another_kind_is_skipped_by_ingest_and_refused_by_search() -> None:
    masthead = [
        Text(78, 70, "(12) United States Patent", 14),
        Text(318, 72, "(10) Patent No.: US 9,123,456 B2"),
    ]
    content = make_pdf([PdfPage(texts=front_page(masthead=masthead))])
    with pytest.raises(NotADesign) as caught:
        PdfEntry("x.pdf", HeldBytes(content)).read()
    assert caught.value.kind == "utility"
    with pytest.raises(UnreadableEntryError) as refused:
        pdf_queries("x.pdf", content, 16)
    assert refused.value.problem.reason is ProblemReason.PDF_NOT_A_PATENT


def test_a_scanned_page_is_read_whatever_its_text_layer_says() -> None:
    page = blank(1700, 2200)
    for piece in front_page(LEFT_COLUMN[:3], RIGHT_COLUMN[8:10], counts=None)[:-1]:
        write(page, piece.text, int(piece.left * 2.7), int(piece.top * 2.7), 24)
    content = make_pdf([scan(page, [Text(100, 100, "(54) TWOSTEP CLAM"), Text(100, 70, "US D111,111 S")])])
    read = PdfEntry("chair.pdf", HeldBytes(content)).read()
    assert (read.patent.patent_id, read.patent.title) == ("USD0912345", "FOLDING CHAIR WITH TWO ARMS")
