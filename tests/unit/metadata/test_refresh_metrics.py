"""What Prometheus is told of refreshes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.protobuf import json_format
from prometheus_client import CollectorRegistry

from sevenviews.backends.refresh_messages import refresh_to_wire
from sevenviews.backends.refreshes import Refresh, RefreshState
from sevenviews.metadata.migrate import migrate
from sevenviews.metadata.refresh_journal import JournalEntry, RefreshJournal
from sevenviews.metadata.stores import open_engine
from sevenviews.metadata.telemetry import RefreshMetrics

BEGUN = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
RECORD = Refresh("f-1", RefreshState.RUNNING, 5, "host:1", BEGUN, current_step="train")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[RefreshJournal]:
    engine = open_engine(f"sqlite:///{tmp_path / 'patents.sqlite'}", 5)
    migrate(engine)
    yield RefreshJournal(engine)
    engine.dispose()


def keep(journal: RefreshJournal, record: Refresh) -> float:
    """Returns the time that it was written at."""
    wire = refresh_to_wire(record)
    document = json_format.MessageToJson(wire)
    journal.put(JournalEntry(record.refresh_id, record.state, record.fencing_token, record.started, document))
    return wire.updated_time.ToNanoseconds() / 1e9


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_before_the_first_refresh(journal: RefreshJournal) -> None:
    registry = CollectorRegistry()
    RefreshMetrics(journal, 15, registry).refresh()
    assert registry.get_sample_value("sevenviews_refresh_step", {"step": "none"}) == 1
    assert registry.get_sample_value("sevenviews_refresh_started_timestamp_seconds") == 0
    for outcome in ("promoted", "built", "refused", "failed"):
        name = "sevenviews_refresh_finished_timestamp_seconds"
        assert registry.get_sample_value(name, {"outcome": outcome}) == 0


def test_one_under_way_and_those_that_ended(journal: RefreshJournal) -> None:
    refused = keep(journal, replace(RECORD, refresh_id="f-0", state=RefreshState.REFUSED))
    keep(journal, replace(RECORD, started=BEGUN + timedelta(hours=1)))
    registry, clock = CollectorRegistry(), Clock()
    metrics = RefreshMetrics(journal, 15, registry, clock)
    metrics.refresh()
    assert registry.get_sample_value("sevenviews_refresh_step", {"step": "train"}) == 1
    assert registry.get_sample_value("sevenviews_refresh_step", {"step": "none"}) is None
    started = (BEGUN + timedelta(hours=1)).timestamp()
    assert registry.get_sample_value("sevenviews_refresh_started_timestamp_seconds") == started
    name = "sevenviews_refresh_finished_timestamp_seconds"
    assert registry.get_sample_value(name, {"outcome": "refused"}) == refused
    assert registry.get_sample_value(name, {"outcome": "promoted"}) == 0
    ended = keep(
        journal,
        replace(RECORD, started=BEGUN + timedelta(hours=1), state=RefreshState.PROMOTED, current_step=""),
    )
    # It is not looked at all the time.
    metrics.refresh()
    assert registry.get_sample_value(name, {"outcome": "promoted"}) == 0
    clock.now = 15
    metrics.refresh()
    assert registry.get_sample_value(name, {"outcome": "promoted"}) == ended
    assert registry.get_sample_value("sevenviews_refresh_step", {"step": "none"}) == 1
