"""Both clients, against a gateway on a real socket: the same answers, the domain's types, and reasons."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import grpc
import pytest

from sevenviews.client import AsyncClient, Client, ImageSource, ImportItem, QueryImage, Search, SearchOptions
from sevenviews.designs import (
    CropBox,
    DrawingSize,
    ImportOutcome,
    PatentFilter,
    Reason,
    SevenviewsError,
    View,
    ViewMatching,
)
from tests.fakes.embedding import vector_image
from tests.fakes.services import FakeServices, fake_services
from tests.unit.gateway.harness import RELEASE, RunningGateway, design, like, publish, running_gateway

QUERY = vector_image(1)

T = TypeVar("T")


@pytest.fixture
async def services() -> AsyncIterator[FakeServices]:
    async with fake_services() as services:
        services.vectors.add_release(RELEASE)
        services.vectors.serve(RELEASE)
        yield services


@pytest.fixture
async def gateway(services: FakeServices) -> AsyncIterator[RunningGateway]:
    async with running_gateway(services) as gateway:
        yield gateway


async def sync(gateway: RunningGateway, use: Callable[[Client], T]) -> T:
    """What a program without asyncio gets; the gateway runs on this thread's loop meanwhile."""

    def program() -> T:
        with Client(gateway.server.address, timeout_seconds=10) as client:
            return use(client)

    return await asyncio.to_thread(program)


def test_both_clients_have_the_same_methods_and_say_what_they_take() -> None:
    def methods(client: type) -> dict[str, inspect.Signature]:
        return {
            name: inspect.signature(method)
            for name, method in vars(client).items()
            if not name.startswith("_") and name != "close"
        }

    assert methods(Client) == methods(AsyncClient)
    assert list(methods(Client)["get_drawing"].parameters) == ["self", "drawing_id", "size"]
    assert all(method.__doc__ for name, method in vars(Client).items() if not name.startswith("_"))


async def test_both_clients_give_the_same_answers(gateway: RunningGateway) -> None:
    publish(gateway.services, *(design(f"USD{n}", like(0.9 - n / 10), office="US") for n in range(5)))
    wanted = PatentFilter(offices=("US",))
    here = gateway.client

    def timeless(page: Any) -> Any:
        # Each search has a token of its own.
        return page.hits, len(page.next_page_token), page.release_id, page.model_version

    page = await here.search([QUERY], limit=2, patent_filter=wanted)
    assert timeless(page) == timeless(
        await sync(gateway, lambda client: client.search([QUERY], limit=2, patent_filter=wanted))
    )
    assert [page.hits async for page in here.search_pages([QUERY], limit=2)] == await sync(
        gateway, lambda client: [page.hits for page in client.search_pages([QUERY], limit=2)]
    )
    many = [Search("one", [QUERY], SearchOptions(wanted), 2), Search("two", [b"bad tiff"])]
    told = {one.search_id: one async for one in here.search_many(many)}
    found = {one.search_id: one for one in await sync(gateway, lambda client: list(client.search_many(many)))}
    assert told["one"].page is not None
    assert found["one"].page is not None
    assert told["one"].page.hits == found["one"].page.hits == page.hits
    for failed in (told["two"], found["two"]):
        assert failed.error is not None
        assert failed.error.reason is Reason.IMAGE_CORRUPT
    assert await here.get_patent("USD1") == await sync(gateway, lambda client: client.get_patent("USD1"))
    assert await here.list_patents(wanted, 2) == await sync(
        gateway, lambda client: client.list_patents(wanted, 2)
    )
    drawing = "USD1-D00001-01"
    assert await here.get_drawing(drawing, DrawingSize.PREVIEW) == await sync(
        gateway, lambda client: client.get_drawing(drawing, DrawingSize.PREVIEW)
    )
    assert await sync(gateway, lambda client: client.delete_patents(["USD1", "USD2"])) == 2
    assert await here.delete_patents(["USD2", "USD3"]) == 1


async def test_answers_are_of_the_domain(gateway: RunningGateway) -> None:
    item = design("USD1", QUERY, views=[View.FRONT])
    publish(gateway.services, item)
    page = await sync(gateway, lambda client: client.search([QUERY], views=[View.FRONT], read_mask=["*"]))
    [hit] = page.hits
    [match] = hit.matches
    assert hit.patent == item.patent
    assert (match.view, match.figure_number) == (View.FRONT, "1")
    assert match.score == pytest.approx(1)
    assert isinstance(page.timings["embed"], timedelta)
    assert not page.degraded


async def test_images_are_bytes_paths_or_queries(gateway: RunningGateway, tmp_path: Path) -> None:
    path = tmp_path / "drawing.png"
    path.write_bytes(b"from a file")
    crop = CropBox(0, 0, 0.5, 1)
    images: list[ImageSource] = [b"bytes", path, str(path), QueryImage(b"cropped", View.TOP, crop)]
    await gateway.client.search(images, view_matching=ViewMatching.IGNORE)
    await sync(gateway, lambda client: client.search(images))
    [call] = gateway.services.embedding_server.of("EmbedImages")
    sent = [image.content for image in call.request.images]
    assert sent == [b"bytes", b"from a file", b"cropped"]
    assert call.request.images[2].crop.right == 0.5


async def test_what_is_wrong_on_this_side_is_said_here(gateway: RunningGateway, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await gateway.client.search([tmp_path / "absent.png"])
    with pytest.raises(ValueError, match="2 views are given for 1 images"):
        await sync(gateway, lambda client: client.search([QUERY], views=[View.TOP, View.LEFT]))
    assert gateway.services.methods() == []


async def test_failures_carry_their_reason(gateway: RunningGateway) -> None:
    def unknown(client: Client) -> None:
        client.get_patent("USD404")

    with pytest.raises(SevenviewsError) as here:
        await gateway.client.get_patent("USD404")
    with pytest.raises(SevenviewsError) as there:
        await sync(gateway, unknown)
    for caught in (here, there):
        error = caught.value
        assert (error.reason, error.metadata) == (Reason.PATENT_NOT_FOUND, {"patent_id": "USD404"})
        assert error.message == "there is no patent USD404"


async def test_unavailable_is_tried_again_by_both(gateway: RunningGateway) -> None:
    """Failures that the gateway itself does not try again."""
    publish(gateway.services, design("USD1", QUERY))
    server = gateway.services.patent_server
    server.fail("BatchGetPatents", grpc.StatusCode.INTERNAL, times=3)
    await gateway.client.get_patent("USD1")
    server.fail("BatchGetPatents", grpc.StatusCode.INTERNAL, times=3)
    await sync(gateway, lambda client: client.get_patent("USD1"))
    assert server.count("BatchGetPatents") == 8


async def test_a_deadline_ends_a_call(gateway: RunningGateway) -> None:
    gateway.services.embedding_server.block("EmbedImages")

    def search(client: Client) -> None:
        client.search([QUERY])

    def impatient() -> None:
        with Client(gateway.server.address, timeout_seconds=0.3) as client:
            search(client)

    with pytest.raises(SevenviewsError) as there:
        await asyncio.to_thread(impatient)
    async with AsyncClient(gateway.server.address, timeout_seconds=0.3) as client:
        with pytest.raises(SevenviewsError) as here:
            await client.search([QUERY])
    assert here.value.reason is there.value.reason is Reason.DEADLINE_EXCEEDED


async def test_nobody_listens() -> None:
    def alone() -> None:
        with Client("127.0.0.1:1", timeout_seconds=10) as client:
            client.get_patent("USD1")

    with pytest.raises(SevenviewsError) as caught:
        await asyncio.to_thread(alone)
    assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE


def some_designs(count: int) -> Iterator[ImportItem]:
    for number in range(count):
        yield design(f"USD{number}", QUERY)


async def test_an_import_of_an_iterator(gateway: RunningGateway) -> None:
    here = [result async for result in gateway.client.import_patents(some_designs(10))]
    there = await sync(gateway, lambda client: list(client.import_patents(some_designs(12))))
    assert {result.outcome for result in here} == {ImportOutcome.CREATED}
    outcomes = {result.patent_id: result.outcome for result in there}
    assert len(outcomes) == 12
    assert outcomes["USD3"] is ImportOutcome.UNCHANGED
    assert outcomes["USD11"] is ImportOutcome.CREATED


async def test_failures_of_an_import_are_results(gateway: RunningGateway) -> None:
    items = [design("USD1", QUERY), design("USD2", b"bad")]
    results = await sync(gateway, lambda client: list(client.import_patents(items)))
    by_id = {result.patent_id: result for result in results}
    assert by_id["USD1"].error is None
    error = by_id["USD2"].error
    assert error is not None
    assert (by_id["USD2"].outcome, error.reason) == (ImportOutcome.FAILED, Reason.IMAGE_CORRUPT)


class UnreadableError(Exception):
    """What a source may raise."""


def breaking(count: int) -> Iterator[ImportItem]:
    yield from some_designs(count)
    raise UnreadableError("the archive ends here")


async def test_what_the_source_raises_is_raised_here(gateway: RunningGateway) -> None:
    async def breaking_async() -> AsyncIterator[ImportItem]:
        for item in breaking(2):
            yield item

    sources: list[Any] = [breaking(2), breaking_async()]
    for source in sources:
        with pytest.raises(UnreadableError, match="the archive ends here"):
            _ = [result async for result in gateway.client.import_patents(source)]
    with pytest.raises(UnreadableError, match="the archive ends here"):
        await sync(gateway, lambda client: list(client.import_patents(breaking(2))))


async def test_a_slow_source_does_not_stop_the_loop(gateway: RunningGateway) -> None:
    """An item is made in another thread; here it waits for something that only the loop can do."""
    loop_ran = threading.Event()

    def waiting() -> Iterator[ImportItem]:
        assert loop_ran.wait(10)
        yield design("USD1", QUERY)

    asyncio.get_running_loop().call_later(0.05, loop_ran.set)
    results = [result async for result in gateway.client.import_patents(waiting())]
    assert [result.outcome for result in results] == [ImportOutcome.CREATED]


async def test_the_whole_import_fails_with_its_reason(gateway: RunningGateway) -> None:
    gateway.services.vectors.releases.clear()
    gateway.services.embedding.models.clear()
    with pytest.raises(SevenviewsError) as here:
        _ = [result async for result in gateway.client.import_patents(some_designs(2))]
    with pytest.raises(SevenviewsError) as there:
        await sync(gateway, lambda client: list(client.import_patents(some_designs(2))))
    assert here.value.reason is there.value.reason is Reason.NO_SERVING_RELEASE


async def test_an_import_may_be_left_early(gateway: RunningGateway) -> None:
    def first(client: Client) -> ImportOutcome:
        results = client.import_patents(some_designs(1000))
        outcome = next(results).outcome
        results.close()  # type: ignore[attr-defined]
        return outcome

    assert await sync(gateway, first) is ImportOutcome.CREATED
    assert gateway.services.patent_server.count("PutPatent") < 1000


async def test_both_clients_try_again_when_they_are_told_to(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    full = SevenviewsError(Reason.OVERLOADED, "the queue is full", retry_seconds=0.1)
    gateway.services.patent_server.fail("BatchGetPatents", full, times=2)
    assert (await gateway.client.get_patent("USD1")).patent_id == "USD1"
    assert gateway.services.patent_server.count("BatchGetPatents") == 3
    gateway.services.patent_server.fail("BatchGetPatents", full, times=2)
    assert (await sync(gateway, lambda client: client.get_patent("USD1"))).patent_id == "USD1"
    assert gateway.services.patent_server.count("BatchGetPatents") == 6


async def test_a_client_does_not_wait_beyond_its_own_time(gateway: RunningGateway) -> None:
    full = SevenviewsError(Reason.OVERLOADED, "the queue is full", retry_seconds=60)
    gateway.services.patent_server.fail("BatchGetPatents", full, times=2)
    with pytest.raises(SevenviewsError) as caught:
        await gateway.client.get_patent("USD1")
    assert (caught.value.reason, caught.value.retry_seconds) == (Reason.OVERLOADED, 60)
    with pytest.raises(SevenviewsError):
        await sync(gateway, lambda client: client.get_patent("USD1"))
    assert gateway.services.patent_server.count("BatchGetPatents") == 2
