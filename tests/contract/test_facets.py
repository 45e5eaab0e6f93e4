"""One suite over the fake, SQLite and PostgreSQL: counts of patents by what they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sevenviews.designs import (
    DateRange,
    Facet,
    FacetCounts,
    LocarnoClass,
    Party,
    Patent,
    PatentFilter,
    Reason,
    SevenviewsError,
    without_own_conditions,
)
from sevenviews.designs.terms import holder_terms
from sevenviews.metadata.patent_table import PatentTable
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.stores import open_objects
from tests.filters import filters, patents
from tests.unit.metadata.samples import patent, publish_one, put


@pytest.fixture
def catalogue(table: PatentTable, tmp_path: Path) -> Iterator[PatentCatalogue]:
    made = PatentCatalogue(table, open_objects(f"file://{tmp_path}", 5), orphan_seconds=0)
    yield made
    made.delete([f"USD{number:07d}" for number in range(100)])


def counts(
    catalogue: PatentCatalogue, facet: Facet, patent_filter: PatentFilter | None = None, value_count: int = 0
) -> FacetCounts:
    (one,) = catalogue.facets(patent_filter or PatentFilter(), [facet], value_count)
    return one


def told(found: FacetCounts) -> list[tuple[object, int]]:
    return [(one.value, one.count) for one in found.values]


@pytest.fixture
def furniture(catalogue: PatentCatalogue) -> PatentCatalogue:
    """Three chairs and a lamp, of two offices, three holders and two years; and a patent that is not published."""
    chair, seat, lamp = LocarnoClass(6, 1), LocarnoClass(6, 2), LocarnoClass(26, 5)
    acme, other = Party("ACME  Inc"), Party("Öther Gmbh")
    years = [date(2020, 5, 1), date(2021, 1, 1), date(2021, 12, 31), None]
    for number, fields in enumerate[dict[str, Any]](
        (
            {"office": "US", "locarno": (chair, seat), "assignees": (acme,)},
            {"office": "US", "locarno": (chair,), "assignees": (Party("Acme Inc"), other)},
            {"office": "EM", "locarno": (chair,), "inventors": (Party("Ada Eames"),)},
            {"office": "US", "locarno": (lamp,), "assignees": (acme,)},
        )
    ):
        put(catalogue, number, drawings=1, publication_date=years[number], **fields)
    put(catalogue, 4, publish=False, drawings=1, office="JP", locarno=(lamp,), assignees=(acme,))
    return catalogue


def test_patents_are_counted_by_each_facet(furniture: PatentCatalogue) -> None:
    assert told(counts(furniture, Facet.LOCARNO_CLASS)) == [(LocarnoClass(6), 3), (LocarnoClass(26), 1)]
    assert told(counts(furniture, Facet.LOCARNO_SUBCLASS)) == [
        (LocarnoClass(6, 1), 3),
        (LocarnoClass(6, 2), 1),
        (LocarnoClass(26, 5), 1),
    ]
    assert told(counts(furniture, Facet.OFFICE)) == [("US", 3), ("EM", 1)]
    # By the name as it is printed, however it is compared.
    assert told(counts(furniture, Facet.HOLDER)) == [("ACME  Inc", 3), ("Ada Eames", 1), ("Öther Gmbh", 1)]
    assert told(counts(furniture, Facet.PUBLICATION_YEAR)) == [(2021, 2), (2020, 1)]


def test_a_facet_leaves_out_its_own_condition_and_keeps_the_others(furniture: PatentCatalogue) -> None:
    lamps = PatentFilter(locarno_any=(LocarnoClass(26),))
    assert told(counts(furniture, Facet.LOCARNO_CLASS, lamps)) == [
        (LocarnoClass(6), 3),
        (LocarnoClass(26), 1),
    ]
    assert told(counts(furniture, Facet.OFFICE, lamps)) == [("US", 1)]
    american = replace(lamps, offices=("US",), publication_date=DateRange(start=date(2021, 1, 1)))
    assert told(counts(furniture, Facet.LOCARNO_CLASS, american)) == [(LocarnoClass(6), 1)]
    # Within the filter it is kept: there it may say anything.
    nested = PatentFilter(any_of=(PatentFilter(locarno_any=(LocarnoClass(6, 2),)),))
    assert told(counts(furniture, Facet.LOCARNO_SUBCLASS, nested)) == [
        (LocarnoClass(6, 1), 1),
        (LocarnoClass(6, 2), 1),
    ]


def test_the_number_of_values_is_bounded(furniture: PatentCatalogue) -> None:
    two = counts(furniture, Facet.HOLDER, value_count=2)
    assert (len(two.values), two.more) == (2, True)
    three = counts(furniture, Facet.HOLDER, value_count=3)
    assert (len(three.values), three.more) == (3, False)
    with pytest.raises(SevenviewsError) as caught:
        counts(furniture, Facet.HOLDER, value_count=-1)
    assert caught.value.reason is Reason.FIELD_OUT_OF_RANGE
    assert caught.value.metadata["field"] == "value_count"


@pytest.fixture(scope="module")
def filtered(table: PatentTable, tmp_path_factory: pytest.TempPathFactory) -> list[Patent]:
    folder = tmp_path_factory.mktemp("drawings")
    catalogue = PatentCatalogue(table, open_objects(f"file://{folder}", 5), orphan_seconds=0)
    made = []
    for n, one in enumerate(patents()):
        drawn, contents = patent(100 + n, 1)
        whole = replace(one, patent_id=drawn.patent_id, drawings=drawn.drawings)
        stored = catalogue.put(whole, contents, replace_existing=False)
        publish_one(catalogue, whole.patent_id, stored.generation)
        made.append(whole)
    return made


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(patent_filter=filters(), facet=st.sampled_from(Facet))
def test_counts_are_those_of_the_domain(
    table: PatentTable, filtered: list[Patent], patent_filter: PatentFilter, facet: Facet
) -> None:
    wanted = without_own_conditions(patent_filter, facet)
    matching = [one for one in filtered if wanted.matches(one)]
    expected = Counter(key for one in matching for key in set(_keys(one, facet)))
    found = table.facet(wanted, facet, 1000)
    told = {
        tuple(holder_terms([str(one.value)])) if facet is Facet.HOLDER else one.value: one.count
        for one in found
    }
    assert told == expected
    if facet is not Facet.PUBLICATION_YEAR:
        assert [one.count for one in found] == sorted(expected.values(), reverse=True)


def _keys(patent: Patent, facet: Facet) -> Iterator[object]:
    match facet:
        case Facet.LOCARNO_CLASS:
            yield from (one.whole_class for one in patent.locarno)
        case Facet.LOCARNO_SUBCLASS:
            yield from (one for one in patent.locarno if one.subclass_number)
        case Facet.OFFICE:
            yield from [patent.office] if patent.office else []
        case Facet.HOLDER:
            yield from ((term,) for term in holder_terms(patent.holders))
        case Facet.PUBLICATION_YEAR:
            yield from [patent.publication_date.year] if patent.publication_date else []
