"""Values that cannot work are refused by the schema, with a message that names them."""

from __future__ import annotations

import pytest

from tests.helm.chart import PROFILES, TLS, Refused, render, settings

DEV = PROFILES["dev"]

REFUSED = [
    # what cannot be
    ("/gateway/replicas", settings("gateway.replicas=-1")),
    ("/gateway/replicas", settings("gateway.replicas=two")),
    ("/ports/gateway", settings("ports.gateway=70000")),
    ("/image/pullPolicy", settings("image.pullPolicy=Sometimes")),
    ("/log/level", settings("log.level=loud")),
    ("/embedding/mode", settings("embedding.mode=statefulset")),
    ("/refresh/schedule", settings("refresh.schedule=monthly please")),
    ("/drawings/persistence/size", settings("drawings.persistence.size=large")),
    ("/redis/url", settings("redis.url=http://valkey")),
    ("/fullnameOverride", settings("fullnameOverride=a-name-that-is-far-too-long-for-kuberay")),
    ("/shutdown/graceSeconds", settings("shutdown.graceSeconds=-1")),
    ("/gateway/settings/request_seconds", settings("gateway.settings.request_seconds=0")),
    # typing errors, at every depth
    ("'replica'", settings("gateway.replica=2")),
    ("'gatway'", settings("gatway.replicas=2")),
    ("'enable'", settings("tls.enable=true")),
    ("'cpu'", settings("gateway.resources.cpu=1")),
    ("'request_second'", settings("gateway.settings.request_second=2")),
    ("'cache_url'", settings("gateway.settings.cache_url=memory://")),
    ("'maxReplica'", settings("vectors.autoscaling.maxReplica=2")),
    # combinations
    ("/embedding/gpu/count", settings("embedding.gpu.enabled=true")),
    ("/embedding/gpu/count", settings("embedding.gpu.count=1")),
    ("/tls/secrets/gateway", settings("tls.enabled=true")),
    ("/tls/secrets/vectors", settings("tls.enabled=true", "tls.secrets.gateway=a", "tls.secrets.metadata=b")),
    ("/tls/certManager/issuer/name", settings("tls.enabled=true", "tls.source=certManager")),
    ("/tls/enabled", settings("tls.clientCertificates=true")),
    (
        "/console/clientSecret",
        (*TLS, *settings("tls.clientCertificates=true", "console.enabled=true")),
    ),
    ("/milvus/url", settings("milvus.url=")),
    ("/milvus/url", settings("milvus.url=milvus:19530")),
    ("/postgresql/host", settings("postgresql.host=")),
    ("/postgresql/password", (*DEV, *settings("postgresql.password="))),
    ("/drawings/url", settings("drawings.url=")),
    ("/drawings/url", settings("drawings.url=file:///tmp")),
    ("/models/persistence/enabled", settings("refresh.enabled=true")),
    ("/refresh/mode", (*DEV, *settings("refresh.rayCronJob.enabled=true"))),
    ("/refresh/workers/replicas", (*DEV, *settings("refresh.workers.replicas=1"))),
    ("/gateway/rollingUpdate/maxUnavailable", settings("gateway.rollingUpdate.maxSurge=0")),
]


@pytest.mark.parametrize(("named", "arguments"), REFUSED, ids=str)
def test_the_message_names_the_value(named: str, arguments: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refused:
        render(*arguments)
    assert "values don't meet the specifications of the schema" in str(refused.value)
    assert named in str(refused.value)
