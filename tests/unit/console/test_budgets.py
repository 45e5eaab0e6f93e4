"""How many bytes a full page takes, with everything that a hit can tell."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import grpc
import pytest
from starlette.testclient import TestClient

from sevenviews.console.app import Console
from sevenviews.console.settings import ConsoleSettings
from sevenviews.runtime.wire import date_to_wire
from sevenviews.v1 import common_pb2, law_pb2, search_pb2, search_pb2_grpc
from tests.fakes.server import FakeServer
from tests.unit.console.catalogue import TITLES, drawing
from tests.unit.console.test_pages import upload
from tests.unit.console.test_troubles import listening

HITS = 60


def hit(number: int) -> search_pb2.PatentHit:
    patent_id = f"USD{900_000 + 37 * number:07d}"
    return search_pb2.PatentHit(
        patent_id=patent_id,
        score=0.99 - number / 150,
        matches=[
            search_pb2.QueryMatch(
                query_index=at, drawing_id=f"{patent_id}-D0000{at}-01", score=0.9, figure_number=f"{at}"
            )
            for at in range(2)
        ],
        summary=search_pb2.PatentSummary(
            title=f"{TITLES[number % len(TITLES)]} {number}",
            publication_date=date_to_wire(date(2020, 1 + number % 12, 1 + number % 28)),
            locarno=[common_pb2.LocarnoClass(class_number=1 + number % 32, subclass_number=1)],
            holders=[f"Holder {number * 7919 % 1000}, Inc."],
        ),
        legal_dates=law_pb2.LegalDates(
            standing=law_pb2.LEGAL_STANDING_GRACE_PERIOD,
            explanation=f"It was published on 2020-01-{1 + number % 28:02d}, before 2020-06-01, and within the grace "
            "period from 2019-06-01 on (35 U.S.C. 102(b)(1)).",
        ),
    )


class Searches(search_pb2_grpc.SearchServiceServicer):
    """Finds a full page."""

    def SearchDesigns(  # noqa: N802
        self, request: search_pb2.SearchDesignsRequest, context: Any
    ) -> search_pb2.SearchDesignsResponse:
        rule = law_pb2.LegalRule(
            office="US", decisive_date=date_to_wire(date(2020, 6, 1)), notice="No advice."
        )
        hits = map(hit, range(request.page_size))
        return search_pb2.SearchDesignsResponse(hits=hits, legal_rule=rule)

    def BatchSearchDesigns(self, request_iterator: Any, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError


def register(server: grpc.aio.Server) -> None:
    search_pb2_grpc.add_SearchServiceServicer_to_server(Searches(), server)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[TestClient]:
    fake = FakeServer(register)
    with listening(fake):
        settings = ConsoleSettings(gateway_address=fake.address, uploads=tmp_path)
        with TestClient(Console(settings).app, "http://127.0.0.1:8080", follow_redirects=False) as browser:
            yield browser


def test_a_page_of_sixty_hits_is_light(browser: TestClient) -> None:
    address = upload(browser, drawing(1, 0), drawing(1, 1))
    page = browser.get(f"{address}?size={HITS}&filed=2020-06-01&at=US").text
    assert page.count('<li class="hit"') == page.count("Grace period</summary>") == HITS
    assert len(gzip.compress(page.encode())) < 15_000
