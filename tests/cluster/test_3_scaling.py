"""Under load the HorizontalPodAutoscaler adds gateways, and takes them away when the load is gone."""

from __future__ import annotations

import pytest

from tests.cluster.conftest import RELEASE, Installation
from tests.cluster.kubernetes import eventually


def test_load_adds_a_gateway_and_quiet_takes_it_away(pairs: Installation) -> None:
    kubernetes = pairs.kubernetes
    if not kubernetes.has_api("metrics.k8s.io"):
        pytest.skip("the cluster has no metrics-server")
    pairs.upgrade(
        "gateway.replicas=1",
        "gateway.autoscaling.enabled=true",
        "gateway.autoscaling.maxReplicas=3",
        "gateway.autoscaling.targetCPUPercent=50",
        "gateway.autoscaling.scaleDownSeconds=15",
        "gateway.resources.requests.cpu=50m",
    )
    try:
        load = pairs.stream(threads=8, name="load")
        load.start()
        try:
            eventually(lambda: len(kubernetes.ready_pods("gateway")) >= 2, 240, "a second gateway under load")
        finally:
            load.stop()
        eventually(lambda: len(kubernetes.ready_pods("gateway")) == 1, 420, "one gateway without load")
        events = kubernetes.kubectl("describe", "hpa", f"{RELEASE}-gateway")
        assert "SuccessfulRescale" in events
    finally:
        # One after the other: until the autoscaler is gone it has the last word on the number of pods.
        pairs.upgrade("gateway.autoscaling.enabled=false")
        pairs.upgrade("gateway.replicas=2")
    assert len(kubernetes.ready_pods("gateway")) == 2
