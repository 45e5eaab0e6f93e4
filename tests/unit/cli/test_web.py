"""The web page as `sevenviews up` and `sevenviews console` start it."""

from __future__ import annotations

import socket

import pytest

from sevenviews.cli.local import console_address
from sevenviews.cli.web import cut
from sevenviews.console.reading import File
from sevenviews.designs import Reason, SevenviewsError


def test_another_port_is_taken_where_its_own_is() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        address = console_address(port)
    assert address.startswith("127.0.0.1:")
    assert address != f"127.0.0.1:{port}"
    assert console_address(port) == f"127.0.0.1:{port}"


def test_any_port_is_a_free_one() -> None:
    assert int(console_address(0).rpartition(":")[2]) > 0


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("sheet.tif", b"II*\0 and nothing else", Reason.IMAGE_CORRUPT),
        ("sheet.tif", b"", Reason.IMAGE_EMPTY),
        ("patent.pdf", b"%PDF-1.4 and nothing else", Reason.PATENT_INVALID),
        ("renamed.png", b"%PDF-1.4 and nothing else", Reason.PATENT_INVALID),
    ],
)
def test_what_cannot_be_cut_is_refused_by_a_reason(name: str, content: bytes, reason: Reason) -> None:
    with pytest.raises(SevenviewsError) as refused:
        cut(File(name, content))
    assert refused.value.reason is reason
