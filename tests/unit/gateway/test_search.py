"""Searches through the gateway over real sockets: what is found, in which order, and by which calls."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from sevenviews.client import QueryImage
from sevenviews.designs import (
    PACKAGED,
    DateRange,
    LocarnoClass,
    Party,
    Patent,
    PatentFilter,
    Reason,
    SevenviewsError,
    View,
    ViewCoverage,
    ViewMatching,
)
from tests.fakes.embedding import DEFAULT_MODEL, vector_image
from tests.fakes.patents import locarno
from tests.unit.gateway.harness import (
    RELEASE,
    RunningGateway,
    design,
    failure,
    ids,
    index,
    like,
    publish,
    score_of,
)

QUERY = vector_image(1)


async def test_a_golden_ranking(gateway: RunningGateway) -> None:
    """Two query images; every score recomputed by hand."""
    front, side = vector_image(1, 0, 0), vector_image(0, 1, 0)
    publish(
        gateway.services,
        design("USD1", vector_image(1, 0, 0), vector_image(0, 1, 0)),  # both, exactly
        design("USD2", vector_image(1, 0, 0), vector_image(0, 0, 1)),  # the front only
        design("USD3", vector_image(3, 4, 0)),  # cosines 0.6 and 0.8 by one drawing
        design("USD4", vector_image(0, 0, 1)),  # neither
    )
    page = await gateway.client.search([front, side])
    assert ids(page.hits) == ["USD1", "USD2", "USD3", "USD4"]
    # Both images by a drawing each; the front alone, for nothing resembles the side, and the field's level is better;
    # one drawing that serves twice, for nobody knows of which side it is; and neither, though one match there is.
    reached = [(1.0, 1.0), (1.0, PACKAGED.level), (0.8, 0.6), (0.0, PACKAGED.level)]
    assert [hit.score for hit in page.hits] == pytest.approx([score_of(*one) for one in reached], abs=1e-6)
    best = page.hits[0]
    assert [(m.query_index, m.drawing_id, m.figure_number) for m in best.matches] == [
        (0, "USD1-D00001-01", "1"),
        (1, "USD1-D00001-02", "2"),
    ]
    assert best.summary is not None
    assert (best.summary.title, best.summary.drawing_count) == ("Design USD1", 2)
    assert best.patent is None
    assert (page.release_id, page.model_version) == (RELEASE, DEFAULT_MODEL)
    assert page.next_page_token == ""
    assert not page.degraded


async def test_hits_have_of_their_patents_what_is_asked_for(gateway: RunningGateway) -> None:
    item = design("USD1", QUERY, claim="The design.", assignees=tuple(Party(f"Holder {n}") for n in range(9)))
    publish(gateway.services, item)
    (hit,) = (await gateway.client.search([QUERY], read_mask=["claim", "drawings"])).hits
    assert hit.summary is not None
    assert hit.summary.holders == tuple(f"Holder {n}" for n in range(8))
    assert hit.patent == Patent("", claim="The design.", drawings=item.patent.drawings)
    (hit,) = (await gateway.client.search([QUERY], read_mask=["*"])).hits
    assert hit.patent == item.patent
    error = await failure(
        gateway.client.search([QUERY], read_mask=["claim", "shape"]), Reason.FIELD_MALFORMED
    )
    assert error.metadata == {"field": "read_mask", "value": "shape"}


async def test_one_call_of_each_service(gateway: RunningGateway) -> None:
    publish(gateway.services, *(design(f"USD{n}", like(0.9 - n / 100)) for n in range(30)))
    await gateway.client.search([QUERY, like(0.5)], limit=10)
    assert sorted(gateway.services.methods()) == [
        "BatchGetPatents",
        "EmbedImages",
        "GetServingRelease",
        "SearchPatents",
    ]
    [hydration] = gateway.services.patent_server.of("BatchGetPatents")
    assert len(hydration.request.patent_ids) == 10


async def test_nothing_matches_the_filter(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY, office="US"))
    page = await gateway.client.search([QUERY], patent_filter=PatentFilter(offices=("EM",)))
    assert page.hits == ()
    assert gateway.services.patent_server.count("BatchGetPatents") == 0


async def test_the_filter_is_pushed_down(gateway: RunningGateway) -> None:
    publish(
        gateway.services,
        design("USD1", QUERY, locarno=locarno("06-01"), publication_date=date(2021, 5, 4)),
        design("USD2", QUERY, locarno=locarno("06-02"), publication_date=date(2021, 5, 4)),
        design("USD3", QUERY, locarno=locarno("06-01"), publication_date=date(2020, 1, 7)),
    )
    wanted = PatentFilter(
        locarno_any=(LocarnoClass(6, 1),), publication_date=DateRange(start=date(2021, 5, 1))
    )
    page = await gateway.client.search([QUERY], patent_filter=wanted)
    assert ids(page.hits) == ["USD1"]
    [call] = gateway.services.vector_server.of("SearchPatents")
    assert call.request.filter.locarno_any[0].class_number == 6


async def test_views_are_preferred_required_or_ignored(gateway: RunningGateway) -> None:
    publish(
        gateway.services,
        design("USD1", like(0.80), views=[View.TOP]),
        design("USD2", like(0.79), views=[View.FRONT]),
    )

    async def found(matching: ViewMatching) -> list[str]:
        page = await gateway.client.search([QUERY], views=[View.FRONT], view_matching=matching)
        return ids(page.hits)

    assert await found(ViewMatching.PREFER) == ["USD2", "USD1"]
    assert await found(ViewMatching.IGNORE) == ["USD1", "USD2"]
    assert await found(ViewMatching.REQUIRE) == ["USD2"]


async def test_an_image_without_a_drawing_is_said_to_be_left_out(gateway: RunningGateway) -> None:
    publish(
        gateway.services,
        design("USD1", vector_image(1, 0), vector_image(0, 1), views=[View.FRONT, View.TOP]),
        design("USD2", vector_image(1, 0), views=[View.FRONT]),
    )
    page = await gateway.client.search(
        [vector_image(1, 0), vector_image(0, 1)],
        views=[View.FRONT, View.TOP],
        view_matching=ViewMatching.REQUIRE,
    )
    assert ids(page.hits) == ["USD1", "USD2"]
    first, second = page.hits
    assert [(m.view, m.coverage) for m in first.matches] == [
        (View.FRONT, ViewCoverage.SAME_VIEW),
        (View.TOP, ViewCoverage.SAME_VIEW),
    ]
    assert first.score == pytest.approx(1)
    left_out = second.matches[1]
    assert (left_out.coverage, left_out.drawing_id, left_out.score) == (ViewCoverage.MISSING, "", 0)
    assert second.score == pytest.approx(score_of(1, PACKAGED.level))


async def test_patents_like_an_image_of_negative_weight_are_not_wanted(gateway: RunningGateway) -> None:
    like_both = design("USD1", vector_image(1, 1))
    like_one = design("USD2", vector_image(1, 0, 1))
    publish(gateway.services, like_both, like_one)
    unlike = QueryImage(vector_image(0, 1), weight=-1)
    page = await gateway.client.search([QueryImage(vector_image(1, 0.2)), unlike])
    assert ids(page.hits) == ["USD2", "USD1"]
    page = await gateway.client.search([QueryImage(vector_image(1, 0.2))])
    assert ids(page.hits) == ["USD1", "USD2"]


async def test_the_order_does_not_depend_on_the_page_size(gateway: RunningGateway) -> None:
    random = Random(3)
    publish(
        gateway.services,
        *(design(f"USD{n}", *(random.randbytes(8) for _ in range(1 + n % 4))) for n in range(70)),
    )
    images = [b"one", b"two", b"three"]
    whole = await gateway.client.search(images, limit=200)
    assert len(whole.hits) == 70
    for size in (1, 5, 20, 25, 0):
        page = await gateway.client.search(images, limit=size)
        assert page.hits == whole.hits[: size or 20]
    most = await gateway.client.search(images, limit=1000)
    assert most.hits == whole.hits


async def test_the_page_is_filled_where_patents_are_not_published(gateway: RunningGateway) -> None:
    """Their vectors are there before they are published, and may be there after their deletion."""
    for number in range(3):
        index(gateway.services, design(f"USD0{number}", like(0.99)))
    publish(gateway.services, *(design(f"USD1{number}", like(0.5)) for number in range(3)))
    page = await gateway.client.search([QUERY], limit=3)
    assert ids(page.hits) == ["USD10", "USD11", "USD12"]
    assert page.next_page_token == ""


async def test_many_unpublished_patents_take_few_calls(gateway: RunningGateway) -> None:
    for number in range(400):
        index(gateway.services, design(f"USD0{number}", like(0.99)))
    publish(gateway.services, design("USD1", like(0.5)))
    page = await gateway.client.search([QUERY], limit=2)
    assert ids(page.hits) == ["USD1"]
    assert gateway.services.patent_server.count("BatchGetPatents") <= 6


async def test_the_stages_are_timed(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    page = await gateway.client.search([QUERY])
    stages = ["release", "decode", "infer", "embed", "vector_search", "hydrate"]
    assert list(page.timings) == stages
    assert page.timings["decode"].total_seconds() == pytest.approx(0.002)
    for stage in stages:
        assert gateway.sample("sevenviews_gateway_search_stage_seconds_count", stage=stage) == 1


async def test_the_reason_of_another_service_is_handed_on(gateway: RunningGateway) -> None:
    gateway.services.embedding_server.fail(
        "EmbedImages", SevenviewsError(Reason.MODEL_BUNDLE_INVALID, "a file was changed", {"file": "x"})
    )
    error = await failure(gateway.client.search([QUERY]), Reason.MODEL_BUNDLE_INVALID)
    assert error.metadata == {"file": "x"}
