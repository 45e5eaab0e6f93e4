"""Every reason has a code, on the wire as in the domain."""

from __future__ import annotations

import re

import pytest
from google.rpc import code_pb2, error_details_pb2

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.status import CODES, error_from_item, item_status, to_rpc_status
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
