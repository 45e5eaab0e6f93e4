"""_env.tpl: what the values become in the environment of each service."""

from __future__ import annotations

import pytest

from tests.helm.chart import ACCESS, environment, main_container, render, settings

# Each: the values, the pod, the variable, and its value; None: not there.
VARIABLES = [
    ((), "Deployment/gateway", "SEVENVIEWS_GATEWAY_VECTORS_ADDRESS", "dns:///sv-sevenviews-vectors:50053"),
    ((), "Deployment/gateway", "SEVENVIEWS_GATEWAY_EMBEDDING_ADDRESS", "dns:///sv-sevenviews-embedding-ray:50052"),
    ((), "Deployment/gateway", "SEVENVIEWS_GATEWAY_CACHE_URL", "redis://valkey:6379/0"),
    (("redis.url=",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_CACHE_URL", None),
    (("redis.existingSecret=r",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_QUOTA_URL", "secretKeyRef:r/url"),
    (("dev.redis.enabled=true",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_CACHE_URL",
     "redis://sv-sevenviews-redis:6379/0"),
    ((), "Deployment/gateway", "SEVENVIEWS_GATEWAY_PAGE_TOKEN_KEY",
     "secretKeyRef:sv-sevenviews-gateway/page-token-key"),
    (("gateway.pageTokenKey.existingSecret=k",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_PAGE_TOKEN_KEY",
     "secretKeyRef:k/page-token-key"),
    ((), "Deployment/gateway", "SEVENVIEWS_GATEWAY_CERTIFICATE_KEY", None),
    (("gateway.certificateKey.existingSecret=c",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_CERTIFICATE_KEY",
     "/etc/sevenviews/certify/key.pem"),
    ((), "Deployment/gateway", "SEVENVIEWS_GATEWAY_ALLOW_ANONYMOUS", "true"),
    (ACCESS, "Deployment/gateway", "SEVENVIEWS_GATEWAY_ALLOW_ANONYMOUS", None),
    (ACCESS, "Deployment/gateway", "SEVENVIEWS_GATEWAY_API_KEYS_FILE", "/etc/sevenviews/keys/keys.json"),
    (ACCESS, "Deployment/gateway", "SEVENVIEWS_GATEWAY_AUDIT_DIRECTORY", "/var/lib/sevenviews/audit"),
    (ACCESS, "Deployment/gateway", "SEVENVIEWS_GATEWAY_AUDIT_DAYS", "365"),
    (ACCESS, "Deployment/gateway", "SEVENVIEWS_GATEWAY_OIDC_AUDIENCE", "sevenviews"),
    (ACCESS, "Deployment/gateway", "SEVENVIEWS_GATEWAY_CERTIFICATE_ROLES", '{"loader.example.org":["importer"]}'),
    (('gateway.settings.oidc_roles:={"a":["reader"]}',), "Deployment/gateway", "SEVENVIEWS_GATEWAY_OIDC_ROLES",
     '{"a":["reader"]}'),
    (("gateway.settings.quota_requests=600",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_QUOTA_REQUESTS", "600"),
    (("gateway.settings.cache_seconds=10000000",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_CACHE_SECONDS",
     "10000000"),
    (("gateway.settings.embed_seconds:=2.5",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_EMBED_SECONDS", "2.5"),
    (("maxConnectionAgeSeconds=30",), "Deployment/vectors", "SEVENVIEWS_VECTORS_MAX_CONNECTION_AGE_SECONDS", "30"),
    (("gateway.extraEnv[0].name=A", "gateway.extraEnv[0].value=b"), "Deployment/gateway", "A", "b"),
    ((), "Deployment/vectors", "SEVENVIEWS_VECTORS_TOKEN", None),
    (("milvus.token=t",), "Deployment/vectors", "SEVENVIEWS_VECTORS_TOKEN",
     "secretKeyRef:sv-sevenviews-vectors/token"),
    (("milvus.existingSecret=m",), "Deployment/vectors", "SEVENVIEWS_VECTORS_TOKEN", "secretKeyRef:m/token"),
    (("dev.milvus.enabled=true",), "Deployment/vectors", "SEVENVIEWS_VECTORS_URL",
     "http://sv-sevenviews-milvus:19530"),
    ((), "Deployment/metadata", "SEVENVIEWS_METADATA_DATABASE_URL",
     "postgresql://sevenviews@postgresql:5432/sevenviews?sslmode=prefer"),
    (("postgresql.pooler=transaction",), "Deployment/metadata", "SEVENVIEWS_METADATA_DATABASE_URL",
     "postgresql://sevenviews@postgresql:5432/sevenviews?sslmode=prefer&pooler=transaction"),
    (("postgresql.pooler=transaction", "postgresql.sslMode=disable"), "Job/migrations-1",
     "SEVENVIEWS_METADATA_DATABASE_URL",
     "postgresql://sevenviews@postgresql:5432/sevenviews?sslmode=disable&pooler=transaction"),
    ((), "Deployment/metadata", "PGPASSWORD", None),
    (("postgresql.password=p",), "Deployment/metadata", "PGPASSWORD",
     "secretKeyRef:sv-sevenviews-metadata/password"),
    (("postgresql.password=p",), "Job/migrations-1", "PGPASSWORD",
     "secretKeyRef:sv-sevenviews-migrations/password"),
    (("postgresql.existingSecret=p",), "Job/migrations-1", "PGPASSWORD", "secretKeyRef:p/password"),
    ((), "Deployment/metadata", "SEVENVIEWS_METADATA_DRAWINGS_URL", "s3://sevenviews/drawings"),
    (("drawings.existingSecret=s",), "Deployment/metadata", "AWS_SECRET_ACCESS_KEY",
     "secretKeyRef:s/secret-access-key"),
    (("drawings.persistence.enabled=true",), "Deployment/metadata", "SEVENVIEWS_METADATA_DRAWINGS_URL",
     "file:///var/lib/sevenviews/drawings"),
    (("drawings.persistence.enabled=true", "drawings.existingSecret=s"), "Deployment/metadata",
     "AWS_ACCESS_KEY_ID", None),
    ((), "Deployment/metadata", "SEVENVIEWS_METADATA_MIGRATE", "false"),
    (("migrations.enabled=false",), "Deployment/metadata", "SEVENVIEWS_METADATA_MIGRATE", "true"),
    ((), "RayService/embedding", "SEVENVIEWS_EMBEDDING_MODEL_STORE", "/models"),
    (("models.persistence.enabled=true",), "RayService/embedding", "SEVENVIEWS_EMBEDDING_MODEL_STORE",
     "/var/lib/sevenviews/models"),
    (("embedding.replicas=3",), "RayService/embedding", "SEVENVIEWS_EMBEDDING_NUM_REPLICAS", None),
    (("embedding.mode=deployment", "embedding.replicas=3", "embedding.replicasPerPod=4"),
     "Deployment/embedding", "SEVENVIEWS_EMBEDDING_NUM_REPLICAS", "4"),
    ((), "RayService/embedding", "SEVENVIEWS_EMBEDDING_MAX_REPLICAS", None),
    (("embedding.mode=deployment", "embedding.autoscaling.enabled=true"), "Deployment/embedding",
     "SEVENVIEWS_EMBEDDING_MAX_REPLICAS", None),
    (("embedding.gpu.enabled=true", "embedding.gpu.count=1", "embedding.replicasPerPod=2"),
     "RayService/embedding", "SEVENVIEWS_EMBEDDING_NUM_GPUS", "0.5"),
    ((), "RayService/embedding", "SEVENVIEWS_EMBEDDING_NUM_GPUS", None),
    (("embedding.settings.max_message_bytes=33554432",), "RayService/embedding",
     "RAY_SERVE_GRPC_MAX_MESSAGE_SIZE", "33554432"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "owner", "variable", "wanted"), VARIABLES)
def test_a_value_reaches_the_environment(
    values: tuple[str, ...], owner: str, variable: str, wanted: str | None
) -> None:
    arguments = values if values[:1] == ("--set",) else settings(*values)
    assert environment(main_container(render(*arguments), owner)).get(variable) == wanted
