"""No proxy stands between the services, whatever the environment says; the rest of the world may be behind one."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry

from sevenviews.runtime.proxies import goes_direct, named
from sevenviews.runtime.server import GrpcServer, always_ready
from sevenviews.runtime.settings import ServiceSettings
from tests.conftest import ROOT

DIRECT = (
    "127.0.0.1:50051",
    "[::1]:50051",
    "localhost:50051",
    "ipv4:10.1.2.3:50051",
    "dns:///vectors:50053",
    "dns:///release-vectors.patents.svc:50053",
    "vectors.patents.svc.cluster.local.:50053",
    "vectors.patents.svc.example.org:50053",
    "http://192.168.0.7:19530",
    "http://milvus:19530",
    "https://minio.storage.svc:9000/",
    "unix:/tmp/socket",
)
BY_PROXY = (
    "search.example.org:443",
    "dns:///search.example.org:443",
    "8.8.8.8:443",
    "https://s3.eu-west-1.amazonaws.com",
    "https://user:word@milvus.example.org:19530",
)


@pytest.mark.parametrize("target", DIRECT)
def test_what_is_near_is_reached_directly(target: str) -> None:
    assert goes_direct(target)


@pytest.mark.parametrize("target", BY_PROXY)
def test_what_is_far_may_be_behind_a_proxy(target: str) -> None:
    assert not goes_direct(target)


def test_a_proxy_is_named_without_its_secrets() -> None:
    environment = {
        "HTTPS_PROXY": "http://user:secret@proxy.example.org:3128",
        "grpc_proxy": "",
        "PATH": "/bin",
    }
    assert named(environment) == {"HTTPS_PROXY": "proxy.example.org"}


PROGRAM = """
import asyncio, sys
from sevenviews.runtime.channels import open_blocking_channel, open_channel
from grpc_health.v1 import health_pb2, health_pb2_grpc

async def ask(address):
    async with open_channel(address) as channel:
        return await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)

print(asyncio.run(ask(sys.argv[1])).status)
with open_blocking_channel(sys.argv[1]) as channel:
    print(health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10).status)
"""


@pytest.fixture
async def proxy() -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy that only notes what it is asked."""
    asked: list[str] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode())
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    server.close()


async def test_a_proxy_in_the_environment_is_not_asked_for_a_server_of_this_machine(
    proxy: tuple[str, list[str]], served: str
) -> None:
    url, asked = proxy
    environment = os.environ | {"http_proxy": url, "https_proxy": url, "grpc_proxy": url, "no_proxy": ""}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, served, stdout=asyncio.subprocess.PIPE, env=environment
    )
    output, _ = await program.communicate()
    assert output.decode().split() == ["1", "1"]
    assert asked == []


@pytest.fixture
async def served() -> AsyncIterator[str]:
    server = GrpcServer("near", ServiceSettings(), lambda _: (), always_ready, CollectorRegistry())
    await server.start()
    yield server.address
    await server.stop()


def test_channels_are_opened_in_one_place() -> None:
    sources = ROOT / "services" / "sevenviews"
    opening = {
        path.relative_to(sources).as_posix()
        for path in sources.rglob("*.py")
        if not path.name.endswith("_grpc.py") and "secure_channel(" in path.read_text()
    }
    assert opening == {"runtime/channels.py"}
