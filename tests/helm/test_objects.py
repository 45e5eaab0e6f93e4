"""Which objects a value brings, and which it takes away."""

from __future__ import annotations

import pytest

from tests.helm.chart import DEV, RAY, REFRESH, render, settings

# Each: the values, then kind and name of what is there with them and not without them.
APPEARS = [
    ("console.enabled=true", (), "Deployment", "console"),
    ("console.enabled=true", (), "Service", "console"),
    ("console.enabled=true", (), "ServiceAccount", "console"),
    ("console.enabled=true", (), "NetworkPolicy", "console"),
    ("console.enabled=true", (), "PodDisruptionBudget", "console"),
    ("gateway.autoscaling.enabled=true", (), "HorizontalPodAutoscaler", "gateway"),
    ("vectors.autoscaling.enabled=true", (), "HorizontalPodAutoscaler", "vectors"),
    ("metadata.autoscaling.enabled=true", (), "HorizontalPodAutoscaler", "metadata"),
    ("embedding.autoscaling.enabled=true", DEV, "HorizontalPodAutoscaler", "embedding"),
    ("embedding.mode=deployment", (), "Deployment", "embedding"),
    ("embedding.mode=deployment", (), "Service", "embedding"),
    ("embedding.mode=rayservice", DEV, "RayService", "embedding"),
    ("milvus.token=root:Milvus", (), "Secret", "vectors"),
    ("postgresql.password=secret", (), "Secret", "metadata"),
    ("postgresql.password=secret", (), "Secret", "migrations"),
    ("drawings.persistence.enabled=true", (), "PersistentVolumeClaim", "drawings"),
    ("models.persistence.enabled=true", (), "PersistentVolumeClaim", "models"),
    ("refresh.enabled=true", settings("models.persistence.enabled=true"), "CronJob", "refresh"),
    ("refresh.enabled=true", settings("models.persistence.enabled=true"), "ConfigMap", "refresh"),
    ("refresh.persistence.enabled=true", REFRESH, "PersistentVolumeClaim", "refresh"),
    ("refresh.enabled=true", settings("models.persistence.enabled=true"), "ServiceAccount", "refresh"),
    ("refresh.enabled=true", settings("models.persistence.enabled=true"), "NetworkPolicy", "refresh"),
    ("refresh.mode=rayjob", DEV, "Role", "refresh-launcher"),
    ("refresh.mode=rayjob", DEV, "RoleBinding", "refresh-launcher"),
    ("refresh.mode=rayjob", DEV, "ServiceAccount", "refresh-launcher"),
    ("refresh.mode=rayjob", DEV, "NetworkPolicy", "refresh-launcher"),
    ("refresh.rayCronJob.enabled=true", RAY, "RayCronJob", "refresh"),
    ("check.enabled=true", (), "CronJob", "check"),
    ("metrics.serviceMonitor.enabled=true", (), "ServiceMonitor", "monitoring"),
    ("metrics.serviceMonitor.enabled=true", (), "PodMonitor", "monitoring"),
    ("dev.milvus.enabled=true", (), "Deployment", "milvus"),
    ("dev.milvus.enabled=true", (), "Service", "milvus"),
    ("dev.milvus.enabled=true", (), "NetworkPolicy", "milvus"),
    ("dev.redis.enabled=true", (), "Deployment", "redis"),
    ("dev.redis.enabled=true", (), "ServiceAccount", "dev"),
    ("dev.postgresql.enabled=true", settings("postgresql.password=x"), "Deployment", "postgresql"),
    (
        "dev.milvus.persistence.enabled=true",
        settings("dev.milvus.enabled=true"),
        "PersistentVolumeClaim",
        "milvus",
    ),
]


DISAPPEARS = [
    ("migrations.enabled=false", (), "Job", "migrations-1"),
    ("networkPolicy.enabled=false", (), "NetworkPolicy", "deny"),
    ("gateway.disruptionBudget.enabled=false", (), "PodDisruptionBudget", "gateway"),
    ("gateway.pageTokenKey.existingSecret=mine", (), "Secret", "gateway"),
    ("drawings.persistence.existingClaim=mine", settings("drawings.persistence.enabled=true"),
     "PersistentVolumeClaim", "drawings"),
    ("postgresql.existingSecret=mine", settings("postgresql.password=x"), "Secret", "metadata"),
    ("milvus.existingSecret=mine", settings("milvus.token=x"), "Secret", "vectors"),
    ("refresh.persistence.existingClaim=mine", (*REFRESH, *settings("refresh.persistence.enabled=true")),
     "PersistentVolumeClaim", "refresh"),
    ("refresh.rayCronJob.enabled=true", RAY, "CronJob", "refresh"),
    ("refresh.rayCronJob.enabled=true", RAY, "Role", "refresh-launcher"),
    ("embedding.mode=deployment", settings("metrics.serviceMonitor.enabled=true"), "PodMonitor", "monitoring"),
    ("embedding.mode=rayservice", (*DEV, *settings("embedding.autoscaling.enabled=true")),
     "HorizontalPodAutoscaler", "embedding"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "base", "kind", "name"), APPEARS)
def test_a_value_brings_an_object(value: str, base: tuple[str, ...], kind: str, name: str) -> None:
    assert not render(*base).has(kind, name)
    assert render(*base, *settings(value)).has(kind, name)


@pytest.mark.parametrize(("value", "base", "kind", "name"), DISAPPEARS)
def test_a_value_takes_an_object_away(value: str, base: tuple[str, ...], kind: str, name: str) -> None:
    assert render(*base).has(kind, name)
    assert not render(*base, *settings(value)).has(kind, name)
