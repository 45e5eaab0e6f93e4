"""Pages of a search: complete, without repetition, and steady while the catalogue and the releases change."""

from __future__ import annotations

import random

import pytest

from sevenviews.client import SearchPage
from sevenviews.designs import PatentFilter, Reason, View, ViewMatching
from tests.fakes.embedding import vector_image
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import (
    RELEASE,
    RunningGateway,
    design,
    failure,
    ids,
    index,
    like,
    publish,
    running_gateway,
)

QUERY = vector_image(1)
MOST_PAGES = 30


def graded(count: int) -> list[str]:
    return [f"USD{number:04d}" for number in range(count)]


def publish_graded(gateway: RunningGateway, count: int) -> list[str]:
    """Designs less and less like the query; their ids in that order."""
    names = graded(count)
    publish(
        gateway.services, *(design(name, like(0.99 - position / 300)) for position, name in enumerate(names))
    )
    return names


async def pages_of(gateway: RunningGateway, limit: int, *queries: bytes) -> list[SearchPage]:
    """All of them; a gateway that forgets what it has shown has pages without end."""
    pages: list[SearchPage] = []
    async for page in gateway.client.search_pages(queries or [QUERY], limit=limit):
        pages.append(page)
        assert len(pages) <= MOST_PAGES
    return pages


@pytest.mark.parametrize("limit", [1, 7, 25, 26])
async def test_the_pages_of_one_query_are_the_ranking(gateway: RunningGateway, limit: int) -> None:
    names = publish_graded(gateway, 25)
    pages = await pages_of(gateway, limit)
    assert [name for page in pages for name in ids(page.hits)] == names
    assert [len(page.hits) for page in pages[:-1]] == [limit] * (len(pages) - 1)


async def test_pages_go_on_beyond_the_first_candidates(gateway: RunningGateway) -> None:
    """Several drawings a patent, several queries, 150 patents: the candidates are deepened on the way."""
    generator = random.Random(7)
    publish(
        gateway.services,
        *(design(name, *(generator.randbytes(8) for _ in range(3))) for name in graded(150)),
    )
    pages = await pages_of(gateway, 20, b"one", b"two", b"three")
    found = [name for page in pages for name in ids(page.hits)]
    assert sorted(found) == graded(150)
    assert len(pages) == 8


async def test_the_total_is_told_once_all_are_ranked(gateway: RunningGateway) -> None:
    publish_graded(gateway, 90)
    index(gateway.services, design("USD9998", like(0.995)))  # not published
    assert [page.total_size for page in await pages_of(gateway, 40)] == [None, 90, 90]
    few = await gateway.client.search([QUERY], limit=2, patent_filter=PatentFilter(offices=("EM",)))
    assert (few.hits, few.total_size) == ((), None)


async def test_the_same_page_twice_is_the_same(gateway: RunningGateway) -> None:
    publish_graded(gateway, 10)
    first = await gateway.client.search([QUERY], limit=3)
    second = await gateway.client.search([QUERY], limit=3, page_token=first.next_page_token)
    again = await gateway.client.search([QUERY], limit=3, page_token=first.next_page_token)
    assert second.hits == again.hits
    assert second.next_page_token == again.next_page_token


async def test_imports_and_deletions_between_pages_repeat_and_lose_nothing(gateway: RunningGateway) -> None:
    names = publish_graded(gateway, 9)
    first = await gateway.client.search([QUERY], limit=3)
    publish(gateway.services, design("USD9999", QUERY))  # before everything else
    for gone in (names[0], names[4]):
        gateway.services.vectors.serving().remove(gone)
        gateway.services.patents.published.pop(gone)
    pages = [first]
    while pages[-1].next_page_token:
        pages.append(await gateway.client.search([], limit=3, page_token=pages[-1].next_page_token))
    # The pages are those of the search as it was begun, without what has gone since.
    assert [ids(page.hits) for page in pages] == [names[:3], [names[3], *names[5:7]], names[7:]]


async def test_a_patent_that_is_replaced_between_pages_is_found_as_it_now_is(gateway: RunningGateway) -> None:
    names = publish_graded(gateway, 9)
    first = await gateway.client.search([QUERY], limit=3)
    replaced = [names[1], names[5]]
    for name in replaced:
        gateway.services.vectors.serving().remove(name)
        publish(gateway.services, design(name, like(0.1)), generation=2)
    pages = [first]
    while pages[-1].next_page_token:
        pages.append(await gateway.client.search([], limit=3, page_token=pages[-1].next_page_token))
        assert len(pages) <= MOST_PAGES
    # The first one has been shown; the other one stands where its new drawing puts it.
    assert [name for page in pages for name in ids(page.hits)] == [*names[:5], *names[6:], names[5]]


async def test_no_image_is_sent_twice(gateway: RunningGateway) -> None:
    names = publish_graded(gateway, 90)
    pages = await pages_of(gateway, 20)
    assert [name for page in pages for name in ids(page.hits)] == names
    assert gateway.services.embedding_server.count("EmbedImages") == 1
    # A first ranking of 64, and a deeper one.
    assert gateway.services.vector_server.count("SearchPatents") == 2


async def test_an_exact_search_stays_exact_and_has_its_own_time(services: FakeServices) -> None:
    async with running_gateway(services, vectors_seconds=1, request_seconds=2) as gateway:
        services.vectors.add_release(RELEASE)
        services.vectors.serve(RELEASE)
        names = publish_graded(gateway, 90)
        exact, plain = [
            [page async for page in gateway.client.search_pages([QUERY], limit=45, exact=exact)]
            for exact in (True, False)
        ]
        assert (
            [name for page in exact for name in ids(page.hits)] == names == ids(exact[0].hits + exact[1].hits)
        )
        asked = services.vector_server.of("SearchPatents")
        assert [call.request.exact for call in asked] == [True, True, False, False]
        # As long as the client waits, whatever other searches may take.
        assert [(call.seconds_left or 0) > 2 for call in asked] == [True, True, False, False]
        for token, exactly in ((exact[0], False), (plain[0], True)):
            call = gateway.client.search([QUERY], exact=exactly, page_token=token.next_page_token)
            await failure(call, Reason.PAGE_TOKEN_INVALID)
        # Alone a token continues what it is of.
        page = await gateway.client.search([], limit=45, page_token=exact[0].next_page_token)
        assert ids(page.hits) == names[45:]


async def test_the_page_size_may_change_from_page_to_page(gateway: RunningGateway) -> None:
    names = publish_graded(gateway, 20)
    first = await gateway.client.search([QUERY], limit=2)
    second = await gateway.client.search([], limit=7, page_token=first.next_page_token)
    third = await gateway.client.search([], limit=0, page_token=second.next_page_token)
    assert ids(first.hits) + ids(second.hits) + ids(third.hits) == names
    assert third.next_page_token == ""


async def test_unpublished_patents_stay_out_of_later_pages(gateway: RunningGateway) -> None:
    index(gateway.services, design("USD9998", like(0.995)))
    names = publish_graded(gateway, 5)
    first = await gateway.client.search([QUERY], limit=2)
    gateway.services.forget_calls()
    second = await gateway.client.search([QUERY], limit=2, page_token=first.next_page_token)
    assert ids(first.hits) + ids(second.hits) == names[:4]
    [hydration] = gateway.services.patent_server.of("BatchGetPatents")
    assert "USD9998" not in hydration.request.patent_ids


async def test_a_promotion_between_pages_changes_nothing(gateway: RunningGateway) -> None:
    names = publish_graded(gateway, 6)
    first = await gateway.client.search([QUERY], limit=3)
    gateway.services.embedding.models.append("b2b2")
    gateway.services.vectors.add_release("r-2", "b2b2")
    gateway.services.vectors.serve("r-2")
    second = await gateway.client.search([QUERY], limit=3, page_token=first.next_page_token)
    assert ids(second.hits) == names[3:]
    assert (second.release_id, second.model_version) == (RELEASE, first.model_version)


async def test_a_ranking_cannot_go_on_when_its_release_is_retired(gateway: RunningGateway) -> None:
    names = publish_graded(gateway, 70)
    first = await gateway.client.search([QUERY], limit=40)
    gateway.services.vectors.add_release("r-2")
    gateway.services.vectors.serve("r-2")
    del gateway.services.vectors.releases[RELEASE]
    # What was ranked with the first page is still good.
    second = await gateway.client.search([], limit=24, page_token=first.next_page_token)
    assert ids(second.hits) == names[40:64]
    call = gateway.client.search([], limit=24, page_token=second.next_page_token)
    error = await failure(call, Reason.PAGE_TOKEN_EXPIRED)
    assert error.metadata == {"release_id": RELEASE}


async def test_a_search_that_is_not_continued_in_time_is_forgotten(services: FakeServices) -> None:
    async with running_gateway(services) as gateway:
        publish_graded(gateway, 9)
        token = (await gateway.client.search([QUERY], limit=3)).next_page_token
    async with running_gateway(services) as another:  # which knows nothing of it
        error = await failure(another.client.search([], limit=3, page_token=token), Reason.PAGE_TOKEN_EXPIRED)
        assert error.message == "the search was not continued in time; search anew"


async def test_everything_but_the_token_must_be_as_it_was(gateway: RunningGateway) -> None:
    publish_graded(gateway, 9)
    first = await gateway.client.search([QUERY], limit=3)
    token = first.next_page_token
    search = gateway.client.search
    others = {
        "another image": search([like(0.9)], limit=3, page_token=token),
        "one image more": search([QUERY, QUERY], limit=3, page_token=token),
        "a filter": search([QUERY], limit=3, patent_filter=PatentFilter(offices=("US",)), page_token=token),
        "other views": search([QUERY], limit=3, view_matching=ViewMatching.IGNORE, page_token=token),
        "a view": search([QUERY], views=[View.TOP], limit=3, page_token=token),
        "a release": search([QUERY], limit=3, release_id=RELEASE, page_token=token),
        "a filter and no image": search(
            [], limit=3, patent_filter=PatentFilter(offices=("US",)), page_token=token
        ),
        "a damaged token": search([QUERY], limit=3, page_token=token[:-2]),
        "no token at all": search([QUERY], limit=3, page_token="page 2"),  # noqa: S106
    }
    for what, call in others.items():
        error = await failure(call, Reason.PAGE_TOKEN_INVALID)
        assert error.metadata == {"field": "page_token"}, what
    assert gateway.services.vector_server.count("SearchPatents") == 1
    await search([QUERY], limit=3, allow_degraded=True, page_token=token)
