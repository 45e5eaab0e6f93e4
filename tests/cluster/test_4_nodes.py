"""A node goes while searches go on: emptied for maintenance; without a word; behind a network that is cut.

What takes a node's power or network is a matter of the machine: SEVENVIEWS_CLUSTER_FAULTS names a program that is
called as `PROGRAM kill-node NODE`, `start-node NODE`, `cut-node NODE` and `heal-node NODE`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.conftest import RELEASE, SERVICES, Installation
from tests.cluster.kubernetes import eventually
from tests.cluster.stream import SearchStream

FAULTS = os.environ.get("SEVENVIEWS_CLUSTER_FAULTS", "")
NOTICED_SECONDS = 60.0
"""Within which nobody calls any more what does not answer: Kubernetes and the channels' keepalive take 20 to 40 s."""
SINGLE = ("milvus", "redis", "postgresql")


@pytest.fixture(scope="module")
def node(pairs: Installation, stream: SearchStream) -> Iterator[str]:
    """A node that can go: what exists once has moved away from it, and the services are spread over all nodes."""
    kubernetes = pairs.kubernetes
    nodes = {item["metadata"]["name"] for item in kubernetes.get("nodes")["items"]}
    if len(nodes) < 2:
        pytest.skip("the cluster has one node")
    searcher = {pod.node for pod in kubernetes.pods() if pod.name == "searcher"}
    # The first of three may hold the control plane, without which no test could look.
    chosen = max(nodes - searcher)
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
    try:
        with stream.period() as period:
            drain = ("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=300s")
            kubernetes.kubectl(*drain, seconds=320)
            pairs.until_settled()
        left = [pod for service in SERVICES for pod in kubernetes.pods(service) if pod.node == node]
    finally:
        kubernetes.kubectl("uncordon", node)
    assert period.failures == []
    assert left == []
    for service in SERVICES:
        budget = kubernetes.get("poddisruptionbudget", f"{RELEASE}-{service}")["status"]
        assert budget["currentHealthy"] == budget["expectedPods"] == 2


@pytest.mark.parametrize(("fault", "mend"), [("kill-node", "start-node"), ("cut-node", "heal-node")])
def test_a_node_that_is_lost(
    pairs: Installation, stream: SearchStream, node: str, fault: str, mend: str
) -> None:
    """Of what exists twice one is left, and answers; what is sent to the other may fail until that is noticed."""
    if not FAULTS:
        pytest.skip("SEVENVIEWS_CLUSTER_FAULTS names no program that takes a node away")
    kubernetes = pairs.kubernetes
    if len(kubernetes.get("nodes")["items"]) < 3:
        pytest.skip("the cluster has fewer than three nodes")
    _restart_services(pairs)  # onto this node too, which the test before has emptied
    eventually(
        lambda: any(pod.node == node for pod in kubernetes.ready_pods("gateway")), 60, f"a gateway on {node}"
    )
    try:
        with stream.period() as period:
            began = time.time()
            kubernetes.run(FAULTS, fault, node)
            eventually(lambda: not _is_ready(kubernetes.get("node", node)), 120, f"{node} is missed")
            time.sleep(max(0.0, began + NOTICED_SECONDS - time.time()))
    finally:
        kubernetes.run(FAULTS, mend, node)
        eventually(lambda: _is_ready(kubernetes.get("node", node)), 180, f"{node} is back")
        pairs.until_settled()
    failures = [search.time - began for search in period.failures]
    recovered = max(failures, default=0.0)
    print(
        f"{fault}: {len(failures)} of {len(period.searches)} searches failed, the last after {recovered:.0f} s"
    )
    assert recovered < NOTICED_SECONDS
    answered = [search for search in period.searches if not search.error and search.time > began]
    assert len(answered) > len(failures)
    assert "Succeeded" in kubernetes.helm("test", RELEASE, "--timeout", "2m")


def _is_ready(node: Any) -> bool:
    return any(one["type"] == "Ready" and one["status"] == "True" for one in node["status"]["conditions"])


def _restart_services(installation: Installation) -> None:
    """So that the scheduler places all of them anew."""
    for service in SERVICES:
        installation.kubernetes.kubectl("rollout", "restart", f"deployment/{RELEASE}-{service}")
    installation.until_settled()
