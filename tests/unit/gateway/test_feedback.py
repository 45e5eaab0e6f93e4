"""Relevance feedback through the gateway: what is marked, how it moves a search, and that its pages stay."""

from __future__ import annotations

import pytest

from sevenviews.client import QueryImage
from sevenviews.designs import Reason, View
from tests.fakes.embedding import vector_image
from tests.unit.gateway.harness import RunningGateway, design, failure, ids, publish

QUERY = QueryImage(vector_image(1, 0, 0), View.FRONT)


@pytest.fixture
def filled(gateway: RunningGateway) -> RunningGateway:
    """Around the query, as near on the one side as on the other."""
    publish(
        gateway.services,
        *(
            design(f"USD000000{n}", vector_image(1, side * n / 5, 0), views=[View.FRONT])
            for n, side in ((1, 1), (2, -1), (3, 1), (4, -1), (5, 1), (6, -1))
        ),
        design("USD0000007", vector_image(0, 0, 1), views=[View.TOP]),
    )
    return gateway


NEAREST = ["USD0000001", "USD0000002", "USD0000003", "USD0000004", "USD0000005", "USD0000006"]


async def test_marks_turn_a_search(filled: RunningGateway) -> None:
    search = filled.client.search
    assert ids((await search([QUERY])).hits)[:6] == NEAREST
    more = await search([QUERY], relevant_patents=["D5"])
    assert ids(more.hits)[:3] == ["USD0000001", "USD0000003", "USD0000005"]
    less = await search([QUERY], irrelevant_patents=["US D0000001 S", "D3", "D5"])
    assert ids(less.hits)[:3] == ["USD0000002", "USD0000001", "USD0000004"]
    turned_back = await search([QUERY], relevant_patents=["USD0000005"], irrelevant_patents=["USD0000001"])
    assert turned_back.hits[0].score != more.hits[0].score


async def test_pages_stay_though_what_was_marked_is_replaced(filled: RunningGateway) -> None:
    marked = {"relevant_patents": ["D5", "D3"], "irrelevant_patents": ["D2"]}
    whole = ids((await filled.client.search([QUERY], **marked)).hits)  # type: ignore[arg-type]
    page = await filled.client.search([QUERY], limit=2, **marked)  # type: ignore[arg-type]
    found = ids(page.hits)
    publish(filled.services, design("USD0000005", vector_image(0, -1, 1), views=[View.FRONT]), generation=2)
    while page.next_page_token:
        page = await filled.client.search([], limit=2, page_token=page.next_page_token)
        found += ids(page.hits)
    assert [one for one in found if one != "USD0000005"] == [one for one in whole if one != "USD0000005"]


async def test_a_page_is_of_the_search_that_was_marked(filled: RunningGateway) -> None:
    page = await filled.client.search([QUERY], limit=2, relevant_patents=["D5"], collapse_families=True)
    again = filled.client.search(
        [QUERY], limit=2, page_token=page.next_page_token, relevant_patents=["D5"], collapse_families=True
    )
    assert len((await again).hits) == 2
    for other in ({"relevant_patents": ["D5"]}, {"relevant_patents": ["D4"], "collapse_families": True}):
        call = filled.client.search([QUERY], page_token=page.next_page_token, **other)
        await failure(call, Reason.PAGE_TOKEN_INVALID)


async def test_marks_that_say_nothing_are_refused(filled: RunningGateway) -> None:
    search = filled.client.search
    error = await failure(search([QUERY], relevant_patents=["D1", "D9"]), Reason.PATENT_NOT_FOUND)
    assert (error.metadata["patent_id"], error.metadata["field"]) == ("D9", "relevant_patents[1]")
    both = search([QUERY], relevant_patents=["D1"], irrelevant_patents=["D2", "USD0000001"])
    error = await failure(both, Reason.FIELD_MALFORMED)
    assert error.metadata == {"field": "irrelevant_patents[1]", "value": "USD0000001"}
    await failure(search([QUERY], relevant_patents=["D1"] * 65), Reason.FIELD_OUT_OF_RANGE)
    twice = await search([QUERY], relevant_patents=["D5", "USD0000005"])
    assert twice.hits == (await search([QUERY], relevant_patents=["D5"])).hits


async def test_several_patents_ask_with_their_share(gateway: RunningGateway) -> None:
    """32 drawings in all: none is left unheard, however many the others have."""
    publish(
        gateway.services,
        *(design(f"USD000000{n}", *(vector_image(1, n, at) for at in range(20))) for n in range(1, 4)),
        design("USD0000009", vector_image(1, 1, 1)),
    )
    asked = [QueryImage(patent_id=f"D{n}") for n in range(1, 4)]
    page = await gateway.client.search([vector_image(1), *asked])
    told = [one.query_index for one in page.hits[0].matches]
    assert [told.count(index) for index in range(4)] == [1, 11, 10, 10]


async def test_what_is_not_wanted_weighs_the_same_however_many_drawings_it_has(
    gateway: RunningGateway,
) -> None:
    drawings = [vector_image(1, 1, 0)] * 6
    publish(
        gateway.services,
        design("USD0000001", drawings[0]),
        design("USD0000006", *drawings),
        design("USD0000009", vector_image(1, 0.5, 0)),
    )
    found = [
        (await gateway.client.search([vector_image(1), QueryImage(patent_id=unwanted, weight=-0.5)])).hits
        for unwanted in ("D1", "D6")
    ]
    scores = [{hit.patent_id: hit.score for hit in hits}["USD0000009"] for hits in found]
    assert scores[0] == pytest.approx(scores[1])


async def test_the_views_that_a_patent_lacks_are_named(gateway: RunningGateway) -> None:
    publish(
        gateway.services,
        design("USD0000001", vector_image(1, 0, 0), vector_image(0, 1, 0), views=[View.FRONT, View.TOP]),
        design("USD0000002", vector_image(1, 0.1, 0), views=[View.FRONT]),
    )
    (hit,) = (await gateway.client.search([QueryImage(patent_id="D1")])).hits
    assert [(one.query_view, one.view) for one in hit.matches] == [
        (View.FRONT, View.FRONT),
        (View.TOP, View.UNKNOWN),
    ]
    assert hit.missing_views == (View.TOP,)
