"""Every reason has a code, on the wire as in the domain."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

import pytest
from google.rpc import code_pb2, error_details_pb2
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.presentable import TRAILER_BYTES, presentable
from sevenviews.runtime.status import (
    CODES,
    PUSHBACK,
    TriedError,
    error_from_item,
    item_status,
    refusal,
    to_rpc_status,
)
from sevenviews.v1 import error_reason_pb2
from tests.conftest import ROOT


def test_the_reasons_are_those_of_the_proto() -> None:
    names = {name.removeprefix("ERROR_REASON_") for name in error_reason_pb2.ErrorReason.keys()}  # noqa: SIM118
    assert names - {"UNSPECIFIED"} == {reason.value for reason in Reason}


def test_every_reason_has_the_code_that_the_proto_promises() -> None:
    text = (ROOT / "protos/sevenviews/v1/error_reason.proto").read_text()
    promised = {
        name: code for code, name in re.findall(r"// ([A-Z_]+)\. [^=]*?ERROR_REASON_([A-Z_]+) =", text)
    }
    promised.pop("UNSPECIFIED", None)
    codes = {reason.value: CODES[reason].name for reason in Reason}
    assert promised == codes


@pytest.mark.parametrize("reason", Reason)
def test_an_item_status_keeps_the_error(reason: Reason) -> None:
    error = SevenviewsError(reason, "why", {"field": "x"})
    back = error_from_item(item_status(error))
    assert back is not None
    assert (back.reason, back.message, back.metadata) == (reason, "why", {"field": "x"})


def test_a_rich_status_names_the_domain() -> None:
    status = to_rpc_status(SevenviewsError(Reason.IMAGE_BLANK, "nothing is drawn", {"image": "queries[0]"}))
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (status.code, info.domain, info.reason) == (code_pb2.INVALID_ARGUMENT, "sevenviews", "IMAGE_BLANK")


ANYTHING = st.text(st.characters(exclude_categories=()), max_size=50)
"""Characters of all kinds, unprintable and half ones of UTF-16 among them."""
LONG = st.builds(lambda text, times: text * times, ANYTHING, st.sampled_from([1, 3, 10_000]))
ERRORS = st.builds(SevenviewsError, st.sampled_from(Reason), LONG, st.dictionaries(LONG, LONG, max_size=20))


@given(ERRORS)
def test_no_trailer_is_too_large(error: SevenviewsError) -> None:
    _, message, trailers = refusal(error)
    on_the_wire = len(quote(message)) + len("grpc-message")
    for key, value in trailers:
        on_the_wire += len(key) + (len(base64.b64encode(value)) if isinstance(value, bytes) else len(value))
    assert on_the_wire < TRAILER_BYTES
    assert message.isprintable()


def test_what_is_short_and_printable_is_told_as_it_is() -> None:
    error = SevenviewsError(Reason.PATENT_NOT_FOUND, "kein Entwurf ›x‹", {"patent_id": "ü"})
    told = presentable(error)
    assert (told.reason, told.message, told.metadata) == (error.reason, error.message, error.metadata)


def test_long_values_are_cut_and_say_so() -> None:
    told = presentable(SevenviewsError(Reason.PATENT_NOT_FOUND, "no\npatent\x07", {"patent_id": "x" * 6000}))
    assert told.message == "no patent\N{REPLACEMENT CHARACTER}"
    assert told.metadata == {"patent_id": "x" * 125 + "…"}


def test_an_error_stays_one_that_was_tried() -> None:
    assert isinstance(presentable(TriedError(Reason.DEPENDENCY_UNAVAILABLE, "down")), TriedError)
    assert PUSHBACK in refusal(TriedError(Reason.DEPENDENCY_UNAVAILABLE, "down"))[2]


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (SevenviewsError(Reason.OVERLOADED, "busy"), 1.0),
        (SevenviewsError(Reason.OVERLOADED, "busy", retry_seconds=0.25), 0.25),
        (SevenviewsError(Reason.QUOTA_EXCEEDED, "enough", retry_seconds=17.25), 17.25),
        (SevenviewsError(Reason.PATENT_NOT_FOUND, "none"), None),
    ],
)
def test_who_may_try_again_is_told_when(error: SevenviewsError, seconds: float | None) -> None:
    waits = []
    for detail in to_rpc_status(error).details:
        wait = error_details_pb2.RetryInfo()
        if detail.Unpack(wait):
            waits.append(wait.retry_delay.ToTimedelta().total_seconds())
    assert waits == ([] if seconds is None else [seconds])
