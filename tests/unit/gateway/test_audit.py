"""The audit: what is written of a call, how long it is kept, and who may read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from structlog.testing import capture_logs

from sevenviews.client import AsyncClient, QueryImage
from sevenviews.designs import PatentFilter, Reason
from sevenviews.gateway.access.keys import KeyFile, new_key
from sevenviews.gateway.audit.trail import AuditEvent, AuditTrail
from sevenviews.runtime.identity import Role
from sevenviews.runtime.status import error_from_rpc
from sevenviews.v1 import audit_pb2, audit_pb2_grpc
from tests.fakes.embedding import vector_image
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import RunningGateway, design, failure, import_all, publish, running_gateway

# Long ago: a trail opens the file of today by itself, and what is written here belongs to another day.
NOW = datetime(2024, 11, 30, 12, tzinfo=UTC)
QUERY = vector_image(1)


def event(seconds: float, **fields: Any) -> AuditEvent:
    time = NOW + timedelta(seconds=seconds)
    return AuditEvent(**{"time": time, "caller": "key:a", "method": "/m", "request_id": "r", **fields})


def lines(directory: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for path in sorted(directory.iterdir()) for line in path.read_text().splitlines()
    ]


async def read(gateway: RunningGateway, key: str, **wanted: Any) -> list[audit_pb2.AuditEvent]:
    async with grpc.aio.insecure_channel(gateway.server.address) as channel:
        stub: Any = audit_pb2_grpc.AuditServiceStub(channel)
        request = audit_pb2.ReadAuditEventsRequest(**wanted)
        metadata = (("authorization", f"Bearer {key}"),) if key else ()
        try:
            return [one.event async for one in stub.ReadAuditEvents(request, metadata=metadata)]
        except grpc.RpcError as error:
            raise error_from_rpc(error) from error


async def test_the_audit_tells_who_did_what(services: FakeServices, tmp_path: Path) -> None:
    made = {role.value: new_key(f"a-{role}", (role,), NOW) for role in Role}
    file, directory = tmp_path / "keys.json", tmp_path / "audit"
    KeyFile(keys=tuple(record for record, _ in made.values())).write(file)
    keys = {role: key.get_secret_value() for role, (_, key) in made.items()}
    publish(services, design("USD1", QUERY))
    async with running_gateway(services, api_keys_file=file, audit_directory=directory) as gateway:
        address = gateway.server.address
        await failure(gateway.client.get_patent("USD1"), Reason.CREDENTIAL_MISSING)
        async with AsyncClient(address, credential=keys["reader"]) as reader:
            query = [QueryImage(QUERY), QueryImage(patent_id="USD1", weight=0.5)]
            await reader.search(query, patent_filter=PatentFilter(holders=("Zauberlampe",)))
            assert [one.error is None async for one in reader.get_patents(["USD1", "USD9"])] == [True, False]
            await failure(reader.delete_patents(["USD1"]), Reason.ROLE_MISSING)
        async with AsyncClient(address, credential=keys["importer"]) as importer:
            await import_all(importer, design("USD2", QUERY), design("USD3"))
        async with AsyncClient(address, credential=keys["operator"]) as operator:
            await operator.delete_patents(["USD1", "USD7"])
        events = await read(gateway, keys["auditor"])
        told = [
            (one.caller, one.method.rpartition("/")[2], one.code, one.reason, list(one.ids), dict(one.failed))
            for one in events
        ]
        reading = "BatchGetCatalogPatents"
        assert told == [
            ("unknown", "GetCatalogPatent", "UNAUTHENTICATED", "CREDENTIAL_MISSING", [], {}),
            ("key:a-reader", "SearchDesigns", "OK", "", ["USD1"], {}),
            ("key:a-reader", reading, "OK", "", ["USD1"], {"USD9": "PATENT_NOT_FOUND"}),
            ("key:a-reader", "DeleteCatalogPatents", "PERMISSION_DENIED", "ROLE_MISSING", [], {}),
            ("key:a-importer", "ImportPatents", "OK", "", ["USD2"], {"USD3": "PATENT_WITHOUT_DRAWINGS"}),
            ("key:a-operator", "DeleteCatalogPatents", "OK", "", ["USD1", "USD7"], {}),
        ]
        assert all(one.address == "127.0.0.1" and one.request_id for one in events)
        assert events[1].credential == made["reader"][0].id
        found = await read(gateway, keys["auditor"], id="USD9")
        assert [one.method.rpartition("/")[2] for one in found] == [reading]
        assert len(await read(gateway, keys["auditor"], caller="key:a-operator")) == 1
        future = Timestamp(seconds=int(datetime.now(UTC).timestamp()) + 60)
        assert await read(gateway, keys["auditor"], start_time=future) == []
        malformed = read(gateway, keys["auditor"], end_time=Timestamp(seconds=10**15))
        assert (await failure(malformed, Reason.FIELD_MALFORMED)).metadata["field"] == "end_time"
        for role in ("reader", "importer", "operator"):
            await failure(read(gateway, keys[role]), Reason.ROLE_MISSING)
    written = json.dumps(lines(directory))
    assert not [word for word in ("Zauberlampe", *keys.values()) if word in written]


async def test_a_long_stream_is_told_in_parts(services: FakeServices, tmp_path: Path) -> None:
    async with running_gateway(services, audit_directory=tmp_path) as gateway:
        assert (
            len([one async for one in gateway.client.get_patents(f"USD{at}" for at in range(1100))]) == 1100
        )
    told = lines(tmp_path)
    # A client asks for a thousand in a call.
    assert [(one.get("code", ""), len(one.get("failed", {}))) for one in told] == [
        ("", 1000),
        ("OK", 0),
        ("OK", 100),
    ]


async def test_no_directory_no_audit(services: FakeServices) -> None:
    async with running_gateway(services) as gateway:
        await failure(read(gateway, ""), Reason.AUDIT_NOT_KEPT)


def test_gateways_share_a_directory_and_are_read_as_one(tmp_path: Path) -> None:
    one, other = (AuditTrail(tmp_path, 0, host) for host in ("one", "other/..//two"))
    for trail, seconds in ((one, 0), (other, 1), (one, 2), (other, 3), (one, 86_400), (other, 43_201)):
        trail.write(event(seconds))
    half = next(tmp_path.glob("audit-2024-11-30-one.jsonl"))
    half.write_text(half.read_text() + '{"time": "2024-')
    (tmp_path / "notes.txt").write_text("of somebody")

    def seconds_of(start: float | None = None, end: float | None = None) -> Sequence[float]:
        since, until = (None if one is None else NOW + timedelta(seconds=one) for one in (start, end))
        return [(found.time - NOW).total_seconds() for found in one.read(since, until)]

    assert seconds_of() == [0, 1, 2, 3, 43_201, 86_400]
    assert seconds_of(2, 86_400) == [2, 3, 43_201]
    assert seconds_of(3.5) == [43_201, 86_400]
    assert {path.parent for path in tmp_path.rglob("*")} == {tmp_path}


def test_what_is_too_old_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=before) for before in (0, 2, 3, 4, 400)]
    for day in days:
        (tmp_path / f"audit-{day}-gone.jsonl").write_text("")
    (tmp_path / "audit-2001-01-01.txt").write_text("")
    trail = AuditTrail(tmp_path, 3, "here")

    def kept() -> set[date]:
        return {date.fromisoformat(path.name[6:16]) for path in tmp_path.glob("*.jsonl")}

    assert kept() == set(days[:3])
    assert (tmp_path / "audit-2001-01-01.txt").exists()
    # Also while it runs, when a day begins.
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    trail.write(event(0).model_copy(update={"time": tomorrow}))
    assert kept() == {tomorrow.date(), *days[:2]}


def test_an_event_that_cannot_be_written_is_in_the_log(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path / "audit", 0, "here")
    (tmp_path / "audit").rename(tmp_path / "elsewhere")
    with capture_logs() as logs:
        # Of a day whose file is not open yet.
        trail.write(event(0, time=datetime.now(UTC) + timedelta(days=2), ids=("USD1",)))
    assert [one["event"] for one in logs] == ["audit event not written"]
    assert "USD1" in logs[0]["audit_event"]


def test_a_directory_that_is_none_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        AuditTrail(tmp_path / "file", 0)
