"""TLS and mTLS over real sockets, with certificates made here."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import CollectorRegistry
from pydantic import ValidationError

from sevenviews.gateway.settings import GatewaySettings
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.security import ClientTls
from sevenviews.runtime.server import GrpcServer
from sevenviews.runtime.settings import LIVENESS, ServiceSettings
from tests.certificates import Authority, Pair
from tests.reflected import reflected_services

SERVING = health_pb2.HealthCheckResponse.SERVING


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@asynccontextmanager
async def serving(
    pair: Pair, demand: bool = False, registry: CollectorRegistry | None = None, **more: Any
) -> AsyncIterator[GrpcServer]:
    settings = ServiceSettings(
        tls_certificate=pair.certificate,
        tls_key=pair.key,
        tls_client_ca=pair.ca if demand else None,
        grace_seconds=0,
        **more,
    )
    server = GrpcServer("probe", settings, lambda _: (), _ready, registry or CollectorRegistry())
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def _ready() -> None:
    return None


async def check(address: str, tls: ClientTls | None, service: str = "") -> Any:
    async with open_channel(address, tls=tls) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)
        return answer.status


async def test_a_client_that_knows_the_ca_is_answered(authority: Authority) -> None:
    pair = authority.issue("server")
    async with serving(pair) as server:
        assert await check(server.address, ClientTls(pair.ca)) == SERVING


@pytest.mark.parametrize(
    "tls", [lambda _: None, lambda folder: ClientTls(Authority(folder).issue("other").ca)]
)
async def test_plaintext_and_another_ca_are_refused(
    authority: Authority, tmp_path: Path, tls: Callable[[Path], ClientTls | None]
) -> None:
    async with serving(authority.issue("server")) as server:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await check(server.address, tls(tmp_path))
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_mutual_tls_answers_only_who_has_a_certificate_of_the_ca(
    authority: Authority, tmp_path: Path
) -> None:
    server_pair, client = authority.issue("server"), authority.issue("client")
    (tmp_path / "elsewhere").mkdir()
    stranger = Authority(tmp_path / "elsewhere").issue("stranger")
    async with serving(server_pair, demand=True) as server:
        known = ClientTls(server_pair.ca, client.certificate, client.key)
        assert await check(server.address, known) == SERVING
        for tls in (ClientTls(server_pair.ca), ClientTls(server_pair.ca, stranger.certificate, stranger.key)):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await check(server.address, tls)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_renewed_certificate_is_shown_without_a_restart(authority: Authority) -> None:
    pair = authority.issue("server")
    async with serving(pair) as server:
        assert await check(server.address, ClientTls(pair.ca)) == SERVING
        before = await shown(server.port)
        authority.issue("server")
        assert await check(server.address, ClientTls(pair.ca)) == SERVING
        after = await shown(server.port)
    assert before != after
    assert after == ssl.PEM_cert_to_DER_cert(pair.certificate.read_text())


async def test_a_certificate_that_vanishes_leaves_the_last_one(authority: Authority) -> None:
    pair = authority.issue("server")
    async with serving(pair) as server:
        pair.key.unlink()
        assert await check(server.address, ClientTls(pair.ca)) == SERVING


async def test_probes_are_answered_in_plaintext_on_a_port_of_their_own(
    authority: Authority, unused_tcp_port: int
) -> None:
    async with serving(authority.issue("server"), health_port=unused_tcp_port):
        address = f"127.0.0.1:{unused_tcp_port}"
        assert await check(address, None) == SERVING
        assert await check(address, None, LIVENESS) == SERVING
        async with open_channel(address) as channel:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await reflected_services(channel, "v1alpha")
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize(
    ("settings", "given", "named"),
    [
        (ServiceSettings, {"tls_certificate": "a"}, "tls_key"),
        (ServiceSettings, {"tls_key": "a"}, "tls_certificate"),
        (ServiceSettings, {"tls_client_ca": "a"}, "tls_client_ca"),
        (GatewaySettings, {"backend_key": "a", "backend_ca": "b"}, "backend_certificate"),
        (GatewaySettings, {"backend_certificate": "a", "backend_key": "b"}, "backend_ca"),
    ],
)
def test_halves_are_refused_by_name(
    settings: type[ServiceSettings], given: dict[str, str], named: str
) -> None:
    with pytest.raises(ValidationError, match=named):
        settings(**given)  # type: ignore[arg-type]


async def test_a_missing_file_ends_the_start(tmp_path: Path) -> None:
    settings = ServiceSettings(tls_certificate=tmp_path / "tls.crt", tls_key=tmp_path / "tls.key")
    server = GrpcServer("probe", settings, lambda _: (), _ready, CollectorRegistry())
    with pytest.raises(FileNotFoundError, match=r"tls\.crt"):
        await server.start()
    await server.stop()


async def shown(port: int) -> bytes:
    """The certificate that a server shows now, DER."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    _reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    certificate: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return certificate
