"""What is no patent's PDF is refused by its reason, before it costs much."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image

from sevenviews.corpus import ProblemReason, UnreadableEntryError
from sevenviews.corpus.pdf import PdfEntry
from sevenviews.corpus.pdf.pages import LIMITS, PdfLimits, read_pages
from sevenviews.corpus.sources import HeldBytes
from tests.unit.corpus.pdf.documents import PdfPage, Picture, Text, make_pdf
from tests.unit.corpus.pdf.patents import front_page


def _refusal(content: bytes, limits: PdfLimits = LIMITS) -> ProblemReason:
    with pytest.raises(UnreadableEntryError) as caught:
        PdfEntry("the.pdf", HeldBytes(content), limits).read()
    assert caught.value.problem.source == "the.pdf"
    return caught.value.problem.reason


_WHOLE = make_pdf([PdfPage(texts=front_page())])
_ENCRYPTED = make_pdf(
    [PdfPage()],
    {
        "Encrypt": f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{'12' * 32}> /U <{'34' * 32}> >>",
        "ID": f"[<{'56' * 16}> <{'56' * 16}>]",
    },
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", ProblemReason.PDF_CORRUPT, id="empty"),
        pytest.param(b"II*\0" + bytes(100), ProblemReason.PDF_CORRUPT, id="no PDF"),
        pytest.param(b"%PDF-1.5\n" + bytes(1000), ProblemReason.PDF_CORRUPT, id="a head alone"),
        pytest.param(_WHOLE[: len(_WHOLE) // 2], ProblemReason.PDF_CORRUPT, id="cut off"),
        pytest.param(_ENCRYPTED, ProblemReason.PDF_ENCRYPTED, id="encrypted"),
        pytest.param(make_pdf([]), ProblemReason.PDF_CORRUPT, id="no page"),
        pytest.param(make_pdf([PdfPage()]), ProblemReason.PDF_NOT_A_PATENT, id="a blank page"),
        pytest.param(
            make_pdf([PdfPage(texts=[Text(72, 72, "Invoice 4711")])]),
            ProblemReason.PDF_NOT_A_PATENT,
            id="an invoice",
        ),
        pytest.param(
            make_pdf([PdfPage(texts=front_page())] * 5_000), ProblemReason.PDF_TOO_LARGE, id="5,000 pages"
        ),
        pytest.param(make_pdf([PdfPage(size=(1e6, 1e6))]), ProblemReason.PDF_TOO_LARGE, id="a gigantic page"),
        pytest.param(
            make_pdf([PdfPage(entries={"UserUnit": "10000"}, size=(14_400, 14_400))]),
            ProblemReason.PDF_TOO_LARGE,
            id="a gigantic unit",
        ),
        pytest.param(
            make_pdf(
                [
                    PdfPage(
                        pictures=[
                            Picture(Image.new("1", (1, 1)), entries={"Width": "60000", "Height": "60000"})
                        ]
                    )
                ]
            ),
            ProblemReason.PDF_TOO_LARGE,
            id="a gigantic image",
        ),
        pytest.param(
            make_pdf([PdfPage(texts=[Text(9, 9 + row, "x" * 9_000) for row in range(0, 100, 20)])]),
            ProblemReason.PDF_TOO_LARGE,
            id="a page of text",
        ),
        pytest.param(
            make_pdf([PdfPage(drawn="0 0 m 9 9 l S\n" * 250_000)]), ProblemReason.PDF_TOO_LARGE, id="a bomb"
        ),
    ],
)
def test_a_reason_for_each(content: bytes, reason: ProblemReason) -> None:
    assert _refusal(content) is reason


def test_memory_and_time_are_bounded_by_the_system() -> None:
    large = make_pdf([PdfPage(pictures=[Picture(Image.new("RGB", (3000, 3000), "white"))])])
    assert _refusal(large, replace(LIMITS, memory_bytes=20 << 20)) is ProblemReason.PDF_TOO_LARGE
    endless = make_pdf([PdfPage(drawn="0 0 m 600 700 l 9 600 l f\n" * 150_000)])
    assert _refusal(endless, replace(LIMITS, cpu_seconds=1)) is ProblemReason.PDF_TOO_LARGE


def test_a_large_file_is_not_even_opened() -> None:
    assert _refusal(b"%PDF" * 100, replace(LIMITS, content_bytes=300)) is ProblemReason.PDF_TOO_LARGE


def test_who_stops_reading_ends_the_process() -> None:
    pages = read_pages("x.pdf", make_pdf([PdfPage(texts=[Text(72, 72, "page")])] * 400))
    assert next(pages).number == 1
    pages.close()  # type: ignore[attr-defined]
