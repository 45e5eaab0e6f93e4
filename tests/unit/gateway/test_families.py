"""Families: those of patents that ask are left out, and those of hits are collapsed, on pages of any size."""

from __future__ import annotations

import grpc
import pytest

from sevenviews.client import QueryImage, SearchPage
from sevenviews.client.requests import ImageSource
from sevenviews.designs import Priority
from tests.fakes.embedding import vector_image
from tests.unit.gateway.harness import RunningGateway, design, ids, like, publish

QUERY = vector_image(1)
COUNT = 30


def publish_families(gateway: RunningGateway) -> list[list[str]]:
    """Thirty patents, less and less like the query; each with the tenth and the twentieth behind it is of a family,
    but for the last two, which are alone. Best first, the families by their best."""
    families: dict[int, list[str]] = {}
    for number in range(COUNT):
        family = number if number >= COUNT - 2 else number % 10
        name = f"USD{number:07d}"
        families.setdefault(family, []).append(name)
        claims = (Priority("US", f"29/{family + 1:06d}"),)
        publish(gateway.services, design(name, like(0.99 - number / 100), priorities=claims))
    return list(families.values())


async def pages_of(gateway: RunningGateway, limit: int) -> list[SearchPage]:
    return [page async for page in gateway.client.search_pages([QUERY], limit=limit, collapse_families=True)]


@pytest.mark.parametrize("limit", [1, 5, 12, 40])
async def test_a_family_is_one_hit_that_names_the_others(gateway: RunningGateway, limit: int) -> None:
    families = publish_families(gateway)
    pages = await pages_of(gateway, limit)
    hits = [hit for page in pages for hit in page.hits]
    assert [[hit.patent_id, *hit.family_patent_ids] for hit in hits] == families
    assert all(len(page.hits) == limit for page in pages[:-1])
    assert pages[-1].total_size == len(families)
    assert all(page.total_size in {None, len(families)} for page in pages)


async def test_who_does_not_ask_for_it_sees_them_all(gateway: RunningGateway) -> None:
    publish_families(gateway)
    page = await gateway.client.search([QUERY], limit=COUNT)
    assert len(page.hits) == COUNT
    assert not any(hit.family_patent_ids for hit in page.hits)
    assert not page.left_out_patent_ids


async def test_a_patent_that_asks_does_not_find_its_family(gateway: RunningGateway) -> None:
    families = publish_families(gateway)
    asked: list[ImageSource] = [QueryImage(patent_id="USD0000003"), QueryImage(patent_id="D29"), QUERY]
    left_out = [*families[3], "USD0000029"]
    pages = [page async for page in gateway.client.search_pages(asked, limit=7)]
    found = [name for page in pages for name in ids(page.hits)]
    assert sorted(found + left_out) == sorted(name for family in families for name in family)
    assert all(page.left_out_patent_ids == tuple(sorted(left_out)) for page in pages)
    assert pages[-1].total_size == len(found)
    with_them = await gateway.client.search(asked, limit=COUNT, include_query_families=True)
    assert (len(with_them.hits), with_them.left_out_patent_ids) == (COUNT, ())


async def test_without_records_only_families_of_hits_are_not_known(gateway: RunningGateway) -> None:
    families = publish_families(gateway)
    gateway.services.patent_server.fail("FindFamilies", grpc.StatusCode.UNAVAILABLE, times=1000)
    page = await gateway.client.search([QUERY], limit=COUNT, collapse_families=True, allow_degraded=True)
    assert page.degraded
    assert len(page.hits) == len([name for family in families for name in family])
