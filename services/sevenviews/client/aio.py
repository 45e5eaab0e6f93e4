"""The client for asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Coroutine, Iterable, Iterator
from contextlib import aclosing
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar

import grpc
from google.protobuf.message import Message

from sevenviews.client import calls
from sevenviews.client.calls import Answers, Call, Exchange, SearchCall, shown_as
from sevenviews.client.records import SearchPage
from sevenviews.client.retrying import pause_before_retry
from sevenviews.runtime.bearer import Bearer, Credential
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.security import ClientTls
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.status import error_from_rpc

Arguments = ParamSpec("Arguments")
Item = TypeVar("Item")
Result = TypeVar("Result")


def _one(
    ask: Callable[Arguments, Call[Result]],
) -> Callable[Concatenate[AsyncClient, Arguments], Coroutine[Any, Any, Result]]:
    async def method(self: AsyncClient, /, *given: Arguments.args, **named: Arguments.kwargs) -> Result:
        return await self._answer(ask(*given, **named))

    return shown_as(ask, method)


def _many(
    ask: Callable[Arguments, Answers[Result]],
) -> Callable[Concatenate[AsyncClient, Arguments], AsyncGenerator[Result]]:
    def method(
        self: AsyncClient, /, *given: Arguments.args, **named: Arguments.kwargs
    ) -> AsyncGenerator[Result]:
        return self._answers(ask(*given, **named))

    return shown_as(ask, method)


def _each(
    ask: Callable[[Iterable[Item] | AsyncIterable[Item]], Exchange[Item, Result]],
) -> Callable[[AsyncClient, Iterable[Item] | AsyncIterable[Item]], AsyncGenerator[Result]]:
    def method(self: AsyncClient, /, items: Iterable[Item] | AsyncIterable[Item]) -> AsyncGenerator[Result]:
        return self._exchange(ask(items))

    return shown_as(ask, method)


def _pages(
    ask: Callable[Arguments, SearchCall],
) -> Callable[Concatenate[AsyncClient, Arguments], AsyncGenerator[SearchPage]]:
    def method(
        self: AsyncClient, /, *given: Arguments.args, **named: Arguments.kwargs
    ) -> AsyncGenerator[SearchPage]:
        """As `search`, page after page, each asked for when it is wanted. No patent comes twice."""
        return self._following(ask(*given, **named))

    return shown_as(ask, method)


class AsyncClient:
    """As `Client`, which documents arguments and errors. Made inside a running event loop."""

    def __init__(
        self,
        address: str = "127.0.0.1:50051",
        timeout_seconds: float = 30.0,
        max_message_bytes: int = 64 * MEBIBYTE,
        tls: ClientTls | None = None,
        credential: Credential | None = None,
    ) -> None:
        bearer = None if credential is None else Bearer(credential)
        self._channel = open_channel(address, max_message_bytes, tls, bearer)
        self._rpcs = calls.rpcs(self._channel)
        self._timeout_seconds = timeout_seconds

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection; what runs fails."""
        await self._channel.close()

    search = _one(calls.search)
    search_pages = _pages(calls.search)
    search_many = _each(calls.search_many)
    import_patents = _each(calls.import_patents)
    get_patent = _one(calls.get_patent)
    read_patent = _one(calls.read_patent)
    get_patents = _many(calls.get_patents)
    list_patents = _one(calls.list_patents)
    facets = _one(calls.facets)
    get_drawing = _one(calls.get_drawing)
    get_drawings = _many(calls.get_drawings)
    delete_patents = _one(calls.delete_patents)
    delete = _one(calls.delete)
    find_sources = _one(calls.find_sources)
    audit_events = _many(calls.audit_events)
    releases = _one(calls.releases)
    promote_release = _one(calls.promote_release)
    server_info = _one(calls.server_info)

    async def _answer(self, call: Call[Result]) -> Result:
        request = await asyncio.to_thread(call.ask) if isinstance(call, SearchCall) else call.ask()
        return call.read(await self._call(request))

    async def _call(self, request: Message) -> Any:
        give_up = time.monotonic() + self._timeout_seconds
        while True:
            try:
                return await self._rpcs[type(request)](request, timeout=give_up - time.monotonic())
            except grpc.RpcError as failure:
                error = error_from_rpc(failure)
                if (pause := pause_before_retry(error, give_up)) is None:
                    raise error from failure
            await asyncio.sleep(pause)

    async def _following(self, call: SearchCall) -> AsyncGenerator[SearchPage]:
        page = await self._answer(call)
        yield page
        while page.next_page_token:
            page = call.read(await self._call(call.following(page.next_page_token)))
            yield page

    async def _answers(self, answers: Answers[Result]) -> AsyncGenerator[Result]:
        for request in answers.requests:
            async with aclosing(_told(self._rpcs[type(request)](request))) as responses:
                async for response in responses:
                    yield answers.read(response)

    async def _exchange(self, exchange: Exchange[Item, Result]) -> AsyncGenerator[Result]:
        source = _Watched(exchange)
        async with aclosing(_told(self._rpcs[exchange.kind](aiter(source)), source)) as responses:
            async for response in responses:
                yield exchange.read(response)


async def _told(responses: Any, source: _Watched[Any] | None = None) -> AsyncGenerator[Any]:
    """The answers of a call, to requests that were made of a source."""
    try:
        async for response in responses:
            yield response
    except (grpc.RpcError, asyncio.CancelledError) as error:
        # gRPC cancels the call where the items fail, which looks like our own cancellation.
        if source is not None and source.failure is not None:
            raise source.failure from None
        if isinstance(error, grpc.RpcError):
            raise error_from_rpc(error) from error
        raise
    finally:
        responses.cancel()


class _Watched(Generic[Item]):
    """Makes requests of items, and keeps what is raised meanwhile: gRPC would only write it to its log."""

    def __init__(self, exchange: Exchange[Item, Any]) -> None:
        self._items, self._ask = exchange.items, exchange.ask
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncGenerator[Message]:
        # Away from the event loop: to make an item may mean to read and cut sheets, and so may to ask with it.
        try:
            if isinstance(self._items, AsyncIterable):
                async for item in self._items:
                    yield await asyncio.to_thread(self._ask, item)
            else:
                made = map(self._ask, self._items)
                while (request := await asyncio.to_thread(_next, made)) is not None:
                    yield request
        except Exception as error:
            self.failure = error
            raise


def _next(made: Iterator[Message]) -> Message | None:
    return next(made, None)
