"""Replacing and deleting only what was read, and checking without storing."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.client import ImportItem, ImportResult
from sevenviews.designs import ImportOutcome, Reason, SevenviewsError
from sevenviews.gateway.etag import etag_of, generation_of
from tests.fakes.embedding import vector_image
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import (
    RunningGateway,
    design,
    failure,
    import_all,
    running_gateway,
)

CHAIR = design("USD1", vector_image(1))
TABLE = design("USD1", vector_image(0, 1), replace=True)
LAMP = design("USD1", vector_image(0, 0, 1), replace=True)


async def imported(gateway: RunningGateway, item: ImportItem) -> ImportResult:
    return (await import_all(gateway.client, item))[item.patent.patent_id]


async def refused(gateway: RunningGateway, item: ImportItem) -> Reason:
    error = (await imported(gateway, item)).error
    assert error is not None
    return error.reason


async def test_a_patent_is_replaced_only_as_it_was_read(gateway: RunningGateway) -> None:
    await imported(gateway, CHAIR)
    read = await gateway.client.read_patent("USD1")
    replaced = await imported(gateway, replace(TABLE, etag=read.etag))
    assert replaced.outcome is ImportOutcome.REPLACED
    # Somebody else has read the chair, and not that it is a table by now.
    assert await refused(gateway, replace(LAMP, etag=read.etag)) is Reason.ETAG_MISMATCH
    assert replaced.etag == (await gateway.client.read_patent("USD1")).etag != read.etag
    assert (await imported(gateway, replace(LAMP, etag=replaced.etag))).outcome is ImportOutcome.REPLACED


async def test_a_replacement_that_is_sent_again_has_not_failed(gateway: RunningGateway) -> None:
    """Who did not get the answer may send the same, with the etag that it then had."""
    etag = (await imported(gateway, CHAIR)).etag
    first = await imported(gateway, replace(TABLE, etag=etag))
    again = await imported(gateway, replace(TABLE, etag=etag))
    assert (again.outcome, again.etag) == (ImportOutcome.UNCHANGED, first.etag)


async def test_of_two_who_replace_the_same_one_wins(gateway: RunningGateway) -> None:
    etag = (await imported(gateway, CHAIR)).etag
    released = gateway.services.patent_server.block("PublishPatents")
    first = asyncio.create_task(imported(gateway, replace(TABLE, etag=etag)))
    await gateway.services.patent_server.arrival("PublishPatents")
    second = asyncio.create_task(imported(gateway, replace(LAMP, etag=etag)))
    await gateway.services.patent_server.arrival("PublishPatents", 2)
    released.set()
    results = await asyncio.gather(first, second)
    assert sorted(one.outcome for one in results) == [ImportOutcome.FAILED, ImportOutcome.REPLACED]
    (won,) = [one for one in results if one.error is None]
    assert (await gateway.client.read_patent("USD1")).etag == won.etag


async def test_patents_are_deleted_only_as_they_were_read(gateway: RunningGateway) -> None:
    old = (await imported(gateway, CHAIR)).etag
    other = (await imported(gateway, design("USD2", vector_image(1)))).etag
    new = (await imported(gateway, TABLE)).etag
    names = ["USD1", "USD2"]
    await failure(gateway.client.delete_patents(names, {"USD1": old, "USD2": other}), Reason.ETAG_MISMATCH)
    assert {one.patent_id for one in (await gateway.client.list_patents()).patents} == set(names)
    assert await gateway.client.delete_patents(names, {"USD1": new}) == 2
    await failure(gateway.client.delete_patents(["USD1"], {"USD1": new}), Reason.ETAG_MISMATCH)


async def test_an_etag_of_what_is_not_to_be_deleted_is_a_mistake(gateway: RunningGateway) -> None:
    etag = (await imported(gateway, CHAIR)).etag
    error = await failure(gateway.client.delete_patents(["USD2"], {"USD1": etag}), Reason.FIELD_MALFORMED)
    assert error.metadata == {"field": "etags", "value": "USD1"}


@pytest.mark.parametrize("etag", ["x", "1-", "-1", "1-00000000", etag_of("USD2", 1)])
async def test_what_is_no_etag_of_the_patent_does_not_match(gateway: RunningGateway, etag: str) -> None:
    await imported(gateway, CHAIR)
    assert await refused(gateway, replace(TABLE, etag=etag)) is Reason.ETAG_MISMATCH
    await failure(gateway.client.delete_patents(["USD1"], {"USD1": etag}), Reason.ETAG_MISMATCH)


@given(st.text(max_size=20), st.integers(1, 2**63 - 1))
def test_an_etag_names_its_generation(patent_id: str, generation: int) -> None:
    assert generation_of(etag_of(patent_id, generation), patent_id) == generation
    with pytest.raises(SevenviewsError):
        generation_of(etag_of(patent_id, generation), patent_id + "x")


async def test_what_is_only_checked_is_told_and_not_stored(gateway: RunningGateway) -> None:
    checked = await imported(gateway, replace(CHAIR, validate_only=True))
    assert (checked.outcome, checked.etag) == (ImportOutcome.CREATED, "")
    await failure(gateway.client.get_patent("USD1"), Reason.PATENT_NOT_FOUND)
    stored = await imported(gateway, CHAIR)
    assert (await imported(gateway, replace(CHAIR, validate_only=True))).outcome is ImportOutcome.UNCHANGED
    assert (await imported(gateway, replace(TABLE, validate_only=True))).outcome is ImportOutcome.REPLACED
    conflict = replace(TABLE, validate_only=True, replace=False)
    assert await refused(gateway, conflict) is Reason.PATENT_CONTENT_CONFLICT
    stale = replace(TABLE, validate_only=True, etag=etag_of("USD1", 7))
    assert await refused(gateway, stale) is Reason.ETAG_MISMATCH
    assert (await gateway.client.read_patent("USD1")).etag == stored.etag
    assert gateway.sample("sevenviews_gateway_imported_patents_total", outcome="created") == 1
    assert gateway.sample("sevenviews_gateway_imported_patents_total", outcome="replaced") == 0


async def test_to_check_needs_no_release_and_makes_none(services: FakeServices) -> None:
    services.vectors.releases.clear()
    async with running_gateway(services) as gateway:
        assert (await imported(gateway, replace(CHAIR, validate_only=True))).outcome is ImportOutcome.CREATED
        assert services.vectors.releases == {}
        assert services.methods() == ["PutPatent"]
