"""The statuses that Serve's proxy makes by itself, over Serve's own gRPC server and a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from ray.serve._private.grpc_util import enable_server_reflection, gRPCGenericServer

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.embedding.proxy import add_to_proxy
from sevenviews.embedding.replies import refuse
from sevenviews.internal.v1 import embedding_pb2, embedding_pb2_grpc
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.status import error_from_rpc
from tests.reflected import reflected_services

Request = embedding_pb2.EmbedImagesRequest


class Servicer:
    """Has every method, as the stand-in has that Serve passes; none is called."""

    def __getattr__(self, name: str) -> str:
        return name


class Proxy:
    """Serve's gRPC server, whose calls run `on_call` instead of going to a replica."""

    def __init__(self) -> None:
        self.on_call: Callable[[Any], bytes | Awaitable[bytes]] = lambda _context: b""
        self.methods: list[str] = []
        self.counted: list[tuple[str, str]] = []
        self.one_is_counted = asyncio.Event()
        self.server = gRPCGenericServer(self._factory)
        add_to_proxy(Servicer(), self.server, observer=self, requests_bytes=MEBIBYTE)
        enable_server_reflection(self.server)
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.channel = grpc.aio.insecure_channel(self.address)
        self.stub = embedding_pb2_grpc.EmbeddingServiceStub(self.channel)

    def finished(self, method: str, code: str) -> None:
        """As CallObserver."""
        self.counted.append((method, code))
        self.one_is_counted.set()

    def _factory(self, service_method: str, streaming_type: Any) -> Any:
        async def call(_request: Any, context: Any) -> bytes:
            self.methods.append(service_method)
            answer = self.on_call(context)
            return answer if isinstance(answer, bytes) else await answer

        return call

    async def failure(self, on_call: Callable[[Any], bytes]) -> grpc.aio.AioRpcError:
        self.on_call = on_call
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await self.stub.EmbedImages(Request(), timeout=5)
        return caught.value


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    proxy = Proxy()
    await proxy.server.start()
    yield proxy
    await proxy.channel.close()
    await proxy.server.stop(None)


def bare(code: grpc.StatusCode, details: str = "text of Ray") -> Callable[[Any], bytes]:
    """What Serve's proxy does when it has no answer."""

    def set_on(context: Any) -> bytes:
        context.set_trailing_metadata((("request_id", "7"),))
        context.set_code(code)
        context.set_details(details)
        return b""

    return set_on


async def test_an_answer_passes(proxy: Proxy) -> None:
    answer = embedding_pb2.EmbedImagesResponse(model_version="a")
    proxy.on_call = lambda _context: answer.SerializeToString()
    assert await proxy.stub.EmbedImages(Request(), timeout=5) == answer
    await proxy.stub.ListModels(embedding_pb2.ListModelsRequest(), timeout=5)
    service = "/sevenviews.internal.v1.EmbeddingService"
    assert proxy.counted == [(f"{service}/EmbedImages", "OK"), (f"{service}/ListModels", "OK")]


@pytest.mark.parametrize(
    ("code", "expected_code", "reason"),
    [
        (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAVAILABLE, Reason.DEPENDENCY_UNAVAILABLE),
        (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE, Reason.DEPENDENCY_UNAVAILABLE),
        (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAVAILABLE, Reason.DEPENDENCY_UNAVAILABLE),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.OVERLOADED),
        (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.DEADLINE_EXCEEDED, Reason.DEADLINE_EXCEEDED),
    ],
)
async def test_a_bare_code_is_given_its_reason(
    proxy: Proxy, code: grpc.StatusCode, expected_code: grpc.StatusCode, reason: Reason
) -> None:
    failure = await proxy.failure(bare(code))
    error = error_from_rpc(failure)
    assert (failure.code(), error.reason) == (expected_code, reason)
    assert "text of Ray" not in error.message
    assert [counted for _, counted in proxy.counted] == [expected_code.name]
    assert ("request_id", "7") in tuple(failure.trailing_metadata() or ())


async def test_a_client_of_ours_tries_again_until_a_replica_is_back(proxy: Proxy) -> None:
    attempts = 0

    def die_twice(context: Any) -> bytes:
        nonlocal attempts
        attempts += 1
        return bare(grpc.StatusCode.INTERNAL)(context) if attempts <= 2 else b""

    proxy.on_call = die_twice
    async with open_channel(proxy.address) as channel:
        await embedding_pb2_grpc.EmbeddingServiceStub(channel).EmbedImages(Request(), timeout=5)
    assert attempts == 3


async def test_a_status_with_a_reason_stays_as_it_is(proxy: Proxy) -> None:
    ours = SevenviewsError(Reason.MODEL_NOT_FOUND, "no model x", {"model_version": "x"})

    def set_on(context: Any) -> bytes:
        refuse(context, ours)
        return b""

    error = error_from_rpc(await proxy.failure(set_on))
    assert (error.reason, error.message, error.metadata) == (ours.reason, ours.message, ours.metadata)
    # Serve's own counter says OK of it: its proxy only looks for exceptions.
    assert [counted for _, counted in proxy.counted] == ["NOT_FOUND"]


async def test_a_call_whose_caller_is_gone_is_counted_as_cancelled(proxy: Proxy) -> None:
    arrived = asyncio.Event()

    async def hang() -> bytes:
        arrived.set()
        await asyncio.Event().wait()
        return b""

    proxy.on_call = lambda _context: hang()
    call = proxy.stub.EmbedImages(Request(), timeout=30)
    await asyncio.wait_for(arrived.wait(), 10)
    call.cancel()
    await asyncio.wait_for(proxy.one_is_counted.wait(), 10)
    assert [counted for _, counted in proxy.counted] == ["CANCELLED"]


async def test_requests_share_a_budget_of_bytes(proxy: Proxy) -> None:
    """One that finds no room in time is refused with a reason, and nothing is done for it."""
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> bytes:
        arrived.set()
        await go_on.wait()
        return b""

    proxy.on_call = lambda _context: hold()
    large = Request(images=[embedding_pb2.ImageContent(content=bytes(700_000))])
    first = asyncio.ensure_future(proxy.stub.EmbedImages(large, timeout=30))
    await asyncio.wait_for(arrived.wait(), 10)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await proxy.stub.EmbedImages(large, timeout=0.3)
    assert error_from_rpc(caught.value).reason in (Reason.OVERLOADED, Reason.DEADLINE_EXCEEDED)
    small = asyncio.ensure_future(proxy.stub.EmbedImages(Request(), timeout=30))
    waiting = asyncio.ensure_future(proxy.stub.EmbedImages(large, timeout=30))
    go_on.set()
    await asyncio.gather(first, small, waiting)
    assert len(proxy.methods) == 3
    assert [code for _, code in proxy.counted].count("OK") == 3


async def test_health_is_asked_of_a_replica_but_not_watched(proxy: Proxy) -> None:
    stub: Any = health_pb2_grpc.HealthStub(proxy.channel)  # its type stub tells of no methods
    await stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Watch(health_pb2.HealthCheckRequest(), timeout=5).read()
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert proxy.methods == ["/grpc.health.v1.Health/Check"]
    assert proxy.counted == []


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
async def test_reflection_is_answered_in_the_proxy_in_both_versions(proxy: Proxy, version: str) -> None:
    described = await reflected_services(proxy.channel, version)
    assert {"sevenviews.internal.v1.EmbeddingService", "grpc.reflection.v1.ServerReflection"} <= set(
        described
    )
    assert all(described.values())
    assert proxy.methods == []


async def test_health_keeps_its_own_codes(proxy: Proxy) -> None:
    proxy.on_call = bare(grpc.StatusCode.NOT_FOUND, "no such service here")
    stub: Any = health_pb2_grpc.HealthStub(proxy.channel)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Check(health_pb2.HealthCheckRequest(service="nobody"), timeout=5)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
