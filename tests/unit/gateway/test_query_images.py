"""The images that a search is asked with: each embedded once, and named where it is bad."""

from __future__ import annotations

import pytest

from sevenviews.client import QueryImage
from sevenviews.designs import PACKAGED, CropBox, Reason
from tests.fakes.embedding import vector_image
from tests.unit.gateway.harness import RunningGateway, design, failure, like, publish, score_of

QUERY = vector_image(1)


async def test_cached_images_are_not_embedded_again(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    first = await gateway.client.search([QUERY, like(0.5)])
    again = await gateway.client.search([like(0.5), QUERY, like(0.7)])
    calls = gateway.services.embedding_server.of("EmbedImages")
    assert [len(call.request.images) for call in calls] == [2, 1]
    assert calls[1].request.images[0].content == like(0.7)
    # The patent has one drawing. It serves twice at most: the third image is left out.
    assert first.hits[0].score == pytest.approx(score_of(1, 0.5))
    assert again.hits[0].score == pytest.approx(score_of(1, 0.7, PACKAGED.level))
    assert gateway.sample("sevenviews_gateway_cached_embeddings_total", outcome="hit") == 2
    assert gateway.sample("sevenviews_gateway_cached_embeddings_total", outcome="miss") == 3


async def test_the_same_image_twice_in_a_search_is_embedded_once(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    page = await gateway.client.search([QUERY, QUERY])
    [call] = gateway.services.embedding_server.of("EmbedImages")
    assert len(call.request.images) == 1
    assert [m.query_index for m in page.hits[0].matches] == [0, 1]


async def test_another_crop_is_another_image(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    await gateway.client.search([QueryImage(b"sheet")])
    await gateway.client.search([QueryImage(b"sheet", crop=CropBox(0, 0, 0.5, 0.5))])
    calls = gateway.services.embedding_server.of("EmbedImages")
    assert [call.request.images[0].HasField("crop") for call in calls] == [False, True]


async def test_a_bad_image_is_named(gateway: RunningGateway) -> None:
    call = gateway.client.search([QUERY, b"bad tiff"])
    error = await failure(call, Reason.IMAGE_CORRUPT)
    assert error.metadata == {"image": "queries[1]"}
    assert error.message == "queries[1]: the image is damaged"


async def test_a_bad_crop_names_the_field(gateway: RunningGateway) -> None:
    error = await failure(gateway.client.search([QUERY, b"bad crop"]), Reason.CROP_BOX_INVALID)
    assert error.metadata == {"image": "queries[1]", "field": "queries[1].crop"}
