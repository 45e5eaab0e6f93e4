"""What is written into the XML is what the reader of real grants reads out of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from defusedxml.ElementTree import fromstring

from sevenviews.corpus.entry import NotADesign
from sevenviews.corpus.uspto.grant import parse_grant
from sevenviews.designs import STANDARD_VIEWS, View
from sevenviews.synthetic import design
from sevenviews.synthetic.bibliography import patent_of
from sevenviews.synthetic.figures import FigurePlan, plan_figures
from sevenviews.synthetic.grant_xml import grant_xml, utility_xml

SHEETS = [(2560, 3300), (900, 1200)]


@pytest.mark.parametrize("index", [0, 5, 23, 47, 61])
def test_the_reader_gets_the_patent_back(index: int) -> None:
    item = design(4, index)
    plan = plan_figures(item, held_out=False)
    written = patent_of(item, plan)
    grant = parse_grant("test", grant_xml(written, "USD9900001-20250107", SHEETS, item.unclaimed))
    # The bibliography knows nothing of unclaimed parts; the drawings and the description do.
    lines = grant.patent.broken_line_statement
    assert bool(lines) == bool(item.unclaimed)
    assert all(part in lines for part in item.unclaimed)
    assert grant.patent == replace(written, broken_line_statement=lines)
    assert grant.problems == ()
    assert grant.sheets == ("USD9900001-20250107-D00001.TIF", "USD9900001-20250107-D00002.TIF")
    assert list(grant.figures.views.values()) == list(plan.views)


def test_every_wording_of_a_view_is_understood() -> None:
    everything = FigurePlan(
        (View.PERSPECTIVE, *(view for view in STANDARD_VIEWS if view is not View.PERSPECTIVE))
    )
    for index in range(60):
        patent = patent_of(design(7, index), everything)
        grant = parse_grant("test", grant_xml(patent, "x", SHEETS))
        assert list(grant.figures.views.values()) == list(everything.views)


def test_citations_are_earlier_designs_of_the_corpus() -> None:
    cited = 0
    for index in range(40, 60):
        item = design(4, index)
        patent = patent_of(item, plan_figures(item, held_out=False))
        for citation in patent.citations:
            number = int(citation.document.split()[1].removeprefix("D"))
            assert 9_900_001 <= number <= 9_900_000 + index
            assert citation.date is not None
            assert patent.publication_date is not None
            assert citation.date < patent.publication_date
            cited += 1
    assert cited > 10


def test_the_first_designs_have_none_to_cite() -> None:
    item = design(4, 3)
    assert patent_of(item, plan_figures(item, held_out=False)).citations == ()


def test_dates_and_numbers_have_the_form_of_real_ones() -> None:
    for index in (0, 19, 20, 300):
        item = design(4, index)
        patent = patent_of(item, plan_figures(item, held_out=False))
        assert patent.publication_date is not None
        assert patent.filing_date is not None
        assert patent.publication_date.weekday() == 1
        assert patent.filing_date < patent.publication_date
        assert patent.patent_id == f"USD{9_900_001 + index}"


def test_the_file_says_that_it_is_synthetic() -> None:
    item = design(4, 0)
    xml = grant_xml(patent_of(item, plan_figures(item, held_out=False)), "x", SHEETS).decode()
    assert "Synthetic test data" in xml
    assert "not a patent" in "".join(fromstring(xml).itertext())


def test_a_utility_patent_is_none_for_the_reader_of_designs() -> None:
    with pytest.raises(NotADesign):
        parse_grant("test", utility_xml("99000001", "US99000001-20250107", "20250107"))
