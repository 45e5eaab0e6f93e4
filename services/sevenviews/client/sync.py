"""The client for programs without asyncio."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar

import grpc
from google.protobuf.message import Message

from sevenviews.client import calls
from sevenviews.client.calls import Answers, Call, Exchange, SearchCall, shown_as
from sevenviews.client.records import SearchPage
from sevenviews.client.retrying import pause_before_retry
from sevenviews.designs import SevenviewsError
from sevenviews.runtime.bearer import Bearer, Credential
from sevenviews.runtime.channels import open_blocking_channel
from sevenviews.runtime.security import ClientTls
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.status import error_from_rpc

Arguments = ParamSpec("Arguments")
Item = TypeVar("Item")
Result = TypeVar("Result")


def _one(ask: Callable[Arguments, Call[Result]]) -> Callable[Concatenate[Client, Arguments], Result]:
    def method(self: Client, /, *given: Arguments.args, **named: Arguments.kwargs) -> Result:
        return self._answer(ask(*given, **named))

    return shown_as(ask, method)


def _many(
    ask: Callable[Arguments, Answers[Result]],
) -> Callable[Concatenate[Client, Arguments], Iterator[Result]]:
    def method(self: Client, /, *given: Arguments.args, **named: Arguments.kwargs) -> Iterator[Result]:
        return self._answers(ask(*given, **named))

    return shown_as(ask, method)


def _each(
    ask: Callable[[Iterable[Item]], Exchange[Item, Result]],
) -> Callable[[Client, Iterable[Item]], Iterator[Result]]:
    def method(self: Client, /, items: Iterable[Item]) -> Iterator[Result]:
        return self._exchange(ask(items), items)

    return shown_as(ask, method)


def _pages(
    ask: Callable[Arguments, SearchCall],
) -> Callable[Concatenate[Client, Arguments], Iterator[SearchPage]]:
    def method(self: Client, /, *given: Arguments.args, **named: Arguments.kwargs) -> Iterator[SearchPage]:
        """As `search`, page after page, each asked for when it is wanted. No patent comes twice."""
        return self._following(ask(*given, **named))

    return shown_as(ask, method)


class Client:
    """A connection to the gateway; safe to share between threads. `AsyncClient` has the same methods.

    Args:
        address: host:port, or dns:///name:port to balance over all addresses of a name.
        timeout_seconds: for each call but an import and the others of many, which may last as long as they need.
        max_message_bytes: the gateway must allow as much.
        credential: the API key or token that the gateway asks for; a path: the file of one, which may be renewed.
        tls: the gateway's CA, and the certificate that it may demand; None for plaintext.

    Each method raises SevenviewsError with the reason that search.proto documents for its rpc, or with
    DEPENDENCY_UNAVAILABLE or DEADLINE_EXCEEDED where the gateway itself does not answer. A call that is refused as
    OVERLOADED or QUOTA_EXCEEDED is made again when the gateway says, if that is within the timeout.
    """

    def __init__(
        self,
        address: str = "127.0.0.1:50051",
        timeout_seconds: float = 30.0,
        max_message_bytes: int = 64 * MEBIBYTE,
        tls: ClientTls | None = None,
        credential: Credential | None = None,
    ) -> None:
        bearer = None if credential is None else Bearer(credential)
        self._channel = open_blocking_channel(address, max_message_bytes, tls, bearer=bearer)
        self._rpcs = calls.rpcs(self._channel)
        self._timeout_seconds = timeout_seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; what runs fails."""
        self._channel.close()

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

    def _answer(self, call: Call[Result]) -> Result:
        return call.read(self._call(call.ask()))

    def _call(self, request: Message) -> Any:
        give_up = time.monotonic() + self._timeout_seconds
        while True:
            try:
                return self._rpcs[type(request)](request, timeout=give_up - time.monotonic())
            except grpc.RpcError as failure:
                error = error_from_rpc(failure)
                if (pause := pause_before_retry(error, give_up)) is None:
                    raise error from failure
            time.sleep(pause)

    def _following(self, call: SearchCall) -> Iterator[SearchPage]:
        page = self._answer(call)
        yield page
        while page.next_page_token:
            page = call.read(self._call(call.following(page.next_page_token)))
            yield page

    def _answers(self, answers: Answers[Result]) -> Iterator[Result]:
        for request in answers.requests:
            yield from map(answers.read, _told(self._rpcs[type(request)](request)))

    def _exchange(self, exchange: Exchange[Item, Result], items: Iterable[Item]) -> Iterator[Result]:
        source = _Watched(map(exchange.ask, items))
        try:
            yield from map(exchange.read, _told(self._rpcs[exchange.kind](source)))
        except SevenviewsError:
            if source.failure is not None:
                raise source.failure from None
            raise


def _told(responses: Any) -> Iterator[Any]:
    """The answers of a call."""
    try:
        yield from responses
    except grpc.RpcError as error:
        raise error_from_rpc(error) from error
    finally:
        responses.cancel()


class _Watched(Generic[Item]):
    """Keeps what an iterator raises: gRPC would only write it to its log."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = iter(items)
        self.failure: Exception | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Item:
        try:
            return next(self._items)
        except StopIteration:
            raise
        except Exception as error:
            self.failure = error
            raise
