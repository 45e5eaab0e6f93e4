"""What Ray exports to Prometheus about embedding, beside what Serve tells of requests, queues and batches.

The work is done in replicas, which are processes that come and go, several on a node. Ray collects the figures
of all processes of a node and serves them on one page: at `metrics_port` where the Ray is our own, at the node's
metrics port (8080 under KubeRay) in a running cluster. A page of our own in each replica would need a port for
each, and one in the proxy's process would know nothing of the replicas.

Ray writes "ray_" before every name: ray_sevenviews_images_total. Requests by method and code are counted in the
proxies, which also see those that no replica took. Serve's own ray_serve_num_grpc_requests_total is of no use for
that: it counts as OK whatever a replica answers without raising, so every refusal and failure of ours. Its
ray_serve_grpc_request_latency_ms is.
"""

from __future__ import annotations

import time
from typing import Any

from ray.serve import metrics

from sevenviews.designs import Reason

_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]
_LOAD_SECONDS = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0]
_BATCH_SIZES = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0]


LOAD_FAILURES = (Reason.MODEL_NOT_FOUND, Reason.MODEL_BUNDLE_INVALID, Reason.DEPENDENCY_UNAVAILABLE)
"""What loading a model may fail with, each of which is told from the start. Of a counter Ray makes a series only when
it counts for the first time, so that `increase()` never sees the first failure; a time needs no increase."""


class ProxyMetrics:
    """Calls by method and code, as callers see them end. Must be made within a proxy's process."""

    def __init__(self) -> None:
        labels: Any = ("method", "code")  # Ray's type allows a single one
        self._requests = metrics.Counter(
            "sevenviews_requests", "Calls that ended, by method and code.", labels
        )

    def finished(self, method: str, code: str) -> None:
        """A call has ended so."""
        self._requests.inc(tags={"method": method, "code": code})


class RayMetrics:
    """An Observer and LoadObserver that hands figures to Ray.

    Must be made within a replica: Serve then adds the names of application, deployment and replica.
    """

    def __init__(self) -> None:
        self._images = metrics.Counter(
            "sevenviews_images", "Images by outcome: OK, or the reason of the refusal.", ("outcome",)
        )
        self._decode = metrics.Histogram(
            "sevenviews_decode_seconds", "Decoding and preparing one image.", _SECONDS
        )
        self._inference = metrics.Histogram("sevenviews_inference_seconds", "One inference.", _SECONDS)
        self._batch = metrics.Histogram("sevenviews_batch_images", "Images of one inference.", _BATCH_SIZES)
        self._pending = metrics.Gauge("sevenviews_pending_images", "Images that the replica works on.")
        self._loads = metrics.Counter(
            "sevenviews_model_loads",
            "Models loaded by outcome: OK, or the reason of the failure.",
            ("outcome",),
        )
        self._load = metrics.Histogram("sevenviews_model_load_seconds", "Loading one model.", _LOAD_SECONDS)
        self._models = metrics.Gauge("sevenviews_models_in_memory", "Models that the replica holds.")
        self._failed = metrics.Gauge(
            "sevenviews_model_load_failed_timestamp_seconds",
            "When the replica failed to load a model last, for this reason; 0: never.",
            ("reason",),
        )
        self._pending_now = 0
        self._models_now = 0
        self._failed_at = {reason.value: 0.0 for reason in LOAD_FAILURES}

    def finished(self, outcome: str) -> None:
        """An image has its embedding ("OK"), or was refused for this reason."""
        self._images.inc(tags={"outcome": outcome})

    def decoded(self, seconds: float) -> None:
        """An image was decoded and prepared."""
        self._decode.observe(seconds)

    def inferred(self, images: int, seconds: float) -> None:
        """A batch went through a network."""
        self._batch.observe(images)
        self._inference.observe(seconds)

    def pending(self, images: int) -> None:
        """So many images are being worked on."""
        self._pending_now = images

    def model_loaded(self, seconds: float) -> None:
        """A model was brought into memory."""
        self._loads.inc(tags={"outcome": "OK"})
        self._load.observe(seconds)

    def model_failed(self, reason: str) -> None:
        """A model could not be loaded."""
        self._loads.inc(tags={"outcome": reason})
        self._failed_at[reason] = time.time()

    def models_in_memory(self, count: int) -> None:
        """So many models are held."""
        self._models_now = count

    def tell_gauges(self) -> None:
        """To be called every few seconds: Ray exports a gauge once for each time it is set."""
        self._pending.set(self._pending_now)
        self._models.set(self._models_now)
        for reason, at in self._failed_at.items():
            self._failed.set(at, tags={"reason": reason})
