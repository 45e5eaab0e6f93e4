"""What the gateway says of itself is what it does."""

from __future__ import annotations

import io
from importlib.metadata import version

import pytest
from PIL import Image

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.images import decode
from sevenviews.metadata.checks import MAX_DRAWINGS
from sevenviews.metadata.service import MAX_PAGE_SIZE as CATALOG_PAGE_SIZE
from sevenviews.runtime.settings import MEBIBYTE
from tests.fakes.embedding import vector_image
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import RELEASE, RunningGateway, design, failure, publish, running_gateway

QUERY = vector_image(1)


async def test_it_names_its_version_and_what_it_searches_with(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    page = await gateway.client.search([QUERY])
    info = await gateway.client.server_info()
    assert info.version == version("sevenviews")
    assert (info.release_id, info.model_version) == (RELEASE, page.model_version)


async def test_the_limits_of_a_search_are_those_that_it_says(gateway: RunningGateway) -> None:
    limits = (await gateway.client.server_info()).limits
    await gateway.client.search([QUERY] * limits.queries)
    await failure(gateway.client.search([QUERY] * (limits.queries + 1)), Reason.FIELD_OUT_OF_RANGE)
    error = await failure(gateway.client.list_patents(page_size=-1), Reason.FIELD_OUT_OF_RANGE)
    assert int(error.metadata["maximum"]) == limits.catalog_page_size == CATALOG_PAGE_SIZE
    error = await failure(gateway.client.search([QUERY], limit=-1), Reason.FIELD_OUT_OF_RANGE)
    assert int(error.metadata["maximum"]) == limits.search_page_size
    assert limits.patent_drawings == MAX_DRAWINGS


async def test_a_gateway_of_small_messages_says_so(services: FakeServices) -> None:
    async with running_gateway(services, max_message_bytes=MEBIBYTE) as gateway:
        limits = (await gateway.client.server_info()).limits
    assert (limits.message_bytes, limits.image_bytes) == (MEBIBYTE, MEBIBYTE)


async def test_where_no_release_serves_it_answers_all_the_same(services: FakeServices) -> None:
    services.vectors.releases.clear()
    async with running_gateway(services) as gateway:
        info = await gateway.client.server_info()
    assert (info.release_id, info.model_version) == ("", "")
    assert info.limits.queries == 16


async def test_the_images_that_it_names_are_read_up_to_their_size(gateway: RunningGateway) -> None:
    info = await gateway.client.server_info()
    side = info.limits.image_side_minimum
    for media_type in info.image_media_types:
        assert decode(picture(side, side, media_type)).size == (side, side)
    with pytest.raises(SevenviewsError) as caught:
        decode(picture(side - 1, side, "image/png"))
    assert caught.value.reason is Reason.IMAGE_TOO_SMALL
    width = info.limits.image_pixels // side
    with pytest.raises(SevenviewsError) as caught:
        decode(picture(width + 1, side, "image/png"))
    assert (caught.value.reason, caught.value.metadata["maximum"]) == (
        Reason.IMAGE_TOO_LARGE,
        str(info.limits.image_pixels),
    )


def picture(width: int, height: int, media_type: str) -> bytes:
    image = Image.new("L", (width, height), 255)
    image.paste(0, (4, 4, 8, 8))
    content = io.BytesIO()
    image.save(content, media_type.removeprefix("image/").upper())
    return content.getvalue()
