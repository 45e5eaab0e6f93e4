"""Errors of Milvus by their codes, on exceptions as pymilvus makes them of a server's answer."""

from __future__ import annotations

import grpc
import pytest
from pymilvus.client.utils import check_status
from pymilvus.exceptions import DescribeCollectionException, ErrorCode, MilvusException
from pymilvus.grpc_gen import common_pb2

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.vectors.milvus_errors import (
    LITE,
    SERVER,
    AliasAbsentError,
    CollectionAbsentError,
    Meaning,
    NotLoadedError,
    meaning,
    translated,
)


def answered(code: int, reason: str, legacy: int = common_pb2.UnexpectedError) -> MilvusException:
    """What pymilvus raises for a status on the wire."""
    with pytest.raises(MilvusException) as caught:
        check_status(common_pb2.Status(code=code, reason=reason, error_code=legacy))
    return caught.value


def raised(error: Exception, *, lite: bool = False) -> BaseException:
    """What becomes of it."""
    with pytest.raises(Exception) as caught, translated(lite=lite):  # noqa: PT011 - whichever it is
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [
        (100, "collection not found[database=default][collection=release_x]", CollectionAbsentError),
        (100, "can't find collection[database=default][collection=release_x]", CollectionAbsentError),
        (1600, "alias not found[database=default][alias=serving_1]", AliasAbsentError),
        (1603, "collection id of alias not found[aliasID=7]", AliasAbsentError),
    ],
)
def test_a_collection_or_alias_that_is_not_there(code: int, reason: str, expected: type[Exception]) -> None:
    assert isinstance(raised(answered(code, reason)), expected)


def test_a_description_that_is_not_there() -> None:
    status = common_pb2.Status(code=100, reason="can't find collection", error_code=1)
    assert isinstance(raised(DescribeCollectionException.from_status(status)), CollectionAbsentError)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (800, "can't find collection[database=other][collection=release_x]"),
        (200, "partition not found[partition=_default]"),
        (300, "resource group not found[rg=a]"),
        (400, "replica not found[replica=7]"),
        (500, "channel not found[channel=by-dev-rootcoord-dml_0]"),
        (600, "segment not found[segment=7]"),
        (700, "index not found[indexName=embedding]"),
        (901, "node not found[node=7]"),
        (1000, "key not found[key=by-dev/meta]"),
        (1200, "metric not found"),
        (1300, "topic not found[topic=by-dev-rootcoord-dml_0]"),
        (1700, "field not found[field=x]"),
        (103, "collection not fully loaded[collection=7]"),
        (503, "channel not available[channel=by-dev-rootcoord-dml_0]: collection not loaded"),
        (601, "segment not loaded[segment=7]"),
        (8, "rate limit exceeded"),
        (1, "service not ready: alias does not exist"),
        (6, "cross cluster routing"),
        (65535, "collection not found, or so it says"),
    ],
)
def test_whatever_else_is_not_found_is_asked_again(code: int, reason: str) -> None:
    error = raised(answered(code, reason))
    assert isinstance(error, SevenviewsError)
    assert (error.reason, error.metadata) == (Reason.DEPENDENCY_UNAVAILABLE, {"service": "milvus"})
    assert reason in error.message


@pytest.mark.parametrize("code", [101, 201])
def test_what_is_not_loaded_can_be(code: int) -> None:
    assert isinstance(raised(answered(code, "released")), NotLoadedError)


@pytest.mark.parametrize("code", [1100, 1101, 1102])
def test_what_a_server_refuses_is_a_fault_of_ours(code: int) -> None:
    error = answered(code, "invalid parameter")
    assert raised(error) is error


def test_no_answer_at_all() -> None:
    # As pymilvus' retries end: with the code of gRPC, which is no number of Milvus.
    given_up = MilvusException(grpc.StatusCode.DEADLINE_EXCEEDED, "Retry timeout: 3s")
    for error in (given_up, MilvusException(message="Retry timeout: 3s"), grpc.RpcError("gone")):
        answer = raised(error)
        assert isinstance(answer, SevenviewsError)
        assert answer.reason is Reason.DEPENDENCY_UNAVAILABLE


def test_the_embedded_engine_numbers_otherwise() -> None:
    refused = answered(6, "unknown field", common_pb2.IllegalArgument)
    assert raised(refused, lite=True) is refused
    assert meaning(refused, lite=False) is Meaning.UNAVAILABLE
    assert isinstance(
        raised(answered(100, "", common_pb2.CollectionNotExists), lite=True), CollectionAbsentError
    )
    assert isinstance(raised(answered(101, "", 101), lite=True), NotLoadedError)


def test_the_client_library_agrees_on_the_codes_that_it_names() -> None:
    for table in (SERVER, LITE):
        assert table[ErrorCode.COLLECTION_NOT_FOUND] is Meaning.COLLECTION_ABSENT
        assert ErrorCode.INDEX_NOT_FOUND not in table
        assert ErrorCode.RATE_LIMIT not in table


def test_each_error_of_the_embedded_engine_has_the_code_that_we_take_it_by() -> None:
    from milvus_lite import exceptions
    from milvus_lite.adapter.grpc.errors import to_status_kwargs

    meanings = {
        exceptions.CollectionNotFoundError: Meaning.COLLECTION_ABSENT,
        exceptions.CollectionNotLoadedError: Meaning.NOT_LOADED,
        exceptions.SchemaValidationError: Meaning.FAULT_OF_OURS,
        exceptions.CollectionAlreadyExistsError: Meaning.UNAVAILABLE,
        exceptions.PartitionNotFoundError: Meaning.UNAVAILABLE,
        exceptions.IndexNotFoundError: Meaning.UNAVAILABLE,
        exceptions.WALCorruptedError: Meaning.UNAVAILABLE,
        OSError: Meaning.UNAVAILABLE,
    }
    for kind, expected in meanings.items():
        status = to_status_kwargs(kind("words"))
        error = answered(status["code"], status["reason"], status["error_code"])
        assert meaning(error, lite=True) is expected, kind
