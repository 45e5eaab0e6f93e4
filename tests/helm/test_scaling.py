"""autoscaling.yaml and disruption.yaml: how many pods there are, and how many may go at once."""

from __future__ import annotations

from tests.helm.chart import deployment, render, settings


def test_the_autoscaler_owns_the_number_of_replicas() -> None:
    assert deployment(render(), "gateway")["replicas"] == 2
    scaled = render(*settings("gateway.autoscaling.enabled=true"))
    assert "replicas" not in deployment(scaled, "gateway")
    spec = scaled.one("HorizontalPodAutoscaler", "gateway")["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 8)
    assert [metric["type"] for metric in spec["metrics"]] == ["Resource"]


def test_custom_metrics_are_behind_a_flag() -> None:
    values = ("gateway.autoscaling.enabled=true", "gateway.autoscaling.customMetrics.enabled=true")
    metrics = render(*settings(*values)).one("HorizontalPodAutoscaler", "gateway")["spec"]["metrics"]
    assert metrics[1]["pods"]["metric"]["name"] == "sevenviews_requests_running"


class TestBudgets:
    def test_one_pod_at_a_time(self) -> None:
        assert render().one("PodDisruptionBudget", "gateway")["spec"]["maxUnavailable"] == 1

    def test_of_ray_workers_a_number_stays(self) -> None:
        spec = render(*settings("embedding.replicas=3")).one("PodDisruptionBudget", "embedding")["spec"]
        assert spec["minAvailable"] == 2
        assert spec["selector"]["matchLabels"]["ray.io/node-type"] == "worker"

    def test_a_single_worker_may_go(self) -> None:
        spec = render(*settings("embedding.replicas=1")).one("PodDisruptionBudget", "embedding")["spec"]
        assert spec["minAvailable"] == 0

    def test_of_a_deployment_it_counts_what_is_missing(self) -> None:
        spec = render(*settings("embedding.mode=deployment")).one("PodDisruptionBudget", "embedding")["spec"]
        assert "ray.io/node-type" not in spec["selector"]["matchLabels"]
        assert spec["maxUnavailable"] == 1
