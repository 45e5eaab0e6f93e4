"""One suite over the fake, SQLite and PostgreSQL: listings in an order, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sevenviews.designs import BY_ID, OrderField, Patent, PatentFilter, PatentOrder, Reason, SevenviewsError
from sevenviews.metadata.patent_table import PatentTable
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.stores import open_objects
from tests.unit.metadata.samples import patent, publish_one, put

DAYS = (date(2021, 5, 1), None, date(2019, 1, 1), date(2021, 5, 1), None, date(2021, 5, 1), date(2020, 2, 29))
ORDERS = [PatentOrder(field, descending) for field in OrderField for descending in (False, True)]


@pytest.fixture(scope="module")
def catalogue(table: PatentTable, tmp_path_factory: pytest.TempPathFactory) -> PatentCatalogue:
    folder: Path = tmp_path_factory.mktemp("drawings")
    return PatentCatalogue(table, open_objects(f"file://{folder}", 5), orphan_seconds=0)


@pytest.fixture(scope="module")
def listed(catalogue: PatentCatalogue) -> list[Patent]:
    """Of several on one day, and several of which no day is known."""
    for number, day in enumerate(DAYS):
        filed = DAYS[(number + 3) % len(DAYS)]
        put(catalogue, number, drawings=1, publication_date=day, filing_date=filed, office="US")
    return [one.patent for one in catalogue.list(PatentFilter(), 100, "", include_staged=False).patents]


def pages(catalogue: PatentCatalogue, order: PatentOrder, size: int) -> Iterator[list[str]]:
    token = ""
    while True:
        page = catalogue.list(PatentFilter(offices=("US",)), size, token, include_staged=False, order=order)
        yield [one.patent.patent_id for one in page.patents]
        if not (token := page.next_page_token):
            return


def expected(listed: list[Patent], order: PatentOrder) -> list[str]:
    ranked = sorted((order.day(one) or date.min, one.patent_id) for one in listed)
    return [patent_id for _, patent_id in (reversed(ranked) if order.descending else ranked)]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_pages_of_any_size_are_the_order(
    catalogue: PatentCatalogue, listed: list[Patent], order: PatentOrder
) -> None:
    for size in (1, 2, 3, len(DAYS), 100):
        found = list(pages(catalogue, order, size))
        assert [one for page in found for one in page] == expected(listed, order)
        assert all(len(page) == size for page in found[:-1])


@pytest.mark.parametrize("order", [BY_ID, PatentOrder(OrderField.PUBLICATION_DATE, descending=True)], ids=str)
def test_what_comes_and_goes_between_pages_moves_nothing_else(
    catalogue: PatentCatalogue, listed: list[Patent], order: PatentOrder
) -> None:
    def store(number: int, day: date | None) -> str:
        made, contents = patent(number, 1, publication_date=day, office="US")
        one = replace(made, patent_id=made.patent_id)
        stored = catalogue.put(one, contents, replace_existing=False)
        publish_one(catalogue, one.patent_id, stored.generation)
        return one.patent_id

    walk = pages(catalogue, order, 3)
    seen = next(walk)
    # One behind everything that was shown, one before it, and the last one shown goes.
    first = seen[0]
    gone = seen[-1]
    behind, before = (store(900, None), store(901, date(2030, 1, 1)))
    catalogue.delete([gone])
    for page in walk:
        seen += page
    assert len(seen) == len(set(seen))
    assert set(seen) >= {one.patent_id for one in listed}
    assert behind in seen
    assert (before in seen) == (order == BY_ID)
    assert seen[0] == first
    catalogue.delete([behind, before])
    number = int(gone.removeprefix("USD"))
    put(
        catalogue,
        number,
        drawings=1,
        publication_date=DAYS[number],
        filing_date=DAYS[(number + 3) % 7],
        office="US",
    )


def test_a_token_continues_its_own_order_alone(catalogue: PatentCatalogue, listed: list[Patent]) -> None:
    for order in ORDERS:
        token = catalogue.list(PatentFilter(), 2, "", include_staged=False, order=order).next_page_token
        for other in ORDERS:
            if other == order:
                continue
            with pytest.raises(SevenviewsError) as caught:
                catalogue.list(PatentFilter(), 2, token, include_staged=False, order=other)
            assert caught.value.reason is Reason.PAGE_TOKEN_INVALID
