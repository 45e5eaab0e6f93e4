"""The metrics every server has."""

from __future__ import annotations

import gc

from prometheus_client import CollectorRegistry, Counter

from sevenviews.runtime.telemetry import ServerMetrics


def _finished(registry: CollectorRegistry, service: str) -> float | None:
    labels = {"service": service, "method": "/a/B", "code": "OK"}
    return registry.get_sample_value("sevenviews_requests_total", labels)


def test_services_of_one_process_share_a_registry() -> None:
    registry = CollectorRegistry()
    for service in ("gateway", "vectors"):
        ServerMetrics(service, registry).started("/a/B")
        ServerMetrics(service, registry).finished("/a/B", "OK", 0.01)
    assert [_finished(registry, service) for service in ("gateway", "vectors")] == [1, 1]


def test_collectors_end_with_their_registry() -> None:
    """Kept beyond it, they would be given to the next registry at its address, which reports nothing of theirs."""
    before = _counters()
    registry = CollectorRegistry()
    ServerMetrics("gateway", registry).finished("/a/B", "OK", 0.01)
    assert _counters() > before
    del registry
    assert _counters() == before


def _counters() -> int:
    gc.collect()
    return sum(isinstance(one, Counter) for one in gc.get_objects())
