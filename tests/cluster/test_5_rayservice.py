"""The embedding as KubeRay's RayService: from the Deployment to it, and through its switch of clusters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.conftest import RELEASE, Installation
from tests.cluster.kubernetes import eventually
from tests.cluster.stream import SearchStream


@pytest.fixture(scope="module")
def on_kuberay(pairs: Installation) -> Iterator[Installation]:
    """With the embedding as a RayService."""
    if not pairs.kubernetes.has_api("ray.io"):
        pytest.skip("the cluster has no KubeRay")
    pairs.upgrade("embedding.mode=rayservice", "embedding.replicas=1")
    eventually(lambda: _serving(pairs), 300, "the RayService serves")
    yield pairs
    pairs.upgrade("embedding.mode=deployment", "embedding.replicas=2", "embedding.image.tag=")


@pytest.fixture(scope="module")
def ray_stream(on_kuberay: Installation) -> Iterator[SearchStream]:
    searches = on_kuberay.stream()
    searches.start()
    yield searches
    searches.stop()


def test_searches_are_answered(on_kuberay: Installation, ray_stream: SearchStream) -> None:
    with ray_stream.period() as period:
        pass
    assert len(period.searches) >= 30
    assert period.failures == []


def test_helm_test_passes(on_kuberay: Installation) -> None:
    assert "Succeeded" in on_kuberay.kubernetes.helm("test", RELEASE, "--timeout", "2m")


def test_another_image_goes_through_a_switch_of_clusters(
    on_kuberay: Installation, ray_stream: SearchStream, previous_tag: str
) -> None:
    before = _serving(on_kuberay)
    with ray_stream.period() as period:
        on_kuberay.upgrade(f"embedding.image.tag={previous_tag}")
        eventually(lambda: _serving(on_kuberay) not in ("", before), 420, "another cluster serves")
        # Its object goes first, its pods drain after that.
        eventually(
            lambda: _only_pods_of(on_kuberay, _serving(on_kuberay)), 240, "the old cluster's pods are gone"
        )
    assert period.failures == []
    print(
        f"{len(period.searches)} searches, slowest {max(search.seconds for search in period.searches):.2f} s"
    )


def _status(installation: Installation) -> dict[str, Any]:
    status: dict[str, Any] = installation.kubernetes.get("rayservice", f"{RELEASE}-embedding").get(
        "status", {}
    )
    return status


def _serving(installation: Installation) -> str:
    """The name of the cluster that serves; empty while none does, or another is on its way."""
    status = _status(installation)
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions", ()))
    if not ready or status.get("pendingServiceStatus", {}).get("rayClusterName"):
        return ""
    return str(status.get("activeServiceStatus", {}).get("rayClusterName", ""))


def _only_pods_of(installation: Installation, cluster: str) -> bool:
    pods = installation.kubernetes.pods("embedding")
    return bool(pods) and {pod.manifest["metadata"]["labels"]["ray.io/cluster"] for pod in pods} == {cluster}
