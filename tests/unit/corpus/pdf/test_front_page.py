"""The bibliography, from printed text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from sevenviews.corpus import NotADesign, Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.pdf.front_page import FrontPage
from sevenviews.corpus.pdf.kinds import check_kind
from sevenviews.corpus.pdf.printed import PrintedText
from sevenviews.corpus.pdf.printed_values import printed_date, printed_month
from sevenviews.corpus.pdf.running_head import RunningHead, running_head
from sevenviews.corpus.pdf.sections import Counts, read_sections
from sevenviews.designs import (
    Citation,
    FigureDescription,
    HagueRegistration,
    LocarnoClass,
    Party,
    Patent,
    Priority,
    RelatedDocument,
)
from tests.unit.corpus.pdf.documents import Text
from tests.unit.corpus.pdf.patents import (
    LEFT_COLUMN,
    MASTHEAD,
    RIGHT_COLUMN,
    SECOND_PAGE,
    front_page,
    printed,
)

_UNREAD = ProblemReason.FIELD_UNREAD


def _read(
    front: Sequence[Text],
    others: Sequence[Sequence[PrintedText]] = (),
    heads: Sequence[RunningHead] = (),
    name: str = "chair.pdf",
) -> tuple[Patent, list[Problem]]:
    page = FrontPage(name, read_sections(printed(front), others), heads)
    return page.patent(), page.problems


def _second_page() -> list[PrintedText]:
    return [piece for piece in printed(SECOND_PAGE) if piece.top > 0.13]


def test_bibliography() -> None:
    patent, problems = _read(front_page())
    assert patent.patent_id == "USD0912345"
    assert (patent.office, patent.kind) == ("US", "S1")
    assert patent.title == "FOLDING CHAIR WITH TWO ARMS"
    assert patent.claim == "The ornamental design for a folding chair with two arms, as shown and described."
    assert patent.publication_date == date(2021, 3, 2)
    assert patent.filing_date == date(2019, 11, 7)
    assert patent.application_number == "29712345"
    assert patent.term_years == 15
    assert patent.locarno == (LocarnoClass(6, 1), LocarnoClass(6, 6))
    assert patent.locarno_edition == "12"
    assert patent.uspc == ("D6/334", "D6/366", "D6/371.1")
    assert problems == []


def test_parties() -> None:
    patent, _ = _read(front_page())
    sitwell = Party("Sitwell Furniture, Inc.", "Grand Rapids", "US")
    assert patent.applicants == (sitwell,)
    assert patent.assignees == (sitwell,)
    assert patent.inventors == (
        Party("Anne Moreau", "Lyon", "FR"),
        Party("John B. Doe, Jr.", "Portland", "US"),
    )


def test_citations_of_all_pages() -> None:
    patent, _ = _read(front_page(), [_second_page()])
    examiner = "cited by examiner"
    assert patent.citations == (
        Citation("US D755541 S", "Blay", date(2016, 5, 1), examiner),
        Citation("US 6499164 B1", "Leach et al", date(2002, 12, 1)),
        Citation("US 2013/0232691 A1", "Saul", date(2013, 9, 1), examiner),
        Citation("US D828355 S", "Xie", date(2018, 9, 1), examiner),
        Citation("CN 304927803", "", date(2018, 12, 1), examiner),
        Citation(
            "Chairs of the world, found online at https://example.org/chairs/folding.", category=examiner
        ),
    )


def test_description() -> None:
    patent, _ = _read(front_page())
    assert [one.figure_number for one in patent.figure_descriptions] == ["1", "2", "3"]
    assert patent.figure_descriptions[1] == FigureDescription(
        "2", "front elevational view of the chair of FIG. 1"
    )


def test_family_and_statements() -> None:
    left = [
        *LEFT_COLUMN[:9],
        "(30) Foreign Application Priority Data",
        "Nov. 25, 2018 (CN) ........ 2018 3 0651468",
        "Jan. 18, 2019 (EM) ........ 007975727-0001",
        "Related U.S. Application Data",
        "(62) Division of application No. 29/648,754, filed on May",
        "23, 2018, now Pat. No. Des. 853,164, which is a con-",
        "tinuation-in-part of application No. 15/990,476.",
        *LEFT_COLUMN[9:],
    ]
    patent, problems = _read(front_page(left))
    assert patent.priorities == (
        Priority("CN", "2018 3 0651468", date(2018, 11, 25)),
        Priority("EM", "007975727-0001", date(2019, 1, 18)),
    )
    assert patent.related_documents == (
        RelatedDocument("division", "US 29648754", date(2018, 5, 23)),
        RelatedDocument("division", "US D853164"),
        RelatedDocument("continuation-in-part", "US 15990476"),
    )
    assert patent.hague is None
    assert patent.broken_line_statement == "The broken lines form no part of the claimed design."
    assert patent.locarno == (LocarnoClass(6, 1), LocarnoClass(6, 6))
    assert problems == []


def test_an_international_registration() -> None:
    left = [
        *(line.replace("29/712,345", "35/500,123") for line in LEFT_COLUMN[:9]),
        "(80) Hague Agreement Data",
        "Int. Filing Date: Aug. 3, 2019",
        "Int. Reg. No.: DM/092530",
        "Int. Reg. Date: Aug. 4, 2019",
        "Int. Reg. Pub. Date: Feb. 5, 2020",
        *LEFT_COLUMN[9:],
    ]
    patent, _ = _read(front_page(left))
    assert patent.application_number == "35500123"
    assert patent.hague == HagueRegistration(
        "DM/092530", date(2019, 8, 3), date(2019, 8, 4), date(2020, 2, 5)
    )


def test_counts() -> None:
    assert read_sections(printed(front_page()), ()).counts == Counts(1, 2)
    assert read_sections(printed(front_page(counts=None)), ()).counts is None


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("(21)", "application number"),
        ("(22)", "filing date"),
        ("(51)", "Locarno class"),
        ("(**)", "term"),
        ("(72)", "inventors"),
        ("(54)", "title"),
    ],
)
@pytest.mark.parametrize("misread", ["~", ""])
def test_what_cannot_be_read_is_said_by_field(code: str, field: str, misread: str) -> None:
    lines = [line for line in LEFT_COLUMN if line not in {"ARMS", "Portland, OR (US)"}]
    left = [f"{code} {misread}" if line.startswith(code) else line for line in lines]
    _, problems = _read(front_page(left))
    assert [(one.part, one.reason) for one in problems] == [(field, _UNREAD)]


def test_a_front_page_without_some_parts_names_all_of_them() -> None:
    _, problems = _read(front_page(["(54) CHAIR"], ["(57) CLAIM"]))
    assert {one.part for one in problems} == {
        "claim",
        "U.S. class",
        "application number",
        "filing date",
        "Locarno class",
        "term",
        "inventors",
    }


def test_a_class_that_does_not_exist() -> None:
    patent, problems = _read(front_page([line.replace("06-01; 06-06", "47-01") for line in LEFT_COLUMN]))
    assert patent.locarno == ()
    assert [(one.part, one.reason) for one in problems] == [("Locarno class", ProblemReason.FIELD_MALFORMED)]


def test_a_reference_that_cannot_be_read_is_told() -> None:
    patent, problems = _read(front_page([line.replace("5/2016", "S/2O16") for line in LEFT_COLUMN]))
    assert patent.citations[0].document == "US 6499164 B1"
    assert [(one.part, one.reason) for one in problems] == [("citations", _UNREAD)]


def _masthead(number: str, day: str = "** Mar. 2, 2021") -> list[Text]:
    pieces = [piece for piece in MASTHEAD if "912" not in piece.text and "2021" not in piece.text]
    return [*pieces, Text(458, 72, number), Text(448, 90, day)]


_HEAD = RunningHead(1, 2, number="D0912345", published=date(2021, 3, 2))


def test_the_sheets_outvote_a_misread_number_and_date() -> None:
    front = front_page(masthead=_masthead("US D912,845 S", "** Mar. 7, 2021"))
    patent, problems = _read(front, heads=[_HEAD, _HEAD])
    assert (patent.patent_id, patent.publication_date) == ("USD0912345", date(2021, 3, 2))
    assert {one.part for one in problems} == {"number", "date"}
    alone, problems = _read(front, heads=[_HEAD])
    assert alone.patent_id == "USD0912845", "one sheet alone may be misread as well"


def test_the_sheets_tell_a_number_that_the_front_page_does_not() -> None:
    patent, problems = _read(front_page(masthead=_masthead("~", "~")), heads=[_HEAD])
    assert (patent.patent_id, patent.publication_date) == ("USD0912345", date(2021, 3, 2))
    assert problems == []


@pytest.mark.parametrize(
    ("number", "patent_id"),
    [
        ("US D1,012,345 S", "USD1012345"),
        ("US D906,013 S", "USD0906013"),
        ("USD906.013S", "USD0906013"),
        ("Des. 435,854", "USD0435854"),
        ("US D435,854 S1", "USD0435854"),
        ("US RE49,257 E", "USRE049257"),
    ],
)
def test_numbers_as_they_are_printed(number: str, patent_id: str) -> None:
    assert _read(front_page(masthead=_masthead(number)))[0].patent_id == patent_id


def test_square_brackets_of_before_2001() -> None:
    def squared(text: str) -> str:
        return text.replace("(", "[").replace(")", "]") if text.startswith("(") else text

    masthead = [Text(piece.left, piece.top, squared(piece.text), piece.size) for piece in MASTHEAD]
    patent, _ = _read(front_page(list(map(squared, LEFT_COLUMN)), list(map(squared, RIGHT_COLUMN)), masthead))
    assert (patent.title, patent.filing_date) == ("FOLDING CHAIR WITH TWO ARMS", date(2019, 11, 7))


def test_the_name_of_the_file_is_the_last_resort() -> None:
    front = front_page(masthead=_masthead("illegible"))
    patent, problems = _read(front, name="some/USD0912345.pdf")
    assert patent.patent_id == "USD0912345"
    assert [(one.part, one.reason) for one in problems] == [("number", _UNREAD)]
    with pytest.raises(UnreadableEntryError) as caught:
        _read(front, name="scan.pdf")
    assert (caught.value.problem.part, caught.value.problem.reason) == ("number", _UNREAD)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("(12) United States Patent", "utility"),
        ("(12) United States Plant Patent", "plant"),
        ("(19) United States (12) Reissued Patent", "reissue"),
        ("(12) Patent Application Publication", "application"),
    ],
)
def test_other_patents(title: str, kind: str) -> None:
    with pytest.raises(NotADesign) as caught:
        check_kind("x.pdf", [title, "(10) Patent No.: US 9,123,456 B2", "(21) Appl. No.: 14/123,456"])
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    "lines",
    [
        ["(12) United States Design Patent"],
        ["United States Patent [19]", "[11] Patent Number: Des. 435,854"],
        ["(19) United States", "(12) Reissued Patent", "(21) Appl. No.: 29/712,345"],
    ],
)
def test_designs_of_all_years(lines: Sequence[str]) -> None:
    check_kind("x.pdf", lines)


@pytest.mark.parametrize("text", ["", "Invoice 4711", "My patent, a design"])
def test_anything_else(text: str) -> None:
    with pytest.raises(UnreadableEntryError) as caught:
        check_kind("x.pdf", [text])
    assert caught.value.problem.reason is ProblemReason.PDF_NOT_A_PATENT


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (["U.S. Patent", "Mar. 2, 2021", "Sheet 1 of 2", "US D912,345 S"], _HEAD),
        (["U.S.Patent", "Mar.2,2021", "Sheet1of2", "USD912,345S"], _HEAD),
        (["US D912,345 S", "Page 2"], RunningHead(is_text_page=True, number="D0912345")),
        ([], RunningHead()),
    ],
)
def test_running_heads(head: Sequence[str], expected: RunningHead) -> None:
    pieces = printed([Text(100 + 100 * place, 50, text) for place, text in enumerate(head)])
    assert running_head([*pieces, *printed([Text(100, 400, "Sheet 9 of 9 US D111,111 S")])]) == expected


@pytest.mark.parametrize("text", ["Dec. 31, 0000", "Feb. 30, 2021", "Abc. 1, 2021", "1/0000", "13/2021", ""])
def test_dates_that_are_none(text: str) -> None:
    assert printed_date(text) is None
    assert printed_month(text) is None
