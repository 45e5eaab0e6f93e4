"""What is told of the releases follows the index, no more often than asked for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import structlog.testing
from prometheus_client import CollectorRegistry, generate_latest

from sevenviews.designs import Reason, SevenviewsError, View
from sevenviews.vectors.drawings import DrawingVector, Embedding, PatentVectors
from sevenviews.vectors.releases import IndexParameters, Release
from sevenviews.vectors.telemetry import ReleaseMetrics
from tests.fakes.design_index import FakeDesignIndex

MODEL = "0123456789abcdef"
EVERY_SECONDS = 30.0


class CountingIndex(FakeDesignIndex):
    """Counts the looks at its releases; does not answer while it is down."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self.down = False

    def releases(self, timeout: float, *, counted: bool = True) -> tuple[Release, ...]:
        self.looks += 1
        if self.down:
            raise SevenviewsError(Reason.DEPENDENCY_UNAVAILABLE, "Milvus is down", {"service": "milvus"})
        return super().releases(timeout)


class Observed:
    """An index, its metrics, and a clock that a test moves."""

    def __init__(self) -> None:
        self.index = CountingIndex()
        self.registry = CollectorRegistry()
        self.now = 1000.0
        self.metrics = ReleaseMetrics(self.index, EVERY_SECONDS, self.registry, lambda: self.now)

    def look(self) -> None:
        self.now += EVERY_SECONDS
        self.metrics.refresh(1.0)

    def value(self, name: str, labels: Mapping[str, str] | None = None) -> float | None:
        return self.registry.get_sample_value(f"sevenviews_{name}", dict(labels or {}))

    def releases_by_state(self) -> dict[str, float | None]:
        return {state: self.value("releases", {"state": state}) for state in ("building", "serving", "kept")}


@pytest.fixture
def observed() -> Observed:
    return Observed()


def patent(number: int) -> PatentVectors:
    vector = Embedding(np.array([1, 0], np.float32), MODEL)
    return PatentVectors(f"USD{number}", 1, (DrawingVector(f"USD{number}-D00001-01", View.FRONT, vector),))


def test_without_releases_there_are_zeros(observed: Observed) -> None:
    assert observed.value("releases_looked_at_timestamp_seconds") == 0
    observed.look()
    assert observed.releases_by_state() == {"building": 0, "serving": 0, "kept": 0}
    assert observed.value("releases_looked_at_timestamp_seconds") > 0  # type: ignore[operator]


def test_a_release_from_its_creation_to_its_end(observed: Observed) -> None:
    index = observed.index
    for name in ("one", "two"):
        index.create_release(name, MODEL, 2, IndexParameters(), 1.0)
    index.upsert("one", [patent(1), patent(2)], 1.0)
    index.complete("one", {}, 1.0)
    index.promote("one", 1.0)
    observed.look()
    assert observed.releases_by_state() == {"building": 1, "serving": 1, "kept": 0}
    assert observed.value("release_vectors", {"release_id": "one", "state": "serving"}) == 2
    assert observed.value("release_vectors", {"release_id": "two", "state": "building"}) == 0
    labels = {"release_id": "one", "model_version": MODEL, "state": "serving"}
    assert observed.value("release_info", labels) == 1
    promoted = index.release("one", 1.0).promoted
    assert promoted is not None
    told = observed.value("release_promoted_timestamp_seconds", {"release_id": "one"})
    assert told == pytest.approx(promoted.timestamp())
    assert observed.value("release_promoted_timestamp_seconds", {"release_id": "two"}) is None

    index.complete("two", {}, 1.0)
    index.promote("two", 1.0)
    index.retire("one", 1.0)
    observed.look()
    assert observed.releases_by_state() == {"building": 0, "serving": 1, "kept": 0}
    assert b'release_id="one"' not in generate_latest(observed.registry)


def test_a_release_that_serves_no_more_is_told(observed: Observed) -> None:
    observed.index.create_release("one", MODEL, 2, IndexParameters(), 1.0)
    with structlog.testing.capture_logs() as told:
        observed.look()
        observed.index.complete("one", {}, 1.0)
        observed.index.promote("one", 1.0)
        observed.look()
    assert told == []
    observed.index.forget_turns()
    with structlog.testing.capture_logs() as told:
        observed.look()
    assert [one["event"] for one in told] == ["no release serves"]
    assert "Milvus has lost the alias" in told[0]["why"]
    assert observed.releases_by_state() == {"building": 0, "serving": 0, "kept": 1}


def test_it_looks_no_more_often_than_asked_for(observed: Observed) -> None:
    for _ in range(7):  # at 0, 10, … 60 seconds
        observed.metrics.refresh(1.0)
        observed.now += 10
    assert observed.index.looks == 3


def test_an_engine_that_is_down_leaves_the_figures_and_their_time(observed: Observed) -> None:
    observed.index.create_release("one", MODEL, 2, IndexParameters(), 1.0)
    observed.look()
    before = generate_latest(observed.registry)
    observed.index.down = True
    observed.look()
    assert generate_latest(observed.registry) == before
    observed.index.down = False
    observed.index.retire("one", 1.0)
    observed.look()
    assert observed.releases_by_state()["building"] == 0
