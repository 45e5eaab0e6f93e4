"""Filters from the client to both stores, through all services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sevenviews.client import ImportItem
from sevenviews.client.check import SQUARE
from sevenviews.designs import Drawing, PatentFilter, Reason, SevenviewsError, drawing_id
from tests.commands import json_of
from tests.fakes.house import House, running_house
from tests.filters import ONE_OF_EACH, patents

PATENTS = [replace(one, drawings=(Drawing(drawing_id(one.patent_id, 1, 1), 1),)) for one in patents()[:24]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house")) as house, house.client() as client:
        items = [ImportItem(one, {one.drawings[0].drawing_id: SQUARE}) for one in PATENTS]
        assert not [result.error for result in client.import_patents(items) if result.error]
        yield house


def matching(patent_filter: PatentFilter) -> set[str]:
    return {one.patent_id for one in PATENTS if patent_filter.matches(one)}


@pytest.mark.parametrize("condition", ONE_OF_EACH, ids=lambda one: next(iter(one)))
def test_searches_and_listings_apply_the_same_filter(house: House, condition: dict[str, Any]) -> None:
    wanted = PatentFilter(**condition)
    with house.client() as client:
        hits = client.search([SQUARE], limit=100, patent_filter=wanted).hits
        listed = client.list_patents(wanted, page_size=100).patents
    assert 0 < len(matching(wanted)) < len(PATENTS)
    assert {one.patent_id for one in hits} == {one.patent_id for one in listed} == matching(wanted)


def test_pages_keep_a_filter_within_a_filter(house: House) -> None:
    wanted = PatentFilter(any_of=(PatentFilter(offices=("US",)), PatentFilter(uspc=("D14",))))
    found, token = [], ""
    with house.client() as client:
        while True:
            page = client.search([SQUARE], limit=5, patent_filter=wanted, page_token=token)
            found += [one.patent_id for one in page.hits]
            token = page.next_page_token
            if not token:
                break
    assert sorted(found) == sorted(matching(wanted))


def test_what_stands_too_deep_is_refused_by_name(house: House) -> None:
    deep = PatentFilter(kinds=("S1",))
    for _ in range(4):
        deep = PatentFilter(none_of=(deep,))
    with house.client() as client, pytest.raises(SevenviewsError) as caught:
        client.search([SQUARE], patent_filter=deep)
    assert caught.value.reason is Reason.FIELD_OUT_OF_RANGE
    assert caught.value.metadata["field"] == "filter.none_of[0].none_of[0].none_of[0].none_of[0]"


OPTIONS: dict[str, tuple[tuple[str, ...], PatentFilter]] = {
    "exclude": (
        ("--exclude", "USD0000001", "--exclude", "USD0000002"),
        PatentFilter(exclude_patent_ids=("USD0000001", "USD0000002")),
    ),
    "classes and kinds": (("--uspc", "d14", "--kind", "s1"), PatentFilter(uspc=("D14",), kinds=("S1",))),
    "inventor": (("--inventor", "PLAIN"), PatentFilter(inventors=("plain",))),
    "prior art": (("--prior-to", "2021-06-01"), PatentFilter(prior_to=date(2021, 6, 1))),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_the_command_asks_for_it(house: House, tmp_path: Path, name: str) -> None:
    options, wanted = OPTIONS[name]
    (tmp_path / "query.png").write_bytes(SQUARE)
    found = json_of(
        "search", tmp_path / "query.png", "--whole", "--server", house.gateway, "--limit", "100", *options
    )
    assert 0 < len(found["hits"]) < len(PATENTS)
    assert {one["patent_id"] for one in found["hits"]} == matching(wanted)
