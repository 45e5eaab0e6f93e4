"""Dates of law through the gateway: told of every hit against an application, and never a matter of rank."""

from __future__ import annotations

from datetime import date

import pytest

from sevenviews.designs import Party, Priority, Reason, SevenviewsError
from sevenviews.gateway.search_servicer import request_from_wire
from sevenviews.law import NOTICE, Application, Standing
from sevenviews.v1 import law_pb2, search_pb2
from tests.fakes.embedding import vector_image
from tests.unit.gateway.harness import RunningGateway, design, ids, publish

QUERY = vector_image(1)
ASKED = Application(date(2021, 2, 9), "US", date(2020, 12, 1), ("NIKON CORPORATION",))


def publish_some(gateway: RunningGateway) -> None:
    old, recent, later = date(2019, 1, 1), date(2020, 6, 1), date(2021, 6, 1)
    publish(
        gateway.services,
        design("USD1", QUERY, publication_date=old, assignees=(Party("Canon"),)),
        design("USD2", QUERY, publication_date=recent, assignees=(Party("Nikon Corp."),)),
        design(
            "USD3",
            QUERY,
            publication_date=later,
            filing_date=date(2020, 12, 15),
            priorities=(Priority("JP", "1", date(2020, 11, 30)),),
        ),
        design("USD4", QUERY, publication_date=later, filing_date=date(2021, 1, 1)),
        design("USD5", QUERY),
    )


async def test_every_hit_is_told_against_the_application(gateway: RunningGateway) -> None:
    publish_some(gateway)
    plain = await gateway.client.search([QUERY])
    page = await gateway.client.search([QUERY], application=ASKED)
    assert [(hit.patent_id, hit.score) for hit in page.hits] == [
        (hit.patent_id, hit.score) for hit in plain.hits
    ]
    told = {
        hit.patent_id: (hit.legal_dates.standing, hit.legal_dates.same_holder)
        for hit in page.hits
        if hit.legal_dates is not None
    }
    assert told == {
        "USD1": (Standing.PRIOR_ART, False),
        "USD2": (Standing.GRACE_PERIOD, True),
        "USD3": (Standing.EARLIER_FILED, None),
        "USD4": (Standing.LATER, None),
        "USD5": (Standing.UNKNOWN, None),
    }
    rule = page.legal_rule
    assert rule is not None
    assert (rule.office, rule.provision, rule.months) == ("US", "35 U.S.C. 102(b)(1)", 12)
    assert (rule.first_day, rule.decisive_date) == (date(2019, 12, 1), date(2020, 12, 1))
    assert rule.notice == NOTICE
    assert plain.legal_rule is None
    assert all(hit.legal_dates is None for hit in plain.hits)


async def test_an_office_without_a_rule_is_told_as_such(gateway: RunningGateway) -> None:
    publish_some(gateway)
    page = await gateway.client.search([QUERY], application=Application(date(2021, 2, 9), "ZZ"))
    rule = page.legal_rule
    assert rule is not None
    assert (rule.office, rule.provision, rule.months, rule.first_day) == ("ZZ", "", 0, None)
    assert {hit.patent_id: hit.legal_dates.standing for hit in page.hits if hit.legal_dates}["USD2"] is (
        Standing.UNKNOWN
    )


async def test_each_page_is_told_if_it_asks(gateway: RunningGateway) -> None:
    publish_some(gateway)
    pages = [page async for page in gateway.client.search_pages([QUERY], limit=2, application=ASKED)]
    assert len(pages) == 3
    assert all(hit.legal_dates is not None for page in pages for hit in page.hits)
    assert ids([hit for page in pages for hit in page.hits]) == ["USD1", "USD2", "USD3", "USD4", "USD5"]


@pytest.mark.parametrize(
    ("application", "reason", "field"),
    [
        ({}, Reason.FIELD_REQUIRED, "application.filing_date"),
        (
            {"filing_date": {"year": 2021, "month": 13, "day": 1}},
            Reason.FIELD_MALFORMED,
            "application.filing_date",
        ),
        (
            {
                "filing_date": {"year": 2021, "month": 1, "day": 1},
                "priority_date": {"year": 2021, "month": 1, "day": 2},
            },
            Reason.FIELD_MALFORMED,
            "application.priority_date",
        ),
    ],
)
def test_an_application_that_cannot_be(application: dict[str, object], reason: Reason, field: str) -> None:
    asked = search_pb2.SearchDesignsRequest(
        queries=[search_pb2.QueryImage(content=QUERY)],
        application=law_pb2.DesignApplication(**application),  # type: ignore[arg-type]
    )
    with pytest.raises(SevenviewsError) as caught:
        request_from_wire(asked)
    assert (caught.value.reason, caught.value.metadata["field"]) == (reason, field)
