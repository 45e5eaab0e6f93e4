"""Whatever an operator does to a running installation, no search fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cluster.conftest import RELEASE, SERVICES, Installation
from tests.cluster.kubernetes import eventually
from tests.cluster.stream import Period, SearchStream

METHODS = {"gateway": "SearchDesigns", "vectors": "SearchVectors", "metadata": "BatchGetPatents"}


@contextmanager
def no_search_fails(stream: SearchStream) -> Iterator[Period]:
    """Everything that ends during the block, or soon after, is answered."""
    with stream.period() as period:
        yield period
    assert len(period.searches) >= 30
    assert period.failures == []
    print(
        f"{len(period.searches)} searches, slowest {max(search.seconds for search in period.searches):.2f} s"
    )


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


def test_an_upgrade_to_another_tag_and_back(pairs: Installation, stream: SearchStream, next_tag: str) -> None:
    kubernetes = pairs.kubernetes
    before, old = pairs.revision(), _tags(pairs)
    with no_search_fails(stream):
        pairs.upgrade(f"image.tag={next_tag}")
    assert _tags(pairs) == {next_tag}
    with no_search_fails(stream):
        kubernetes.helm("rollback", RELEASE, "--wait", "--timeout", "10m")
        pairs.until_settled()
    assert _tags(pairs) == old
    assert pairs.revision() == before + 2


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


def _tags(installation: Installation) -> set[str]:
    return {
        image.rpartition(":")[2]
        for component in SERVICES
        for pod in installation.kubernetes.pods(component)
        for image in pod.images
    }
