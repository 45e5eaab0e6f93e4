"""Whatever an operator does to a running installation, no search fails."""

from __future__ import annotations

import pytest

from tests.cluster.conftest import RELEASE, SERVICES, Installation
from tests.cluster.kubernetes import eventually
from tests.cluster.stream import SearchStream, no_search_fails

METHODS = {"gateway": "SearchDesigns", "vectors": "SearchPatents", "metadata": "BatchGetPatents"}


@pytest.mark.parametrize("component", METHODS)
def test_both_replicas_answer(pairs: Installation, stream: SearchStream, component: str) -> None:
    kubernetes = pairs.kubernetes
    pods = kubernetes.ready_pods(component)
    assert len(pods) == 2
    method = METHODS[component]
    before = {pod.name: kubernetes.requests(pod, method) for pod in pods}
    with no_search_fails(stream):
        eventually(
            lambda: all(kubernetes.requests(pod, method) >= before[pod.name] + 10 for pod in pods),
            120,
            f"both replicas of {component} answer ten {method}: {before}",
        )


@pytest.mark.parametrize("component", SERVICES)
def test_a_rolling_restart(pairs: Installation, stream: SearchStream, component: str) -> None:
    old = {pod.name for pod in pairs.kubernetes.pods(component)}
    with no_search_fails(stream):
        pairs.kubernetes.kubectl("rollout", "restart", f"deployment/{RELEASE}-{component}")
        pairs.kubernetes.until_settled(f"{RELEASE}-{component}")
    assert not old & {pod.name for pod in pairs.kubernetes.pods(component)}


@pytest.mark.parametrize("component", SERVICES)
def test_the_deletion_of_a_pod(pairs: Installation, stream: SearchStream, component: str) -> None:
    (victim, *_) = pairs.kubernetes.ready_pods(component)
    with no_search_fails(stream):
        pairs.kubernetes.kubectl("delete", "pod", victim.name)
        pairs.kubernetes.until_settled(f"{RELEASE}-{component}")


def test_a_pod_that_is_told_to_end_drains_in_its_grace_period(
    pairs: Installation, stream: SearchStream
) -> None:
    (victim, *_) = pairs.kubernetes.ready_pods("gateway")
    grace = victim.manifest["spec"]["terminationGracePeriodSeconds"]
    with no_search_fails(stream):
        # Returns when the pod is gone; after the grace period it would be killed, and its last line be missing.
        log = pairs.kubernetes.run(
            "sh",
            "-c",
            f"kubectl logs -f {victim.name} & kubectl delete pod {victim.name}; wait",
            seconds=grace + 60,
        ).stdout
    assert '"event": "stopped"' in log
