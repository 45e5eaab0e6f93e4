"""The grant's XML."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sevenviews.corpus import NotADesign, ProblemReason, UnreadableEntryError, iter_entries
from sevenviews.corpus.uspto.grant import format_uspc, parse_grant
from sevenviews.designs import Citation, LocarnoClass, Party, View
from tests.unit.corpus.grants import grant_xml

_BIBLIOGRAPHY = """
<application-reference appl-type="design"><document-id><country>US</country><doc-number>29730114</doc-number>
<date>20200401</date></document-id></application-reference>
<us-term-of-grant><length-of-grant>15</length-of-grant></us-term-of-grant>
<classification-locarno><edition>13</edition><main-classification>1404</main-classification>
<further-classification>0601</further-classification></classification-locarno>
<classification-national><country>US</country><main-classification>D14486</main-classification>
<further-classification>D 76001</further-classification></classification-national>
<us-references-cited><us-citation><patcit num="00001"><document-id><country>US</country>
<doc-number>D476016</doc-number><kind>S</kind><name>Platz</name><date>20030600</date></document-id></patcit>
<category>cited by examiner</category>
<classification-national><main-classification>D14489</main-classification></classification-national>
</us-citation>
<us-citation><nplcit><othercit>A &#x201c;catalogue&#x201d;.</othercit></nplcit></us-citation>
</us-references-cited>
<us-parties><us-applicants><us-applicant><addressbook><orgname>Soci&#xe9;t&#xe9; A</orgname>
<address><city>Paris</city><country>FR</country></address></addressbook></us-applicant></us-applicants>
<inventors><inventor><addressbook><last-name>Dye</last-name><first-name>Alan C.</first-name>
<address><city>Cupertino</city><country>US</country></address></addressbook></inventor></inventors></us-parties>
<assignees><assignee><addressbook><orgname>B Inc.</orgname></addressbook></assignee></assignees>
"""


def test_reads_the_bibliography() -> None:
    grant = parse_grant("x", grant_xml(bibliography=_BIBLIOGRAPHY, title="Chair <b>with</b> arms"))
    patent = grant.patent
    assert patent.patent_id == "USD0909824"
    assert (patent.office, patent.kind, patent.title) == ("US", "S1", "Chair with arms")
    assert patent.claim == "The ornamental design for a chair, as shown."
    assert patent.locarno == (LocarnoClass(14, 4), LocarnoClass(6, 1))
    assert patent.locarno_edition == "13"
    assert patent.uspc == ("D14/486", "D7/600.1")
    assert patent.application_number == "29730114"
    assert (patent.filing_date, patent.publication_date) == (date(2020, 4, 1), date(2021, 2, 9))
    assert patent.term_years == 15
    assert patent.applicants == (Party("Société A", "Paris", "FR"),)
    assert patent.inventors == (Party("Alan C. Dye", "Cupertino", "US"),)
    assert patent.holders == ("B Inc.",)
    assert patent.citations == (
        Citation("US D476016 S", "Platz", date(2003, 6, 1), "cited by examiner"),
        Citation("A “catalogue”."),
    )
    assert dict(grant.figures.views) == {"1": View.PERSPECTIVE, "2": View.FRONT}
    assert grant.problems == ()


def test_short_numbers_are_padded_as_file_names_are() -> None:
    assert parse_grant("x", grant_xml("D534333")).patent.patent_id == "USD0534333"


def test_malformed_fields_are_left_out_and_reported() -> None:
    bibliography = _BIBLIOGRAPHY.replace(">1404<", ">9999<").replace(">20200401<", ">someday<")
    grant = parse_grant("x", grant_xml(bibliography=bibliography))
    assert grant.patent.locarno == (LocarnoClass(6, 1),)
    assert grant.patent.filing_date is None
    assert [problem.reason for problem in grant.problems] == [ProblemReason.FIELD_MALFORMED] * 2
    assert all(part in str(grant.problems) for part in ("9999", "someday"))


@pytest.mark.parametrize("kind", ["B1", "B2", "P2", "E1", ""])
def test_other_patents_are_no_designs(kind: str) -> None:
    with pytest.raises(NotADesign, match="not a design"):
        parse_grant("x", grant_xml(kind=kind))


_BOMB = '<!DOCTYPE us-patent-grant [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
_THIEF = '<!DOCTYPE us-patent-grant [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<us-patent-grant>",
        b"\x00\x01\x02",
        b"<html/>",
        grant_xml()[:-30],
        grant_xml(doctype=_BOMB, title="&b;"),
        grant_xml(doctype=_THIEF, title="&secret;"),
        grant_xml(title="&undeclared;"),
        grant_xml(number=""),
        grant_xml(number="../../etc"),
        b'<?xml version="1.0" encoding="no-such-code"?><us-patent-grant/>',
    ],
)
def test_malformed_xml_is_refused(xml: bytes) -> None:
    with pytest.raises((UnreadableEntryError, NotADesign)) as caught:
        parse_grant("the source", xml)
    assert isinstance(caught.value, UnreadableEntryError)
    assert caught.value.problem.reason is ProblemReason.XML_MALFORMED
    assert caught.value.problem.source == "the source"


@pytest.mark.parametrize(
    ("columns", "written"),
    [
        ("D14486", "D14/486"),
        ("D 5 46", "D5/46"),
        ("D10 461", "D10/46.1"),
        ("D 75532", "D7/553.2"),
        ("D14485-495", "D14/485-495"),
        (" 30 50", "30/50"),
        ("704275", "704/275"),
    ],
)
def test_national_classes_are_written_as_people_do(columns: str, written: str) -> None:
    assert format_uspc(columns) == written


def test_reads_a_real_grant(shared_data: Path) -> None:
    source = shared_data / "uspto" / "I20210209.tar"
    if not source.is_file():
        pytest.skip("../shared/data/uspto/I20210209.tar is not here")
    patent = next(iter(iter_entries(source))).read().patent
    assert patent.patent_id == "USD0910058"
    assert patent.title == "Electronic device with animated graphical user interface"
    assert patent.locarno == (LocarnoClass(14, 4),)
    assert patent.uspc == ("D14/486", "D14/492")
    assert patent.holders == ("Apple Inc.",)
    assert [party.name for party in patent.inventors] == ["Alan C. Dye", "David C. Graham", "Wan Si Wan"]
    assert (patent.filing_date, patent.publication_date) == (date(2020, 4, 1), date(2021, 2, 9))
    assert len(patent.citations) == 22
    assert len(patent.drawings) == len(patent.figure_descriptions) == 9
