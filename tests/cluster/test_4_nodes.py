"""A node is emptied for maintenance while searches go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.conftest import RELEASE, SERVICES, Installation
from tests.cluster.stream import SearchStream

SINGLE = ("milvus", "redis", "postgresql")


@pytest.fixture(scope="module")
def node(pairs: Installation, stream: SearchStream) -> Iterator[str]:
    """A node that can go: what exists once has moved away from it, and the services are spread over all nodes."""
    kubernetes = pairs.kubernetes
    nodes = {item["metadata"]["name"] for item in kubernetes.get("nodes")["items"]}
    if len(nodes) < 2:
        pytest.skip("the cluster has one node")
    searcher = {pod.node for pod in kubernetes.pods() if pod.name == "searcher"}
    chosen = min(nodes - searcher)
    kubernetes.kubectl("cordon", chosen)
    try:
        for part in SINGLE:
            if any(pod.node == chosen for pod in kubernetes.pods(part)):
                kubernetes.kubectl("rollout", "restart", f"deployment/{RELEASE}-{part}")
                kubernetes.until_settled(f"{RELEASE}-{part}")
        kubernetes.kubectl("uncordon", chosen)
        _restart_services(pairs)
        yield chosen
    finally:
        kubernetes.kubectl("uncordon", chosen)


def test_the_replicas_are_spread(pairs: Installation, node: str) -> None:
    for service in SERVICES:
        assert len({pod.node for pod in pairs.kubernetes.ready_pods(service)}) == 2, service


def test_a_drain(pairs: Installation, stream: SearchStream, node: str) -> None:
    kubernetes = pairs.kubernetes
    with stream.period() as period:
        drain = ("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=300s")
        kubernetes.kubectl(*drain, seconds=320)
        pairs.until_settled()
    assert period.failures == []
    assert all(pod.node != node for service in SERVICES for pod in kubernetes.pods(service))
    for service in SERVICES:
        budget = kubernetes.get("poddisruptionbudget", f"{RELEASE}-{service}")["status"]
        assert budget["currentHealthy"] == budget["expectedPods"] == 2


def _restart_services(installation: Installation) -> None:
    """So that the scheduler places all of them anew."""
    for service in SERVICES:
        installation.kubernetes.kubectl("rollout", "restart", f"deployment/{RELEASE}-{service}")
    installation.until_settled()
