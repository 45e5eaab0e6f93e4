"""What the gateway counts beyond the requests that `runtime` counts."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram

_STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class GatewayMetrics:
    """Made once a registry, by `bootstrap`."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.cached_embeddings = Counter(
            "sevenviews_gateway_cached_embeddings_total",
            "Query embeddings looked up in the cache, by outcome: hit or miss.",
            ("outcome",),
            registry=registry,
        )
        self.redis_errors = Counter(
            "sevenviews_gateway_redis_errors_total",
            "Calls of Redis that failed and were done without, by use: cache or quota.",
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
            "Patents of import streams, by outcome.",
            ("outcome",),
            registry=registry,
        )
