"""Numbers as people type them, wherever the gateway is asked for a patent; and names that nobody has."""

from __future__ import annotations

import pytest

from sevenviews.client import QueryImage
from sevenviews.designs import Party, PatentFilter, Reason
from tests.fakes.embedding import vector_image
from tests.unit.gateway.harness import RunningGateway, design, failure, ids, publish

QUERY = vector_image(1)
TYPED = ("US D871,717 S", "D871717", "USD871717S1", "D0871717", "USD0871717")


@pytest.fixture
def filled(gateway: RunningGateway) -> RunningGateway:
    publish(
        gateway.services,
        design("USD0871717", QUERY, assignees=(Party("Nikon Corp."),)),
        design("USD0871718", vector_image(2)),
        design("D871718", vector_image(3)),
        design("chair-1", vector_image(4)),
    )
    return gateway


async def test_a_patent_is_read_by_its_number(filled: RunningGateway) -> None:
    for typed in TYPED:
        found = await filled.client.read_patent(typed)
        assert found.patent.patent_id == "USD0871717"
        assert found.etag == (await filled.client.read_patent("USD0871717")).etag
    assert (await filled.client.get_patent("D871718")).patent_id == "D871718", "what is there comes first"
    assert (await filled.client.get_patent("D0871718")).patent_id == "USD0871718"
    assert (await filled.client.get_patent(" chair-1 ")).patent_id == "chair-1"


async def test_what_is_near_to_an_unknown_number_is_told(filled: RunningGateway) -> None:
    error = await failure(filled.client.get_patent("US D871,771 S"), Reason.PATENT_NOT_FOUND)
    assert error.metadata == {"patent_id": "US D871,771 S", "near": "USD0871717"}
    assert error.message == "there is no patent US D871,771 S; did you mean USD0871717?"
    query = QueryImage(patent_id="D871771")
    error = await failure(filled.client.search([query]), Reason.PATENT_NOT_FOUND)
    assert error.metadata == {"patent_id": "D871771", "field": "queries[0].patent_id", "near": "USD0871717"}
    error = await failure(filled.client.get_patent("nothing like it"), Reason.PATENT_NOT_FOUND)
    assert error.metadata == {"patent_id": "nothing like it"}


async def test_a_patent_asks_by_its_number(filled: RunningGateway) -> None:
    for typed in TYPED:
        page = await filled.client.search([QueryImage(patent_id=typed)], limit=1)
        assert page.hits[0].matches[0].query_drawing_id == "USD0871717-D00001-01"


@pytest.mark.parametrize("typed", TYPED)
async def test_a_patent_is_left_out_by_its_number(filled: RunningGateway, typed: str) -> None:
    wanted = PatentFilter(any_of=(PatentFilter(exclude_patent_ids=(typed, "D871718", "D999")),))
    kept = ["USD0871718", "chair-1"]
    first = await filled.client.search([QUERY], patent_filter=wanted, limit=1)
    second = await filled.client.search(
        [QUERY], patent_filter=wanted, limit=9, page_token=first.next_page_token
    )
    assert sorted(ids([*first.hits, *second.hits])) == kept
    listed = await filled.client.list_patents(wanted, page_size=1)
    rest = await filled.client.list_patents(wanted, page_size=1, page_token=listed.next_page_token)
    assert [one.patent_id for one in (*listed.patents, *rest.patents)] == kept


async def test_ids_of_ours_cost_no_look(filled: RunningGateway) -> None:
    filled.services.forget_calls()
    wanted = PatentFilter(exclude_patent_ids=("USD0871717", "chair-1"))
    await filled.client.list_patents(wanted)
    assert filled.services.methods() == ["ListPatents"]


async def test_patents_are_deleted_by_their_numbers(filled: RunningGateway) -> None:
    etag = (await filled.client.read_patent("D0871718")).etag
    stale = {"US D871,717 S": (await filled.client.read_patent("chair-1")).etag}
    await failure(filled.client.delete(["US D871,717 S"], stale), Reason.ETAG_MISMATCH)
    done = await filled.client.delete(["US D871,717 S", "D0871718", "D999", "../x"], {"D0871718": etag})
    assert done.deleted == ("USD0871717", "USD0871718")
    assert done.missing == ("D999", "../x")
    left = (await filled.client.list_patents()).patents
    assert [one.patent_id for one in left] == ["D871718", "chair-1"]
    assert await filled.client.delete_patents(["D871718", "D871718"]) == 1


async def test_names_that_nobody_has_are_told(filled: RunningGateway) -> None:
    wanted = PatentFilter(holders=("NIKON CO., LTD.", "Nikkon", "Kodak"))
    page = await filled.client.search([QUERY], patent_filter=wanted)
    assert ids(page.hits) == ["USD0871717"]
    told = {one.field: (one.name, one.near) for one in page.unknown_names}
    assert told == {
        "filter.holders[1]": ("Nikkon", ("Nikon Corp.",)),
        "filter.holders[2]": ("Kodak", ()),
    }
    listed = await filled.client.list_patents(wanted)
    assert (listed.total_size, listed.unknown_names) == (1, page.unknown_names)
    assert (await filled.client.search([QUERY])).unknown_names == ()
