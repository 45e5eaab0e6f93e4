"""A gateway that cannot answer, or not all of it: what the pages say, and whether they can be tried again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from starlette.testclient import TestClient

from sevenviews.console.app import Console
from sevenviews.console.settings import ConsoleSettings
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.status import item_status
from sevenviews.v1 import (
    common_pb2,
    release_pb2,
    release_pb2_grpc,
    search_pb2,
    search_pb2_grpc,
    server_pb2,
    server_pb2_grpc,
)
from tests.fakes.server import FakeServer
from tests.unit.console.catalogue import drawing
from tests.unit.console.test_pages import upload


class Searches(search_pb2_grpc.SearchServiceServicer):
    """Finds one patent, of which only the drawing is known."""

    def SearchDesigns(  # noqa: N802
        self, request: search_pb2.SearchDesignsRequest, context: Any
    ) -> search_pb2.SearchDesignsResponse:
        lost = SevenviewsError(Reason.DEPENDENCY_UNAVAILABLE, "the metadata service does not answer")
        match = search_pb2.QueryMatch(drawing_id="USD1-D00001-01", score=0.9)
        return search_pb2.SearchDesignsResponse(
            hits=[search_pb2.PatentHit(patent_id="USD1", score=0.95, matches=[match])],
            release=common_pb2.ReleaseReference(release_id="r-1"),
            degraded=True,
            degradations=[item_status(lost)],
        )

    def BatchSearchDesigns(self, request_iterator: Any, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError


class Servers(server_pb2_grpc.ServerServiceServicer):
    """Nothing serves."""

    def GetServerInfo(  # noqa: N802
        self, request: server_pb2.GetServerInfoRequest, context: Any
    ) -> server_pb2.GetServerInfoResponse:
        return server_pb2.GetServerInfoResponse(version="0.1.0")


class Releases(release_pb2_grpc.ReleaseServiceServicer):
    """There are none."""

    def ListSearchReleases(  # noqa: N802
        self, request: release_pb2.ListSearchReleasesRequest, context: Any
    ) -> release_pb2.ListSearchReleasesResponse:
        return release_pb2.ListSearchReleasesResponse()

    def PromoteSearchRelease(self, request: Any, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError


def register(server: grpc.aio.Server) -> None:
    release_pb2_grpc.add_ReleaseServiceServicer_to_server(Releases(), server)
    search_pb2_grpc.add_SearchServiceServicer_to_server(Searches(), server)
    server_pb2_grpc.add_ServerServiceServicer_to_server(Servers(), server)


@contextmanager
def listening(fake: FakeServer) -> Iterator[None]:
    """The fake on a loop of its own: the console has another one."""
    started: Future[None] = Future()
    ended = threading.Event()

    async def serve() -> None:
        await fake.start()
        started.set_result(None)
        await asyncio.to_thread(ended.wait)
        await fake.stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    started.result(30)
    yield
    ended.set()
    thread.join(30)


@pytest.fixture
def gateway() -> Iterator[FakeServer]:
    fake = FakeServer(register)
    with listening(fake):
        yield fake


@pytest.fixture
def browser(gateway: FakeServer, tmp_path: Path) -> Iterator[TestClient]:
    settings = ConsoleSettings(gateway_address=gateway.address, gateway_seconds=20, uploads=tmp_path)
    with TestClient(
        Console(settings).app,
        "http://127.0.0.1:8080",
        follow_redirects=False,
        raise_server_exceptions=False,
    ) as browser:
        yield browser


def test_a_degraded_answer_says_what_is_missing(browser: TestClient) -> None:
    page = browser.get(upload(browser, drawing(1, 0))).text
    assert "Something is missing from this answer" in page
    assert "<code>DEPENDENCY_UNAVAILABLE</code>" in page
    assert ">USD1</a>" in page  # for the title


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (Reason.OVERLOADED, 503),
        (Reason.QUOTA_EXCEEDED, 429),
        (Reason.DEADLINE_EXCEEDED, 504),
        (Reason.NO_SERVING_RELEASE, 503),
        (Reason.PAGE_TOKEN_EXPIRED, 410),
        (Reason.INTERNAL, 500),
    ],
)
def test_a_failed_search_is_told_by_its_reason(
    browser: TestClient, gateway: FakeServer, reason: Reason, status: int
) -> None:
    address = upload(browser, drawing(1, 0)) + "?office=US"
    gateway.fail("SearchDesigns", SevenviewsError(reason, "no", retry_seconds=30), times=100)
    answer = browser.get(address)
    assert answer.status_code == status
    assert f"<code>{reason}</code>" in answer.text
    assert answer.headers["retry-after"] == "30"
    assert f'href="{address}" data-again' in answer.text
    assert 'data-countdown="30"' in answer.text


def test_a_page_that_has_gone_leads_to_the_first_one(browser: TestClient, gateway: FakeServer) -> None:
    address = upload(browser, drawing(1, 0))
    gateway.fail("SearchDesigns", SevenviewsError(Reason.PAGE_TOKEN_EXPIRED, "retired"), times=100)
    answer = browser.get(f"{address}?office=US&page=token&n=3")
    assert f'href="{address}?office=US"' in answer.text
    assert "data-again" not in answer.text


def test_what_nobody_foresaw_gives_nothing_away(browser: TestClient, gateway: FakeServer) -> None:
    gateway.fail("GetServerInfo", grpc.StatusCode.UNKNOWN, times=100)
    answer = browser.get("/releases")
    assert answer.status_code >= 500
    assert "Traceback" not in answer.text


def test_no_release_is_told_to_operators(browser: TestClient) -> None:
    assert "NO_SERVING_RELEASE" in browser.get("/releases").text


def test_a_gateway_that_is_away_takes_only_what_needs_it(tmp_path: Path) -> None:
    settings = ConsoleSettings(gateway_address="127.0.0.1:1", gateway_seconds=0.5, uploads=tmp_path)
    with TestClient(Console(settings).app, "http://127.0.0.1:8080", follow_redirects=False) as browser:
        address = upload(browser, drawing(1, 0))
        assert browser.get(address).status_code in {503, 504}
        for path in ("/", "/help", f"{address}/figures", f"{address}/figures/1", "/healthz"):
            assert browser.get(path).status_code == 200
