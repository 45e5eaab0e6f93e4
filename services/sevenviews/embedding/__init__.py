"""The embedding service: the encoder as a Ray Serve application with a gRPC ingress.

    settings  SEVENVIEWS_EMBEDDING_…
    models    several model versions in memory, least recently used out
    service   the work itself: decode, embed; knows neither Ray nor gRPC
    batches   what waits while a network runs is its next batch
    metrics   what Ray exports to Prometheus
    replies   statuses and log lines of one call, on a replica
    proxy     what our calls need inside Ray Serve's gRPC proxy
    app       the Serve deployment, and build_application(settings)
    server    start and stop, on a local Ray or in a running cluster

May import designs, encoder, runtime and the stubs.

Served on the one gRPC port of Ray Serve's proxy:
- sevenviews.internal.v1.EmbeddingService.
- grpc.health.v1.Health/Check: SERVING while a replica has its default model. A call through the proxy to a
  replica, so it also proves the way. Health/Watch is UNIMPLEMENTED, which clients take as "do not watch": a
  watch would hold a replica's place for as long as the client lives.
- Server reflection: v1alpha of Serve's own making, v1 of ours.
- ray.serve.RayServeAPIService/Healthz, which answers for the proxy alone.

What Ray Serve does not give: the caller's deadline (a replica learns of it by being cancelled), TLS, and an
address to listen on (its gRPC proxy listens on all).

A busy cluster may want less of the proxy's cost: RAY_SERVE_THROUGHPUT_OPTIMIZED=1 and
RAY_SERVE_ENABLE_HA_PROXY=1 in the environment of every node, before Ray starts there. Not set here, because
HAProxy is a program that must be installed, and replicas then listen on ports of their own.
"""
