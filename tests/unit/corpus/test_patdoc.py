"""The grants of 2001 to 2004."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sevenviews.corpus import NotADesign, UnreadableEntryError, iter_entries
from sevenviews.corpus.uspto.grant import parse_grant
from sevenviews.corpus.uspto.sgml import parse_sgml
from sevenviews.designs import Citation, LocarnoClass, Party, Priority, RelatedDocument, View
from tests.unit.corpus.archives import write_zip
from tests.unit.corpus.patdocs import patdoc
from tests.unit.corpus.sheets import as_bytes, labelled_sheet


@pytest.mark.parametrize("sgml", [False, True])
def test_reads_the_bibliography(sgml: bool) -> None:
    grant = parse_grant("x", patdoc(sgml=sgml))
    patent = grant.patent
    assert (patent.patent_id, patent.kind, patent.title) == ("USD0465321", "S1", "Café table")
    assert (patent.locarno, patent.locarno_edition) == ((LocarnoClass(6, 3),), "7")
    assert patent.uspc == ("D6/480", "D1/128")
    assert (patent.application_number, patent.term_years) == ("29147111", 14)
    assert (patent.filing_date, patent.publication_date) == (date(2001, 8, 24), date(2002, 11, 12))
    assert patent.inventors == (Party("Jane Doe", "Salem", "US"),)
    assert patent.citations == (
        Citation("US D271298", "Doe", date(1983, 11, 1), "cited by examiner"),
        Citation("A catalogue.", category="cited by other"),
    )
    assert patent.priorities == (Priority("JP", "2001-5123", date(2001, 2, 26)),)
    assert patent.related_documents == (RelatedDocument("continuation", "US 29100000", date(1999, 3, 1)),)
    assert patent.claim == "The design for a table."
    assert patent.broken_line_statement == "The broken lines show a lamp."
    assert patent.colour_statement == "It is green in colour."
    assert dict(grant.figures.views) == {"1": View.FRONT}
    assert (grant.sheets, grant.figures.declared) == (("USD0465321-20021112-D00001.TIF",), 1)
    assert grant.problems == ()


def test_names_of_images_are_let_through_and_other_entities_refused() -> None:
    for sgml in (False, True):
        bomb = patdoc(sgml=sgml, entities='<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">', title="&b;")
        try:
            title = parse_grant("x", bomb).patent.title
        except UnreadableEntryError:
            continue
        assert "aaaa" not in title


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.98])
def test_half_a_document_is_refused(keep: float) -> None:
    for whole in (patdoc(), patdoc(sgml=True)):
        with pytest.raises(UnreadableEntryError):
            parse_grant("x", whole[: int(len(whole) * keep)])


def test_other_kinds_are_no_designs() -> None:
    with pytest.raises(NotADesign):
        parse_grant("x", patdoc(kind="B1"))


@pytest.mark.parametrize("suffix", ["XML", "SGM"])
def test_a_patents_zip_of_those_years(tmp_path: Path, suffix: str) -> None:
    name = "USD0465321-20021112"
    sheet = as_bytes(labelled_sheet(["1"]), "TIFF")
    files = {f"{name}.{suffix}": patdoc(sgml=suffix == "SGM"), f"{name}-D00001.TIF": sheet}
    (entry,) = iter_entries(write_zip(tmp_path / f"{name}.ZIP", files))
    read = entry.read()
    assert [drawing.view for drawing in read.patent.drawings] == [View.FRONT]
    assert read.problems == ()


def test_elements_that_never_end_are_empty() -> None:
    root = parse_sgml(b'<a x=1 y="&amp;">one<b><c>two</c>three<b>four<d/></a>')
    assert [child.tag for child in root] == ["b", "c", "b", "d"]
    assert "".join(root.itertext()) == "onetwothreefour"
    assert root.attrib == {"x": "1", "y": "&"}
    assert all(child.text is None for child in root if child.tag == "b")


def test_a_real_grant_of_2001(shared_data: Path) -> None:
    folder = shared_data / "cases" / "grant-v24-2001-USD0435854"
    if not folder.is_dir():
        pytest.skip("../shared/data/cases/grant-v24-2001-USD0435854 is not here")
    (entry,) = iter_entries(folder)
    patent = entry.read().patent
    assert (patent.patent_id, patent.title) == ("USD0435854", "Disc cartridge")
    assert [len(one.figure_numbers) for one in patent.embodiments] == [7, 7]
