"""What exports the metrics that rules, dashboards and runbooks name: our services, by their own code, and others."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client import CollectorRegistry

from sevenviews.embedding.metrics import ProxyMetrics, RayMetrics
from sevenviews.gateway.redis_watch import REDIS
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.metadata.drawings_watch import DRAWINGS
from sevenviews.metadata.telemetry import CatalogueMetrics, RefreshMetrics
from sevenviews.runtime.certificates import CertificateExpiry, CertificateFiles
from sevenviews.runtime.stores import StoreReadiness
from sevenviews.runtime.telemetry import ServerMetrics
from sevenviews.v1 import search_pb2
from sevenviews.vectors.releases import IndexParameters
from sevenviews.vectors.telemetry import ReleaseMetrics
from tests.certificates import Authority
from tests.fakes.design_index import FakeDesignIndex

# Exported by others, where they run, with the labels that they give: Prometheus itself, kube-state-metrics, the
# kubelet, KubeRay's operator, NVIDIA's DCGM exporter.
FOREIGN: Mapping[str, frozenset[str]] = {
    "up": frozenset(),
    "kube_deployment_status_replicas_available": frozenset({"deployment"}),
    "kube_deployment_spec_replicas": frozenset({"deployment"}),
    "kube_cronjob_created": frozenset({"cronjob"}),
    "kube_cronjob_next_schedule_time": frozenset({"cronjob"}),
    "kube_cronjob_status_last_schedule_time": frozenset({"cronjob"}),
    "kube_cronjob_status_last_successful_time": frozenset({"cronjob"}),
    "kubelet_volume_stats_available_bytes": frozenset({"persistentvolumeclaim"}),
    "kubelet_volume_stats_capacity_bytes": frozenset({"persistentvolumeclaim"}),
    "kuberay_service_condition_ready": frozenset({"name", "condition"}),
    "DCGM_FI_DEV_GPU_UTIL": frozenset({"gpu"}),
    "DCGM_FI_DEV_FB_USED": frozenset({"gpu"}),
    "DCGM_FI_DEV_POWER_USAGE": frozenset({"gpu"}),
}

OF_TLS = frozenset({"sevenviews_certificate_expiry_timestamp_seconds"})
"""Of ours, and only where a service shows a certificate, or calls with one."""

# What the scraping adds, or Ray of itself.
OF_TARGETS = frozenset({"namespace", "job", "instance", "pod", "service"})
OF_RAY = frozenset({"application", "deployment", "replica", "SessionName", "NodeAddress", "WorkerId"})


@dataclass(frozen=True, slots=True)
class Exported:
    """A metric: the labels of its series, and whether Ray adds others."""

    labels: frozenset[str]
    of_ray: bool = False


class _NoRefresh:
    def newest(self, count: int) -> list[str]:
        return []


@functools.cache
def samples() -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The series that our services give before anything has happened, off registries that their own code fills."""
    registry = CollectorRegistry()
    server = ServerMetrics("gateway", registry)
    server.expect(
        f"/{service.full_name}/{method.name}"
        for service in search_pb2.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    )
    for service in ("gateway", "vectors", "metadata"):
        ServerMetrics(service, registry).tell_ready(ready=True)
    GatewayMetrics(registry)
    with TemporaryDirectory() as folder:
        pair = Authority(Path(folder)).issue("gateway")
        expiry = CertificateExpiry("gateway", registry)
        expiry.watch("server", CertificateFiles(pair.certificate, pair.key, pair.ca))
    stores = StoreReadiness("metadata", registry)
    for store in ("database", DRAWINGS, "milvus", REDIS):
        stores.expect(store)
    CatalogueMetrics(lambda: 7, 1.0, registry)
    RefreshMetrics(_NoRefresh(), 1.0, registry)  # type: ignore[arg-type]  # a journal without an entry
    ReleaseMetrics(_index(), 1.0, registry).refresh(1.0)
    return tuple((sample.name, sample.labels) for family in registry.collect() for sample in family.samples)


@functools.cache
def exported() -> dict[str, Exported]:
    """The metrics of our services."""
    return {name: Exported(frozenset(labels)) for name, labels in samples()} | _of_ray()


def _index() -> FakeDesignIndex:
    index = FakeDesignIndex()
    index.create_release("one", "0123456789abcdef", 2, IndexParameters(), 1.0)
    index.complete("one", {}, 1.0)
    index.promote("one", 1.0)
    return index


def _of_ray() -> dict[str, Exported]:
    """Ray puts "ray_" before the names, "_total" behind those of counters, and labels of its own beside ours."""
    found = {}
    for observer in (ProxyMetrics(), RayMetrics()):
        for metric in vars(observer).values():
            if not hasattr(metric, "info"):
                continue
            told = metric.info
            labels = frozenset(told["tag_keys"]) - OF_RAY
            kind = type(metric).__name__
            endings = {"Counter": ("_total",), "Histogram": ("_sum", "_count")}.get(kind, ("",))
            for ending in endings:
                found[f"ray_{told['name']}{ending}"] = Exported(labels, of_ray=True)
    return found
