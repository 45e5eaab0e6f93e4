"""What is outside is reached by TLS, and believed by the CAs that the chart's caBundle names: by four variables."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
import numpy as np
import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import OperationalError

from sevenviews.designs import SevenviewsError
from sevenviews.gateway.cache import open_cache
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.metadata.stores import open_engine, open_objects
from sevenviews.refresh.lock import open_lock
from tests.certificates import Authority, Pair
from tests.contract.redis_server import running_redis


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return Authority(tmp_path_factory.mktemp("outside")).issue("outside")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Of a CA that nobody here is to believe."""
    return Authority(tmp_path_factory.mktemp("other"), "other CA").issue("other")


def server_context(pair: Pair) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    return context


async def test_redis(pair: Pair, other: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    files = ("--tls-cert-file", pair.certificate, "--tls-key-file", pair.key, "--tls-ca-cert-file", pair.ca)
    with running_redis("--tls-port", str(port), "--tls-auth-clients", "no", *map(str, files)):
        url = f"rediss://localhost:{port}/0"

        async def kept() -> bool:
            cache = open_cache(url, 60, GatewayMetrics(CollectorRegistry()))
            await cache.put_many({"a": np.array([1.0], np.float32)})
            [found] = await cache.get_many(["a"])
            await cache.close()
            return found is not None

        monkeypatch.setenv("SSL_CERT_FILE", str(other.ca))
        assert not await kept()
        monkeypatch.setenv("SSL_CERT_FILE", str(pair.ca))
        assert await kept()
        with open_lock(url) as lock:
            lock.check()


@contextlib.contextmanager
def postgresql(pair: Pair) -> Iterator[int]:
    """Shakes hands as PostgreSQL does, and then says that it is only a stand-in."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.recv(8)  # SSLRequest
                connection.sendall(b"S")
                with server_context(pair).wrap_socket(connection, server_side=True) as secured:
                    secured.recv(1024)
                    fields = b"SFATAL\0VFATAL\0C57P03\0Ma stand-in\0\0"
                    secured.sendall(b"E" + (len(fields) + 4).to_bytes(4) + fields)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        # A thread that waits in accept is woken by this alone.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def test_postgresql(pair: Pair, other: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgresql(pair) as port:
        engine = open_engine(f"postgresql://sevenviews@localhost:{port}/patents?sslmode=verify-full", 5.0)
        for ca, said in ((other.ca, "certificate verify failed"), (pair.ca, "a stand-in")):
            monkeypatch.setenv("PGSSLROOTCERT", str(ca))
            with pytest.raises(OperationalError, match=said):
                engine.connect()


@contextlib.contextmanager
def s3(pair: Pair) -> Iterator[int]:
    class Bucket(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    server.socket = server_context(pair).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_s3(pair: Pair, other: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with s3(pair) as port:
        url = f"s3://drawings/some?endpoint=https://localhost:{port}&region=eu-central-1"
        monkeypatch.setenv("AWS_CA_BUNDLE", str(other.ca))
        with pytest.raises(SevenviewsError, match="SSL"):
            open_objects(url, 5.0).stat("key")
        monkeypatch.setenv("AWS_CA_BUNDLE", str(pair.ca))
        assert open_objects(url, 5.0).stat("key") is None


@pytest.mark.slow
def test_milvus(pair: Pair) -> None:
    """In a process of its own: gRPC reads the variable once. Without it nobody would believe the server."""
    called: list[str] = []

    class Everything(grpc.GenericRpcHandler):
        def service(self, handler_call_details: grpc.HandlerCallDetails) -> None:
            called.append(handler_call_details.method)

    server = grpc.server(ThreadPoolExecutor(1), handlers=[Everything()])
    credentials = grpc.ssl_server_credentials([(pair.key.read_bytes(), pair.certificate.read_bytes())])
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    script = (
        "from sevenviews.vectors.milvus_index import MilvusIndex\n"
        f"MilvusIndex('https://localhost:{port}', '').check(1)\n"
    )
    environment = {**os.environ, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(pair.ca)}
    try:
        subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=False)
    finally:
        server.stop(None)
    assert called
