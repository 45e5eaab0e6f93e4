"""A node is emptied for maintenance while searches go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.conftest import SERVICES, Installation
from tests.cluster.kubernetes import eventually
from tests.cluster.stream import SearchStream


@pytest.fixture
def node(pairs: Installation) -> Iterator[str]:
    """A node without Milvus, Redis, PostgreSQL and the searcher: there is one of each. Free again at the end."""
    kubernetes = pairs.kubernetes
    nodes = {item["metadata"]["name"] for item in kubernetes.get("nodes")["items"]}
    if len(nodes) < 2:
        pytest.skip("the cluster has one node")
    single = {pod.node for pod in kubernetes.pods() if pod.component not in SERVICES}
    free = sorted(nodes - single)
    if not free:
        pytest.skip("every node has a part that exists once")
    yield free[0]
    kubernetes.kubectl("uncordon", free[0])


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
    kubernetes.kubectl("uncordon", node)
    for service in SERVICES:
        budget = kubernetes.get("poddisruptionbudget", f"sevenviews-{service}")["status"]
        assert budget["currentHealthy"] == budget["expectedPods"] == 2
    # Spread again, for whoever comes next.
    for service in SERVICES:
        kubernetes.kubectl("rollout", "restart", f"deployment/sevenviews-{service}")
    pairs.until_settled()
    eventually(
        lambda: any(pod.node == node for pod in kubernetes.ready_pods("gateway")), 60, f"a gateway on {node}"
    )
