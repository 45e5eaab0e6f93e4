"""The journal of refreshes over both databases, behind its service."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.backends.refresh_messages import refresh_from_wire, refresh_to_wire
from sevenviews.backends.refreshes import DoneStep, Refresh, RefreshState
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.internal.v1 import refreshes_pb2_grpc
from sevenviews.metadata.migrate import migrate
from sevenviews.metadata.refresh_journal import RefreshJournal
from sevenviews.metadata.refresh_servicer import RefreshServicer
from sevenviews.metadata.stores import open_engine
from tests.contract.postgresql_server import new_database
from tests.servers import ThreadedServer

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
RECORD = Refresh("f-1", RefreshState.RUNNING, 5, "host:1", NOW, configuration="{}")


@pytest.fixture(params=["sqlite", "postgresql"])
def services(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Services]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'patents.sqlite'}"
    else:
        url = new_database(request.getfixturevalue("postgresql_url"))
    engine = open_engine(url, 5)
    migrate(engine)
    servicer = RefreshServicer(RefreshJournal(engine), ThreadPoolExecutor(4))
    with ThreadedServer(
        lambda server: refreshes_pb2_grpc.add_RefreshServiceServicer_to_server(servicer, server)
    ) as address:
        reached = Services(Addresses("", "", address, ""), patience_seconds=0)
        yield reached
        reached.close()
    engine.dispose()


def refused(services: Services, record: Refresh) -> SevenviewsError:
    with pytest.raises(SevenviewsError) as caught:
        services.put_refresh(record)
    return caught.value


def test_a_record_comes_back_as_it_was(services: Services) -> None:
    facts = {"patents": 3.0, "lost": {"x": "why"}, "ids": ["a", "b"], "skipped": True, "map": 0.25}
    done = DoneStep("snapshot", NOW, NOW + timedelta(seconds=2.5), facts)
    record = replace(RECORD.with_step(done), current_step="train", message="because")
    services.put_refresh(record)
    assert services.refresh("f-1") == record
    assert services.refresh("f-1").steps[0].seconds == 2.5


def test_only_the_newest_holder_writes(services: Services) -> None:
    services.put_refresh(RECORD)
    services.put_refresh(replace(RECORD, fencing_token=6, holder="host:2"))
    error = refused(services, replace(RECORD, message="I am back"))
    assert error.reason is Reason.REFRESH_FENCED
    assert error.metadata == {"fencing_token": "5", "newest": "6"}
    assert services.refresh("f-1").holder == "host:2"
    # It may go on with another refresh of its own.
    services.put_refresh(replace(RECORD, refresh_id="f-2"))


def test_the_newest_come_first(services: Services) -> None:
    for number in range(5):
        services.put_refresh(
            replace(RECORD, refresh_id=f"f-{number}", started=NOW + timedelta(hours=(7 * number) % 5))
        )
    assert [one.refresh_id for one in services.refreshes(3)] == ["f-2", "f-4", "f-1"]
    assert len(services.refreshes()) == 5


def test_bad_records_are_refused(services: Services) -> None:
    assert refused(services, replace(RECORD, refresh_id="Not One")).reason is Reason.FIELD_MALFORMED
    assert refused(services, replace(RECORD, fencing_token=0)).reason is Reason.FIELD_REQUIRED
    with pytest.raises(SevenviewsError) as caught:
        services.refresh("f-9")
    assert caught.value.reason is Reason.REFRESH_NOT_FOUND
    with pytest.raises(SevenviewsError) as caught:
        services.refreshes(-1)
    assert caught.value.reason is Reason.FIELD_OUT_OF_RANGE


@pytest.mark.parametrize("state", list(RefreshState))
def test_every_state_crosses_the_wire(state: RefreshState) -> None:
    assert refresh_from_wire(refresh_to_wire(replace(RECORD, state=state))).state is state


def test_an_absent_service_is_named() -> None:
    services = Services(Addresses("", "", "127.0.0.1:1", ""), patience_seconds=0)
    with pytest.raises(SevenviewsError) as caught:
        services.refreshes()
    assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE
    services.close()
