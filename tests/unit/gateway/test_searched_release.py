"""The release that a search is answered by: the serving one, also where it has just changed, or a named one."""

from __future__ import annotations

import pytest

from sevenviews.designs import Reason
from tests.fakes.embedding import DEFAULT_MODEL, vector_image
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import (
    RELEASE,
    RunningGateway,
    design,
    failure,
    ids,
    publish,
    running_gateway,
)

QUERY = vector_image(1)


async def test_the_serving_release_is_asked_for_once_in_a_while(services: FakeServices) -> None:
    publish(services, design("USD1", QUERY))
    async with running_gateway(services) as gateway:
        await gateway.client.search([QUERY])
        await gateway.client.search([QUERY])
        assert services.vector_server.count("GetServingRelease") == 1
    async with running_gateway(services, release_seconds=0) as gateway:
        await gateway.client.search([QUERY])
        await gateway.client.search([QUERY])
        assert services.vector_server.count("GetServingRelease") == 2


async def test_another_model_embeds_anew(services: FakeServices) -> None:
    services.embedding.models.append("b2b2")
    services.vectors.add_release("r-2", "b2b2")
    publish(services, design("USD1", QUERY))
    async with running_gateway(services, release_seconds=0) as gateway:
        await gateway.client.search([QUERY])
        services.vectors.serve("r-2")
        page = await gateway.client.search([QUERY])
    assert (page.release_id, page.model_version) == ("r-2", "b2b2")
    assert page.hits[0].score == pytest.approx(1)
    versions = [call.request.model_version for call in services.embedding_server.of("EmbedImages")]
    assert versions == [DEFAULT_MODEL, "b2b2"]


async def test_a_release_can_be_named(gateway: RunningGateway) -> None:
    gateway.services.vectors.add_release("r-2")
    publish(gateway.services, design("USD1", QUERY))
    page = await gateway.client.search([QUERY], release_id="r-2")
    assert page.release_id == "r-2"
    error = await failure(gateway.client.search([QUERY], release_id="r-9"), Reason.RELEASE_NOT_FOUND)
    assert error.metadata == {"release_id": "r-9"}


async def test_a_release_that_was_replaced_behind_the_cache_is_followed(gateway: RunningGateway) -> None:
    """Promoted and retired within the two seconds that the gateway believes what it knows."""
    await gateway.client.search([QUERY])
    gateway.services.vectors.add_release("r-2")
    gateway.services.vectors.serve("r-2")
    del gateway.services.vectors.releases[RELEASE]
    publish(gateway.services, design("USD1", QUERY))
    page = await gateway.client.search([QUERY])
    assert (page.release_id, ids(page.hits)) == ("r-2", ["USD1"])


async def test_a_release_that_changed_its_model_behind_the_cache_is_followed(
    gateway: RunningGateway,
) -> None:
    await gateway.client.search([QUERY])
    gateway.services.embedding.models.append("b2b2")
    gateway.services.vectors.releases.clear()
    gateway.services.vectors.add_release(RELEASE, "b2b2")
    gateway.services.vectors.serve(RELEASE)
    publish(gateway.services, design("USD1", QUERY))
    page = await gateway.client.search([QUERY])
    assert page.model_version == "b2b2"
    assert page.hits[0].score == pytest.approx(1)


async def test_no_release_was_promoted_yet(gateway: RunningGateway) -> None:
    gateway.services.vectors.releases.clear()
    await failure(gateway.client.search([QUERY]), Reason.NO_SERVING_RELEASE)
