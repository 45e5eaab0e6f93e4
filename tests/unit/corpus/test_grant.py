"""The grant's XML."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sevenviews.corpus import NotADesign, ProblemReason, UnreadableEntryError, iter_entries
from sevenviews.corpus.uspto.grant import parse_grant
from sevenviews.corpus.uspto.uspc import format_uspc
from sevenviews.designs import (
    Citation,
    HagueRegistration,
    LocarnoClass,
    Party,
    Priority,
    RelatedDocument,
    View,
)
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


def test_the_claim_to_an_earlier_application_and_the_family() -> None:
    bibliography = """
<priority-claims><priority-claim sequence="01" kind="regional"><country>EM</country>
<doc-number>006478277-0001</doc-number><date>20190517</date></priority-claim></priority-claims>
<us-related-documents>
<division><relation><parent-doc><document-id><country>US</country><doc-number>29647169</doc-number>
<date>20180510</date></document-id><parent-grant-document><document-id><country>US</country>
<doc-number>D866858</doc-number></document-id></parent-grant-document></parent-doc>
<child-doc><document-id><country>US</country><doc-number>29707368</doc-number></document-id></child-doc>
</relation></division>
<us-provisional-application><document-id><country>US</country><doc-number>61000001</doc-number>
<date>20180101</date></document-id></us-provisional-application></us-related-documents>
<hague-agreement-data><international-filing-date><date>20190730</date></international-filing-date>
<international-registration-publication-date><date>20200131</date></international-registration-publication-date>
<international-registration-number>DM/204457</international-registration-number>
<international-registration-date><date>20190731</date></international-registration-date></hague-agreement-data>
<figures><number-of-drawing-sheets>2</number-of-drawing-sheets><number-of-figures>7</number-of-figures></figures>"""
    grant = parse_grant("x", grant_xml(bibliography=bibliography))
    assert grant.patent.priorities == (Priority("EM", "006478277-0001", date(2019, 5, 17)),)
    assert grant.patent.related_documents == (
        RelatedDocument("division", "US 29647169", date(2018, 5, 10)),
        RelatedDocument("division", "US D866858"),
        RelatedDocument("provisional application", "US 61000001", date(2018, 1, 1)),
    )
    assert grant.patent.hague == HagueRegistration(
        "DM/204457", date(2019, 7, 30), date(2019, 7, 31), date(2020, 1, 31)
    )
    assert grant.figures.declared == 7


def test_before_2012_the_applicants_are_the_inventors() -> None:
    bibliography = """<parties><applicants><applicant sequence="001" app-type="applicant-inventor"><addressbook>
<last-name>Doe</last-name><first-name>Jane</first-name></addressbook></applicant></applicants></parties>"""
    patent = parse_grant("x", grant_xml(bibliography=bibliography)).patent
    assert patent.inventors == patent.applicants == (Party("Jane Doe"),)


def test_a_reissue_of_a_design_is_a_design() -> None:
    series = "<us-application-series-code>29</us-application-series-code>"
    patent = parse_grant("x", grant_xml("RE49257", kind="E1", bibliography=series)).patent
    assert (patent.patent_id, patent.kind) == ("USRE049257", "E1")


@pytest.mark.parametrize("title", ["Withdrawn", "This patent has been withdrawn."])
def test_a_withdrawn_patent_is_none(title: str) -> None:
    with pytest.raises(NotADesign, match="withdrawn"):
        parse_grant("x", grant_xml(title=title))


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
        (" D1128", "D1/128"),
        ("D1128", "D1/128"),
        ("D6334", "D6/334"),
        (" 99380", "99/380"),
        (" 77  5", "77/5"),
        ("D28 93 X", "D28/93 X"),
        ("123 46 R", "123/46 R"),
        (" 89 3713", "89/37.13"),
        ("D14432-  3", "D14/432-3"),
        ("D14/486", "D14/486"),
        ("PLT263", "PLT/263"),
        ("none", "none"),
        ("", ""),
        ("704275", "704/275"),
        ("D77 1", "D77/1"),
        ("2 1 R", "2/1 R"),
        ("D99 28", "D99/28"),
        ("D06334", "D6/334"),
        ("D25 48.1", "D25/48.1"),
        ("D 1FOR100", "D1/FOR100"),
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
