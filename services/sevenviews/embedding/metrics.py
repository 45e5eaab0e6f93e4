"""What Ray exports to Prometheus about embedding, beside what Serve tells of requests, queues and batches."""

from __future__ import annotations

from ray.serve import metrics

_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]
_BATCH_SIZES = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0]


class RayMetrics:
    """An Observer that hands figures to Ray, which serves those of all its processes on one page a node.

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
