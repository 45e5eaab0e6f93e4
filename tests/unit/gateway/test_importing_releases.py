"""Which releases an import writes to, and where the first one comes from."""

from __future__ import annotations

import asyncio

import pytest

from sevenviews.designs import (
    ImportOutcome,
    Reason,
    SevenviewsError,
)
from sevenviews.internal.v1 import vectors_pb2
from tests.fakes.embedding import DEFAULT_MODEL, embedding_of, vector_image
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import (
    RunningGateway,
    design,
    failure,
    import_all,
    outcome,
    running_gateway,
    searchable,
)

QUERY = vector_image(1)

INTERNAL = SevenviewsError(Reason.INTERNAL, "died here")


async def test_every_release_is_kept_current_with_one_embedding_a_model(gateway: RunningGateway) -> None:
    """Building, serving and kept; two of them of one model."""
    services = gateway.services
    services.embedding.models.append("b2b2")
    services.vectors.add_release("kept").state = vectors_pb2.RELEASE_STATE_KEPT
    services.vectors.add_release("building", "b2b2")
    await outcome(gateway, design("USD1", QUERY))
    versions = [call.request.model_version for call in services.embedding_server.of("EmbedImages")]
    assert versions == [DEFAULT_MODEL, "b2b2"]
    for release in services.vectors.releases.values():
        [row] = release.drawings.values()
        assert row.vector == pytest.approx(embedding_of(QUERY, release.model_version)), release.release_id


async def test_a_release_that_is_retired_meanwhile_is_passed_over(gateway: RunningGateway) -> None:
    services = gateway.services
    services.vectors.add_release("kept")
    released = services.embedding_server.block("EmbedImages")
    importing = asyncio.create_task(outcome(gateway, design("USD1", QUERY)))
    await services.embedding_server.arrival("EmbedImages")
    del services.vectors.releases["kept"]
    released.set()
    assert await importing is ImportOutcome.CREATED
    assert await searchable(gateway) == ["USD1"]


@pytest.mark.parametrize(
    "reason", [Reason.RELEASE_NOT_FOUND, Reason.RELEASE_STATE, Reason.EMBEDDING_MODEL_MISMATCH]
)
async def test_a_release_that_refuses_and_is_not_retired_fails_the_import(
    gateway: RunningGateway, reason: Reason
) -> None:
    """Whatever it says: it is listed, so it must hold every patent that is published."""
    gateway.services.vectors.add_release("kept")
    gateway.services.vector_server.fail("UpsertVectors", SevenviewsError(reason, "not now"), times=9)
    error = (await import_all(gateway.client, design("USD1", QUERY)))["USD1"].error
    assert error is not None
    assert error.reason is reason
    assert "USD1" not in gateway.services.patents.published


async def test_a_release_that_appears_meanwhile_is_written_to(services: FakeServices) -> None:
    async with running_gateway(services, release_seconds=0) as gateway:
        released = services.vector_server.block("UpsertVectors")
        importing = asyncio.create_task(outcome(gateway, design("USD1", QUERY)))
        await services.vector_server.arrival("UpsertVectors")
        services.vectors.add_release("building")
        released.set()
        assert await importing is ImportOutcome.CREATED
        assert ("USD1-D00001-01", 1) in services.vectors.releases["building"].drawings
        # One model, so that nothing was embedded twice.
        assert services.embedding_server.count("EmbedImages") == 1


async def test_without_a_serving_release_nothing_is_published(gateway: RunningGateway) -> None:
    released = gateway.services.embedding_server.block("EmbedImages")
    importing = asyncio.create_task(import_all(gateway.client, design("USD1", QUERY)))
    await gateway.services.embedding_server.arrival("EmbedImages")
    gateway.services.vectors.releases.clear()
    released.set()
    error = (await importing)["USD1"].error
    assert error is not None
    assert error.reason is Reason.NO_SERVING_RELEASE
    assert gateway.services.patents.published == {}


async def test_the_first_import_makes_the_first_release(gateway: RunningGateway) -> None:
    gateway.services.vectors.releases.clear()
    await outcome(gateway, design("USD1", QUERY))
    serving = gateway.services.vectors.serving()
    assert serving.release_id == f"initial-{DEFAULT_MODEL[:12]}"
    assert serving.model_version == DEFAULT_MODEL
    assert await searchable(gateway) == ["USD1"]


async def test_two_gateways_that_import_first_agree_on_the_release(services: FakeServices) -> None:
    services.vectors.releases.clear()
    async with running_gateway(services) as one, running_gateway(services) as other:
        await asyncio.gather(
            import_all(one.client, design("USD1", QUERY)), import_all(other.client, design("USD2", QUERY))
        )
        assert list(services.vectors.releases) == [f"initial-{DEFAULT_MODEL[:12]}"]
        assert await searchable(one) == await searchable(other) == ["USD1", "USD2"]


@pytest.mark.parametrize("method", ["CreateRelease", "CompleteRelease", "PromoteRelease"])
@pytest.mark.parametrize("after_work", [False, True])
async def test_a_first_release_that_was_cut_off_is_completed(
    gateway: RunningGateway, method: str, after_work: bool
) -> None:
    gateway.services.vectors.releases.clear()
    gateway.services.vector_server.fail(method, INTERNAL, after_work=after_work)
    await failure(import_all(gateway.client, design("USD1", QUERY)), Reason.INTERNAL)
    assert await outcome(gateway, design("USD1", QUERY)) is ImportOutcome.CREATED
    assert len(gateway.services.vectors.releases) == 1


@pytest.mark.parametrize("state", ["building", "kept"])
async def test_no_release_is_made_beside_others(gateway: RunningGateway, state: str) -> None:
    """They are being built, or Milvus lost its aliases: an empty one that serves would hide what they hold."""
    vectors = gateway.services.vectors
    vectors.releases.clear()
    other = vectors.add_release("other")
    if state == "kept":
        other.state = vectors_pb2.RELEASE_STATE_KEPT
    gateway.services.forget_calls()
    error = await failure(import_all(gateway.client, design("USD1", QUERY)), Reason.NO_SERVING_RELEASE)
    assert error.metadata["releases"] == "other"
    assert list(vectors.releases) == ["other"]
    assert "PromoteRelease" not in gateway.services.methods()
    vectors.serve("other")
    assert await outcome(gateway, design("USD1", QUERY)) is ImportOutcome.CREATED


async def test_a_first_release_that_has_served_is_not_promoted_again(gateway: RunningGateway) -> None:
    vectors = gateway.services.vectors
    vectors.releases.clear()
    await outcome(gateway, design("USD1", QUERY))
    vectors.serving().state = vectors_pb2.RELEASE_STATE_KEPT
    async with running_gateway(gateway.services) as another:
        error = await failure(import_all(another.client, design("USD2", QUERY)), Reason.NO_SERVING_RELEASE)
    assert error.metadata["releases"] == f"initial-{DEFAULT_MODEL[:12]}"


async def test_a_promotion_meanwhile_wins_over_the_first_release(gateway: RunningGateway) -> None:
    """The other gateway has made the first release long ago, and a refresh has promoted the second."""
    vectors = gateway.services.vectors
    vectors.releases.clear()

    go_on = gateway.services.vector_server.block("PromoteRelease")
    importing = asyncio.create_task(outcome(gateway, design("USD1", QUERY)))
    await gateway.services.vector_server.arrival("PromoteRelease")
    vectors.add_release("second")
    vectors.serve("second")
    go_on.set()
    assert await importing is ImportOutcome.CREATED
    assert vectors.serving().release_id == "second"


async def test_there_is_neither_release_nor_model(gateway: RunningGateway) -> None:
    gateway.services.vectors.releases.clear()
    gateway.services.embedding.models.clear()
    await failure(import_all(gateway.client, design("USD1", QUERY)), Reason.NO_SERVING_RELEASE)
