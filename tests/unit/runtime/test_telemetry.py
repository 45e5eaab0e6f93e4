"""The metrics every server has."""

from __future__ import annotations

import gc

from prometheus_client import CollectorRegistry

from sevenviews.runtime.telemetry import ServerMetrics

_REGISTRIES = 20


def _finished(registry: CollectorRegistry, service: str) -> float | None:
    labels = {"service": service, "method": "/a/B", "code": "OK"}
    return registry.get_sample_value("sevenviews_requests_total", labels)


def test_services_of_one_process_share_a_registry() -> None:
    registry = CollectorRegistry()
    for service in ("gateway", "vectors"):
        ServerMetrics(service, registry).started("/a/B")
        ServerMetrics(service, registry).finished("/a/B", "OK", 0.01)
    assert [_finished(registry, service) for service in ("gateway", "vectors")] == [1, 1]


def test_a_registry_at_a_dead_ones_address_starts_anew() -> None:
    addresses = set()
    for _ in range(_REGISTRIES):
        registry = CollectorRegistry()
        addresses.add(id(registry))
        ServerMetrics("gateway", registry).finished("/a/B", "OK", 0.01)
        assert _finished(registry, "gateway") == 1
        del registry
        gc.collect()
    assert len(addresses) < _REGISTRIES, "no address came twice: the case was not met"
