"""What else may ask: drawings and patents of the catalogue, and vectors."""

from __future__ import annotations

import pytest

from sevenviews.client import QueryImage
from sevenviews.designs import CropBox, Reason, View, ViewCoverage
from tests.fakes.embedding import DEFAULT_MODEL, embedding_of, vector_image
from tests.unit.gateway.harness import RunningGateway, design, failure, ids, index, like, publish

QUERY = vector_image(1)


async def test_drawings_of_the_catalogue_ask_with_the_vectors_that_they_have(gateway: RunningGateway) -> None:
    publish(
        gateway.services,
        design("USD1", vector_image(1, 0, 0), vector_image(0, 1, 0), views=[View.FRONT, View.TOP]),
        design("USD2", vector_image(1, 0.1, 0), views=[View.FRONT]),
        design("USD3", vector_image(0, 1, 0.1), views=[View.TOP]),
    )
    by_drawing = await gateway.client.search([QueryImage(drawing_id="USD1-D00001-02")])
    assert ids(by_drawing.hits) == ["USD1", "USD3", "USD2"]
    (match,) = by_drawing.hits[1].matches
    assert (match.query_drawing_id, match.coverage) == ("USD1-D00001-02", ViewCoverage.SAME_VIEW)
    by_patent = await gateway.client.search([QueryImage(patent_id="USD1")], include_query_families=True)
    assert by_patent.hits[0].score == pytest.approx(1)
    assert [(one.query_index, one.query_drawing_id, one.drawing_id) for one in by_patent.hits[0].matches] == [
        (0, "USD1-D00001-01", "USD1-D00001-01"),
        (0, "USD1-D00001-02", "USD1-D00001-02"),
    ]
    assert gateway.services.embedding_server.count("EmbedImages") == 0
    # Beside an image, and on its second page.
    mixed = await gateway.client.search(
        [vector_image(0, 0, 1), QueryImage(patent_id="USD1", weight=-1)], limit=1
    )
    assert (ids(mixed.hits), mixed.left_out_patent_ids) == (["USD3"], ("USD1",))
    rest = await gateway.client.search([], page_token=mixed.next_page_token)
    assert [one.query_index for one in rest.hits[0].matches] == [0, 1, 1]


async def test_a_patent_asks_with_sixteen_drawings_and_each_of_its_views(gateway: RunningGateway) -> None:
    images = [vector_image(1, n) for n in range(20)]
    views = [View.PERSPECTIVE] * 18 + [View.FRONT, View.TOP]
    publish(gateway.services, design("USD1", *images, views=views))
    page = await gateway.client.search([QueryImage(patent_id="USD1")], include_query_families=True)
    asking = [one.query_drawing_id[-2:] for one in page.hits[0].matches]
    assert asking == ["01", "19", "20", *(f"{n:02}" for n in range(2, 15))]


async def test_a_given_vector_is_of_the_model_that_is_searched(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY), design("USD2", like(0.5)))
    vector = embedding_of(QUERY, DEFAULT_MODEL)
    page = await gateway.client.search([QueryImage(vector=vector, model_version=DEFAULT_MODEL)])
    assert [hit.score for hit in page.hits] == pytest.approx([1, 0.75])
    call = gateway.client.search([QueryImage(vector=vector, model_version="b2b2")])
    error = await failure(call, Reason.EMBEDDING_MODEL_MISMATCH)
    assert error.metadata == {"expected": DEFAULT_MODEL, "actual": "b2b2"}


@pytest.mark.parametrize(
    ("query", "reason", "metadata"),
    [
        (
            QueryImage(drawing_id="USD1-D00009-01"),
            Reason.DRAWING_NOT_FOUND,
            {"drawing_id": "USD1-D00009-01", "field": "queries[0].drawing_id"},
        ),
        (
            QueryImage(drawing_id="front"),
            Reason.DRAWING_NOT_FOUND,
            {"drawing_id": "front", "field": "queries[0].drawing_id"},
        ),
        (
            QueryImage(drawing_id="USD9-D00001-01"),
            Reason.DRAWING_NOT_FOUND,
            {"drawing_id": "USD9-D00001-01", "field": "queries[0].drawing_id"},
        ),
        (
            QueryImage(patent_id="USD9"),
            Reason.PATENT_NOT_FOUND,
            {"patent_id": "USD9", "field": "queries[0].patent_id"},
        ),
        (
            QueryImage(patent_id="USD1", crop=CropBox(0, 0, 1, 0.5)),
            Reason.FIELD_MALFORMED,
            {"field": "queries[0].crop", "value": "patent_id"},
        ),
    ],
)
async def test_what_is_not_in_the_catalogue_cannot_ask(
    gateway: RunningGateway, query: QueryImage, reason: Reason, metadata: dict[str, str]
) -> None:
    publish(gateway.services, design("USD1", QUERY))
    index(gateway.services, design("USD8", QUERY))  # not published
    assert (await failure(gateway.client.search([query]), reason)).metadata == metadata
