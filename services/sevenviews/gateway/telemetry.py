"""What the gateway counts beyond the requests that `runtime` counts."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from sevenviews.designs import ImportOutcome

_STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

STAGES = ("release", "embed", "decode", "infer", "vector_search", "hydrate")
"""Of a search, in their order; "decode" and "infer" are what the embedding service measured within "embed"."""

DEPENDENCIES = ("embedding", "vectors", "metadata")


REFUSED = "refused"
"""The outcome of an import that failed by its caller's doing, which no objective of ours is about."""


class GatewayMetrics:
    """Made once a registry, by `bootstrap`.

    Every series is there from the start: a counter whose first increment creates it hides that increment from
    `rate()`, and with it the first failure of an import.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.cached_embeddings = Counter(
            "sevenviews_gateway_cached_embeddings_total",
            "Query embeddings looked up in the cache, by outcome: hit or miss.",
            ("outcome",),
            registry=registry,
        )
        self.redis_errors = Counter(
            "sevenviews_gateway_redis_errors_total",
            "Calls of Redis that failed and were done without, by use: cache, cursors or quota.",
            ("use",),
            registry=registry,
        )
        self.stage_seconds = Histogram(
            "sevenviews_gateway_search_stage_seconds",
            "Duration of the stages of a search.",
            ("stage",),
            registry=registry,
            buckets=_STAGE_BUCKETS,
        )
        self.imported = Counter(
            "sevenviews_gateway_imported_patents_total",
            "Patents of import streams, by outcome; what its caller has to mend is refused, not failed.",
            ("outcome",),
            registry=registry,
        )
        self.dependency_ready = Gauge(
            "sevenviews_gateway_dependency_ready",
            "1 while this gateway finds the service ready, else 0.",
            ("dependency",),
            registry=registry,
        )
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        for outcome in ("hit", "miss"):
            self.cached_embeddings.labels(outcome)
        for use in ("cache", "cursors", "quota"):
            self.redis_errors.labels(use)
        for stage in STAGES:
            self.stage_seconds.labels(stage)
        for imported in (*(set(ImportOutcome) - {ImportOutcome.OTHER}), REFUSED):
            self.imported.labels(imported)
        for dependency in DEPENDENCIES:
            self.dependency_ready.labels(dependency)
