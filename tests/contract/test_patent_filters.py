"""A filter of the database lets through what the domain says. Over the fake and both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from sevenviews.designs import (
    Patent,
    PatentFilter,
)
from sevenviews.metadata.patent_table import PatentTable
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.stores import open_objects
from sevenviews.runtime.limits import check_limits
from sevenviews.runtime.wire import filter_to_wire
from sevenviews.v1 import search_pb2
from tests.filters import LARGEST, filters, patents
from tests.unit.metadata.samples import patent, publish_one


@pytest.fixture(scope="module")
def filtered(table: PatentTable, tmp_path_factory: pytest.TempPathFactory) -> list[Patent]:
    store = open_objects(f"file://{tmp_path_factory.mktemp('filtered')}", 5)
    catalogue = PatentCatalogue(table, store, 0)
    made = []
    for n, one in enumerate(patents()):
        drawn, contents = patent(n, 1)
        whole = replace(one, drawings=drawn.drawings)
        stored = catalogue.put(whole, contents, replace_existing=False)
        publish_one(catalogue, one.patent_id, stored.generation)
        made.append(whole)
    return made


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(patent_filter=filters())
def test_the_filter_is_that_of_the_domain(
    table: PatentTable, filtered: list[Patent], patent_filter: PatentFilter
) -> None:
    found = table.page(patent_filter, None, 1000, include_staged=False)
    assert [one.patent.patent_id for one in found] == [
        one.patent_id for one in filtered if patent_filter.matches(one)
    ]


@pytest.mark.parametrize("patent_filter", LARGEST.values(), ids=LARGEST)
def test_a_filter_may_be_as_large_as_its_limits(
    table: PatentTable, filtered: list[Patent], patent_filter: PatentFilter
) -> None:
    check_limits(search_pb2.SearchDesignsRequest(filter=filter_to_wire(patent_filter)))
    found = table.page(patent_filter, None, 1000, include_staged=False)
    assert [one.patent.patent_id for one in found] == [
        one.patent_id for one in filtered if patent_filter.matches(one)
    ]
    assert table.estimate(patent_filter, include_staged=False) == len(found)
