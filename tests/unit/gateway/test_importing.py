"""Imports through the gateway: complete after any crash, never visible before, and harmless when they fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import grpc
import pytest

from sevenviews.client import ImportItem, ImportResult
from sevenviews.designs import (
    ImportOutcome,
    LocarnoClass,
    Party,
    Patent,
    PatentFilter,
    Reason,
    SevenviewsError,
    View,
)
from sevenviews.runtime.channels import open_channel
from sevenviews.v1 import catalog_pb2, catalog_pb2_grpc, patent_pb2
from tests.fakes.embedding import embedding_of, vector_image
from tests.fakes.patents import locarno
from tests.unit.gateway.harness import (
    RELEASE,
    STEPS,
    RunningGateway,
    design,
    failure,
    ids,
    import_all,
    outcome,
    publish,
    searchable,
)

QUERY = vector_image(1)

INTERNAL = SevenviewsError(Reason.INTERNAL, "died here")

NO_SUCH_VIEW: Any = 99


async def test_an_imported_patent_is_found(gateway: RunningGateway) -> None:
    item = design(
        "USD1",
        QUERY,
        vector_image(0, 1),
        office="US",
        locarno=locarno("06-01"),
        assignees=(Party("Acme  Corp."),),
        publication_date=date(2021, 2, 9),
    )
    assert await outcome(gateway, item) is ImportOutcome.CREATED
    found = PatentFilter(locarno_any=(LocarnoClass(6),), offices=("US",), holders=("acme corp.",))
    page = await gateway.client.search([QUERY], patent_filter=found, read_mask=["*"])
    assert ids(page.hits) == ["USD1"]
    assert page.hits[0].patent == item.patent
    assert gateway.sample("sevenviews_gateway_imported_patents_total", outcome="created") == 1


async def test_publication_comes_last(gateway: RunningGateway) -> None:
    await outcome(gateway, design("USD1", QUERY))
    released = gateway.services.patent_server.block("PublishPatents")
    importing = asyncio.create_task(import_all(gateway.client, design("USD2", QUERY)))
    await gateway.services.patent_server.arrival("PublishPatents", 2)
    # Its vectors are there already.
    assert ("USD2-D00001-01", 1) in gateway.services.vectors.serving().drawings
    assert await searchable(gateway) == ["USD1"]
    released.set()
    await importing
    assert await searchable(gateway) == ["USD1", "USD2"]


async def test_the_same_again_is_unchanged_and_asks_for_nothing_more(gateway: RunningGateway) -> None:
    item = design("USD1", QUERY)
    await outcome(gateway, item)
    gateway.services.forget_calls()
    assert await outcome(gateway, item) is ImportOutcome.UNCHANGED
    assert gateway.services.methods() == ["PutPatent"]


@pytest.mark.parametrize("after_work", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_second_import_completes_what_a_crash_cut_off(
    gateway: RunningGateway, step: str, after_work: bool
) -> None:
    service, method = STEPS[step]
    gateway.services.servers[service].fail(method, INTERNAL, after_work=after_work)
    item = design("USD1", QUERY, vector_image(0, 1))
    cut = (await import_all(gateway.client, item))["USD1"]
    assert cut.outcome is ImportOutcome.FAILED
    published_already = step == "publish" and after_work
    assert await searchable(gateway) == (["USD1"] if published_already else [])
    second = await outcome(gateway, item)
    assert second is (ImportOutcome.UNCHANGED if published_already else ImportOutcome.CREATED)
    assert await searchable(gateway) == ["USD1"]
    assert sorted(gateway.services.vectors.serving().drawings) == [
        ("USD1-D00001-01", 1),
        ("USD1-D00001-02", 1),
    ]
    assert await outcome(gateway, item) is ImportOutcome.UNCHANGED


@pytest.mark.parametrize("step", ["embed", "upsert", "publish"])
async def test_a_replacement_that_is_cut_off_leaves_the_old_content_to_readers(
    gateway: RunningGateway, step: str
) -> None:
    await outcome(gateway, design("USD1", QUERY))
    service, method = STEPS[step]
    gateway.services.servers[service].fail(method, INTERNAL)
    new = design("USD1", vector_image(0, 1), vector_image(1, 1), replace=True)
    await import_all(gateway.client, new)
    before = await gateway.client.get_patent("USD1")
    assert len(before.drawings) == 1
    assert await outcome(gateway, new) is ImportOutcome.REPLACED
    assert await gateway.client.get_patent("USD1") == new.patent
    assert len(gateway.services.vectors.serving().drawings) == 2


async def test_a_replacement_leaves_no_vector_of_the_old_content(gateway: RunningGateway) -> None:
    await outcome(gateway, design("USD1", QUERY, vector_image(0, 1)))
    assert await outcome(gateway, design("USD1", vector_image(0, 1), replace=True)) is ImportOutcome.REPLACED
    [row] = gateway.services.vectors.serving().drawings.values()
    assert row.vector == pytest.approx(embedding_of(vector_image(0, 1)))


async def test_replacement_of_nothing_is_creation(gateway: RunningGateway) -> None:
    assert await outcome(gateway, design("USD1", QUERY, replace=True)) is ImportOutcome.CREATED


async def test_other_content_conflicts_and_changes_nothing(gateway: RunningGateway) -> None:
    first = design("USD1", QUERY)
    await outcome(gateway, first)
    results = await import_all(gateway.client, design("USD1", vector_image(0, 1)))
    error = results["USD1"].error
    assert error is not None
    assert (error.reason, error.metadata) == (Reason.PATENT_CONTENT_CONFLICT, {"patent_id": "USD1"})
    assert await gateway.client.get_patent("USD1") == first.patent
    [row] = gateway.services.vectors.serving().drawings.values()
    assert row.vector == pytest.approx(embedding_of(QUERY))


async def test_two_contents_in_one_stream_are_imported_in_their_order(gateway: RunningGateway) -> None:
    results = [
        result
        async for result in gateway.client.import_patents(
            [design("USD1", QUERY), design("USD1", vector_image(0, 1))]
        )
    ]
    assert [result.outcome for result in results] == [ImportOutcome.CREATED, ImportOutcome.FAILED]
    [row] = gateway.services.vectors.serving().drawings.values()
    assert row.vector == pytest.approx(embedding_of(QUERY))


async def test_one_bad_drawing_fails_its_patent_alone(gateway: RunningGateway) -> None:
    bad = design("USD2", QUERY, b"bad")
    results = await import_all(gateway.client, design("USD1", QUERY), bad, design("USD3", QUERY))
    assert {id_: result.outcome for id_, result in results.items()} == {
        "USD1": ImportOutcome.CREATED,
        "USD2": ImportOutcome.FAILED,
        "USD3": ImportOutcome.CREATED,
    }
    error = results["USD2"].error
    assert error is not None
    assert error.reason is Reason.IMAGE_CORRUPT
    assert error.metadata["drawing_id"] == "USD2-D00001-02"
    assert "USD2-D00001-02" in error.message
    assert await searchable(gateway) == ["USD1", "USD3"]


async def test_a_corrected_drawing_needs_no_replacement(gateway: RunningGateway) -> None:
    """The failed import left staged content behind, which nobody ever saw."""
    await import_all(gateway.client, design("USD1", QUERY, b"bad"))
    assert await outcome(gateway, design("USD1", QUERY, vector_image(0, 1))) is ImportOutcome.CREATED
    assert await searchable(gateway) == ["USD1"]


async def test_a_patent_without_drawings(gateway: RunningGateway) -> None:
    results = await import_all(gateway.client, ImportItem(Patent("USD1"), {}))
    error = results["USD1"].error
    assert error is not None
    assert error.reason is Reason.PATENT_WITHOUT_DRAWINGS


async def test_malformed_messages_fail_alone(gateway: RunningGateway) -> None:
    """Sent by the bare stub; the client cannot make them."""
    twice = patent_pb2.DrawingContent(drawing_id="USD2-D00001-01", content=QUERY)
    drawing = patent_pb2.Drawing(drawing_id="USD2-D00001-01", sheet_number=1)
    drawing.view = NO_SUCH_VIEW
    requests = [
        catalog_pb2.ImportPatentsRequest(
            patent=patent_pb2.Patent(patent_id="USD2", drawings=[drawing]), contents=[twice]
        ),
        catalog_pb2.ImportPatentsRequest(patent=patent_pb2.Patent(patent_id="USD3"), contents=[twice, twice]),
    ]
    async with open_channel(gateway.server.address) as channel:
        stub = catalog_pb2_grpc.CatalogServiceStub(channel)
        answers = {answer.patent_id: answer async for answer in stub.ImportPatents(iter(requests))}
    assert answers["USD2"].status.metadata == {"field": "patent.drawings[0].view", "value": "99"}
    assert answers["USD3"].status.metadata == {"drawing_id": "USD2-D00001-01"}
    assert all(answer.outcome == catalog_pb2.IMPORT_OUTCOME_FAILED for answer in answers.values())
    assert gateway.services.patent_server.count("PutPatent") == 0


async def test_drawings_are_embedded_in_portions_of_64(gateway: RunningGateway) -> None:
    images = [vector_image(1, number) for number in range(130)]
    await outcome(gateway, design("USD1", *images[:99]))
    sizes = [len(call.request.images) for call in gateway.services.embedding_server.of("EmbedImages")]
    assert sizes == [64, 35]
    rows = gateway.services.vectors.serving().drawings
    for position, image in enumerate(images[:99], start=1):
        assert rows[f"USD1-D00001-{position:02d}", 1].vector == pytest.approx(embedding_of(image))


async def test_a_service_that_is_down_fails_patents_which_may_be_sent_again(gateway: RunningGateway) -> None:
    await import_all(gateway.client, design("USD0", QUERY))
    await gateway.services.embedding_server.stop()
    results = await import_all(gateway.client, design("USD1", QUERY))
    error = results["USD1"].error
    assert error is not None
    assert (error.reason, error.metadata) == (Reason.DEPENDENCY_UNAVAILABLE, {"service": "embedding"})
    await gateway.services.embedding_server.start()
    await import_eventually(gateway, design("USD1", QUERY))
    assert await searchable(gateway) == ["USD0", "USD1"]


async def import_eventually(gateway: RunningGateway, item: ImportItem) -> None:
    """Connections come back by themselves, within the reconnect backoff of two seconds."""
    async with asyncio.timeout(10):
        while True:
            [result] = (await import_all(gateway.client, item)).values()
            if result.error is None:
                return
            await asyncio.sleep(0.05)


async def test_a_deletion_outruns_an_import(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    released = gateway.services.patent_server.block("PublishPatents")
    replacing = asyncio.create_task(
        import_all(gateway.client, design("USD1", vector_image(0, 1), replace=True))
    )
    await gateway.services.patent_server.arrival("PublishPatents")
    assert await gateway.client.delete_patents(["USD1"]) == 1
    released.set()
    error = (await replacing)["USD1"].error
    assert error is not None
    assert error.reason is Reason.PATENT_GENERATION_STALE
    assert gateway.services.vectors.serving().drawings == {}
    assert await searchable(gateway) == []


async def test_a_sweep_that_fails_fails_no_import(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    gateway.services.vector_server.fail("DeleteVectors", INTERNAL)
    new = design("USD1", vector_image(0, 1), replace=True)
    assert await outcome(gateway, new) is ImportOutcome.REPLACED
    assert set(gateway.services.vectors.serving().drawings) == {("USD1-D00001-01", 1), ("USD1-D00001-01", 2)}


async def test_results_come_before_the_stream_ends(gateway: RunningGateway) -> None:
    """A sender may wait for a result before it sends the next patent."""
    arrived: asyncio.Queue[ImportResult] = asyncio.Queue()

    async def one_by_one() -> AsyncIterator[ImportItem]:
        for number in range(3):
            yield design(f"USD{number}", QUERY)
            assert (await arrived.get()).patent_id == f"USD{number}"

    async with asyncio.timeout(10):
        async for result in gateway.client.import_patents(one_by_one()):
            await arrived.put(result)
    assert await searchable(gateway) == ["USD0", "USD1", "USD2"]


async def test_a_caller_that_goes_away_stops_the_import_and_may_resume_it(gateway: RunningGateway) -> None:
    released = gateway.services.embedding_server.block("EmbedImages")
    importing = asyncio.create_task(import_all(gateway.client, design("USD1", QUERY)))
    await gateway.services.embedding_server.arrival("EmbedImages")
    importing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await importing
    released.set()
    assert await outcome(gateway, design("USD1", QUERY)) is ImportOutcome.CREATED
    assert await searchable(gateway) == ["USD1"]


async def test_a_fault_of_ours_is_reported_without_its_text(gateway: RunningGateway) -> None:
    """An answer that is not of its form is as good as a fault of our own."""
    gateway.services.embedding.answers_nothing = True
    results = await import_all(gateway.client, design("USD1", QUERY))
    error = results["USD1"].error
    assert error is not None
    assert error.reason is Reason.INTERNAL
    assert error.message.startswith("internal error while importing USD1; report request id ")
    assert set(error.metadata) == {"request_id"}


async def test_deletion_removes_records_before_vectors(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY), design("USD2", QUERY))
    kept = gateway.services.vectors.add_release("kept")
    kept.put(design("USD1", QUERY).patent, [("USD1-D00001-01", View.UNKNOWN, embedding_of(QUERY))])
    assert await gateway.client.delete_patents(["USD1", "USD404"]) == 1
    # "USD1" may be a number, so it is looked up first.
    assert gateway.services.methods() == ["DeleteVectors", "BatchGetPatents", "DeletePatents"]
    assert await searchable(gateway) == ["USD2"]
    assert kept.drawings == {}
    await failure(gateway.client.get_patent("USD1"), Reason.PATENT_NOT_FOUND)


async def test_a_deletion_is_done_when_the_records_are_gone(gateway: RunningGateway) -> None:
    """Vectors that are left behind are seen by nobody, and are not those of the next import."""
    publish(gateway.services, design("USD1", QUERY))
    gateway.services.vector_server.fail("DeleteVectors", INTERNAL)
    assert await gateway.client.delete_patents(["USD1"]) == 1
    assert ("USD1-D00001-01", 1) in gateway.services.vectors.serving().drawings
    assert await searchable(gateway) == []
    assert await outcome(gateway, design("USD1", vector_image(0, 1))) is ImportOutcome.CREATED
    # The import has swept what was older.
    [row] = gateway.services.vectors.serving().drawings.values()
    assert row.vector == pytest.approx(embedding_of(vector_image(0, 1)))


async def test_a_deletion_that_is_cut_off_is_completed_by_the_next(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    gateway.services.patent_server.fail("DeletePatents", INTERNAL)
    await failure(gateway.client.delete_patents(["USD1"]), Reason.INTERNAL)
    assert await searchable(gateway) == ["USD1"]
    assert await gateway.client.delete_patents(["USD1"]) == 1
    assert RELEASE in gateway.services.vectors.releases


async def test_retries_of_single_calls_are_unseen(gateway: RunningGateway) -> None:
    for service, method in STEPS.values():
        gateway.services.servers[service].fail(method, grpc.StatusCode.UNAVAILABLE, times=2)
    assert await outcome(gateway, design("USD1", QUERY)) is ImportOutcome.CREATED
