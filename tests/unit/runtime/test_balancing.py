"""A name of several addresses, as a headless Service has: requests spread, and new addresses are found.

The name is answered by a DNS server of the test, to which gRPC's own resolver is pointed.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import grpc
import pytest
from prometheus_client import CollectorRegistry

from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.renewal import Interval, RenewedChannel
from sevenviews.runtime.server import GrpcServer, always_ready
from sevenviews.runtime.settings import ServiceSettings

NAME = "vectors.test"
FIRST, SECOND = "127.0.0.1", "127.0.0.2"
_A_RECORD = 1
_HEADER = 12


class Names(asyncio.DatagramProtocol):
    """A DNS server that knows one name's IPv4 addresses."""

    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses
        self.questions = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self.port: int = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = data[_HEADER : data.index(0, _HEADER) + 5]
        (kind,) = struct.unpack(">H", question[-4:-2])
        found = self.addresses if kind == _A_RECORD else []
        self.questions += kind == _A_RECORD
        flags = 0x8180  # a response, and recursion was wanted and is available
        header = data[:2] + struct.pack(">HHHHH", flags, 1, len(found), 0, 0)
        answers = (
            struct.pack(">HHHIH", 0xC000 | _HEADER, _A_RECORD, 1, 1, 4) + socket.inet_aton(address)
            for address in found
        )
        self._transport.sendto(header + question + b"".join(answers), addr)


@pytest.fixture
async def names() -> AsyncIterator[Names]:
    transport, names = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Names([]), local_addr=("127.0.0.1", 0)
    )
    yield names
    transport.close()


@asynccontextmanager
async def replica(address: str, port: int, **settings: Any) -> AsyncIterator[None]:
    """A server of ours whose method tells where it listens."""

    async def ask(_request: bytes, _context: Any) -> bytes:
        return address.encode()

    def register(server: grpc.aio.Server) -> tuple[str, ...]:
        methods: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            "Ask": grpc.unary_unary_rpc_method_handler(ask)
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Who", methods),))
        return ()

    options = ServiceSettings(host=address, port=port, grace_seconds=1, **settings)
    server = GrpcServer("replica", options, register, always_ready, CollectorRegistry())
    await server.start()
    try:
        yield
    finally:
        # A server that a failed test leaves running makes gRPC's poller, and with it all later tests, wait for good.
        await server.stop()


async def who(channel: grpc.aio.Channel) -> str:
    method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/test.Who/Ask")
    return (await method(b"", timeout=5)).decode()


async def seen(ask: Callable[[], Awaitable[str]], wanted: set[str], seconds: float) -> Counter[str]:
    """Ask until all of `wanted` have answered; how often each did."""
    answers: Counter[str] = Counter()
    async with asyncio.timeout(seconds):
        while not wanted <= answers.keys():
            answers[await ask()] += 1
            await asyncio.sleep(0.01)
    return answers


def address_of(names: Names, port: int) -> str:
    return f"dns://127.0.0.1:{names.port}/{NAME}:{port}"


async def test_requests_spread_evenly_over_all_addresses(names: Names, unused_tcp_port: int) -> None:
    names.addresses = [FIRST, SECOND]
    async with (
        replica(FIRST, unused_tcp_port),
        replica(SECOND, unused_tcp_port),
        open_channel(address_of(names, unused_tcp_port)) as channel,
    ):
        await seen(lambda: who(channel), {FIRST, SECOND}, seconds=10)
        answers = Counter([await who(channel) for _ in range(20)])
    assert answers == {FIRST: 10, SECOND: 10}


async def test_a_replica_that_came_later_is_found(names: Names, unused_tcp_port: int) -> None:
    names.addresses = [FIRST]
    async with (
        replica(FIRST, unused_tcp_port, max_connection_age_seconds=1),
        open_channel(address_of(names, unused_tcp_port)) as channel,
    ):
        assert await who(channel) == FIRST
        names.addresses = [FIRST, SECOND]
        async with replica(SECOND, unused_tcp_port, max_connection_age_seconds=1):
            await seen(lambda: who(channel), {SECOND}, seconds=10)


async def test_no_request_fails_while_a_replica_is_replaced(names: Names, unused_tcp_port: int) -> None:
    names.addresses = [FIRST]
    async with open_channel(address_of(names, unused_tcp_port)) as channel, AsyncExitStack() as later:
        async with replica(FIRST, unused_tcp_port, drain_seconds=0.5):
            assert await who(channel) == FIRST
            await later.enter_async_context(replica(SECOND, unused_tcp_port))
            names.addresses = [SECOND]
            stream = asyncio.create_task(seen(lambda: who(channel), {SECOND}, seconds=15))
        answers = await stream  # raises what failed
    assert answers[FIRST] > 10


@asynccontextmanager
async def renewing(
    open_one: Callable[[], grpc.aio.Channel], seconds: float, clock: Callable[[], float]
) -> AsyncIterator[RenewedChannel]:
    """Closed in any case."""
    renewed = RenewedChannel(open_one, Interval(seconds, clock), patience_seconds=seconds, grace_seconds=5)
    try:
        yield renewed
    finally:
        await renewed.close()


async def test_a_server_that_never_ends_a_connection_is_left_by_the_client(
    names: Names, unused_tcp_port: int
) -> None:
    names.addresses = [FIRST]
    now = [0.0]
    async with (
        replica(FIRST, unused_tcp_port),
        replica(SECOND, unused_tcp_port),
        renewing(lambda: open_channel(address_of(names, unused_tcp_port)), 60, lambda: now[0]) as renewed,
    ):
        first = renewed()
        assert await who(first) == FIRST
        names.addresses = [SECOND]
        now[0] = 61.0
        running = asyncio.ensure_future(who(renewed()))
        async with asyncio.timeout(30):
            while await who(renewed()) == FIRST:
                pass
        assert await running == FIRST  # what ran on the old channel was finished


async def test_a_channel_is_kept_while_another_finds_nobody(names: Names, unused_tcp_port: int) -> None:
    names.addresses = [FIRST]
    now = [0.0]
    async with (
        replica(FIRST, unused_tcp_port),
        renewing(lambda: open_channel(address_of(names, unused_tcp_port)), 0.3, lambda: now[0]) as renewed,
    ):
        first = renewed()
        assert await who(first) == FIRST
        names.addresses = []
        asked = names.questions
        now[0] = 1.0
        assert renewed() is first
        async with asyncio.timeout(30):
            while names.questions == asked:  # the other channel looks for an address
                assert await who(renewed()) == FIRST
        assert renewed() is first


async def test_a_young_channel_is_kept(unused_tcp_port: int) -> None:
    opened: list[grpc.aio.Channel] = []

    def open_one() -> grpc.aio.Channel:
        opened.append(open_channel(f"127.0.0.1:{unused_tcp_port}"))
        return opened[-1]

    async with renewing(open_one, 60, iter([0.0, 59.9]).__next__) as renewed:
        assert renewed() is opened[0]
    assert len(opened) == 1
