"""Metrics that the running services do not export, by name: who does, and why they may be named."""

from __future__ import annotations

# Exported by others, where they run: Prometheus itself, kube-state-metrics, NVIDIA's DCGM exporter.
FOREIGN = {
    "up",
    "kube_deployment_status_replicas_available",
    "kube_deployment_spec_replicas",
    "DCGM_FI_DEV_GPU_UTIL",
    "DCGM_FI_DEV_FB_USED",
    "DCGM_FI_DEV_POWER_USAGE",
}
