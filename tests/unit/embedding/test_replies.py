"""A reply never raises an error, and what it sets is what a client of ours reads."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.embedding.replies import reply
from sevenviews.runtime.status import DETAILS_KEY, DOMAIN
from sevenviews.runtime.telemetry import request_id


class FakeContext:
    """A CallContext that keeps what is set."""

    def __init__(self, **metadata: str) -> None:
        self.metadata = [(key.replace("_", "-"), value) for key, value in metadata.items()]
        self.code: grpc.StatusCode | None = None
        self.details = ""
        self.trailers: dict[str, str | bytes] = {}

    def invocation_metadata(self) -> list[tuple[str, str]]:
        return self.metadata

    def set_code(self, code: grpc.StatusCode) -> None:
        self.code = code

    def set_details(self, details: str) -> None:
        self.details = details

    def set_trailing_metadata(self, trailing_metadata: list[tuple[str, str | bytes]]) -> None:
        self.trailers = dict(trailing_metadata)


async def succeed() -> str:
    return request_id.get()


async def fail(error: BaseException) -> str:
    raise error


async def test_the_callers_request_id_is_kept() -> None:
    context = FakeContext(x_request_id="search-1")
    assert await reply("M", context, succeed(), "") == "search-1"
    assert context.code is None


async def test_a_caller_without_request_id_is_given_one() -> None:
    assert len(await reply("M", FakeContext(), succeed(), "")) == 32


async def test_an_error_becomes_a_rich_status() -> None:
    context = FakeContext()
    error = SevenviewsError(Reason.MODEL_NOT_FOUND, "no model x", {"model_version": "x"})
    assert await reply("M", context, fail(error), "empty") == "empty"
    assert (context.code, context.details) == (grpc.StatusCode.NOT_FOUND, "no model x")
    info = _error_info(context)
    assert (info.reason, info.domain, dict(info.metadata)) == (
        "MODEL_NOT_FOUND",
        DOMAIN,
        {"model_version": "x"},
    )


async def test_an_unforeseen_error_leaks_nothing_but_the_request_id() -> None:
    context = FakeContext(x_request_id="search-2")
    assert await reply("M", context, fail(ValueError("secret path")), "empty") == "empty"
    assert context.code is grpc.StatusCode.INTERNAL
    assert "secret" not in context.details
    assert "secret" not in str(_error_info(context))
    assert dict(_error_info(context).metadata) == {"request_id": "search-2"}


async def test_a_cancelled_call_stays_cancelled() -> None:
    with pytest.raises(asyncio.CancelledError):
        await reply("M", FakeContext(), fail(asyncio.CancelledError()), "")


def _error_info(context: FakeContext) -> error_details_pb2.ErrorInfo:
    details = context.trailers[DETAILS_KEY]
    assert isinstance(details, bytes)
    status = status_pb2.Status.FromString(details)
    assert context.code is not None
    assert status.code == context.code.value[0]
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    return info
