"""ZIPs from outside."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from sevenviews.corpus import ProblemReason, UnreadableEntryError
from sevenviews.corpus.member import BrokenArchiveError
from sevenviews.corpus.sources import HeldBytes
from sevenviews.corpus.uspto.package import LIMITS, ZipLimits, unzip
from sevenviews.corpus.zips import zip_members
from tests.unit.corpus.grants import make_zip


def _refusal(content: bytes, limits: ZipLimits = LIMITS) -> ProblemReason:
    with pytest.raises(UnreadableEntryError) as caught:
        unzip("the.ZIP", content, limits)
    assert caught.value.problem.source == "the.ZIP"
    return caught.value.problem.reason


def test_gives_the_files_by_their_base_names() -> None:
    files = {"USD1-2021/USD1.XML": b"<a/>", "USD1-2021/USD1-D00001.TIF": b"II"}
    assert unzip("x", make_zip(files)) == {"USD1.XML": b"<a/>", "USD1-D00001.TIF": b"II"}


@pytest.mark.parametrize(
    "path",
    ["../evil.xml", "a/../../evil.xml", "/etc/passwd", "C:/evil.xml", "..\\evil.xml", "a\\..\\..\\evil.xml"],
)
def test_paths_that_lead_out_are_refused(path: str) -> None:
    assert _refusal(make_zip({"good.xml": b"<a/>", path: b"x"})) is ProblemReason.ZIP_UNSAFE_PATH


def test_a_bomb_is_refused() -> None:
    bomb = make_zip({"zeros.TIF": bytes(2 << 20)})
    assert _refusal(bomb, ZipLimits(total_bytes=1 << 20)) is ProblemReason.ZIP_TOO_LARGE
    assert len(unzip("x", bomb, ZipLimits(total_bytes=2 << 20))["zeros.TIF"]) == 2 << 20


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(make_zip({"zeros.TIF": bytes(2 << 20)}))
    size = struct.pack("<I", 2 << 20)
    assert content.count(size) >= 2
    lying = bytes(content).replace(size, struct.pack("<I", 10))
    limits = ZipLimits(member_bytes=1 << 20)
    assert _refusal(lying, limits) in {ProblemReason.ZIP_TOO_LARGE, ProblemReason.ZIP_CORRUPT}


def test_too_many_members_are_refused() -> None:
    four = make_zip({f"{index}.TIF": b"" for index in range(4)})
    assert _refusal(four, ZipLimits(members=3)) is ProblemReason.ZIP_TOO_LARGE
    assert len(unzip("x", four, ZipLimits(members=4))) == 4


@pytest.mark.parametrize("cut", [0, 10, -30])
def test_truncated_and_foreign_files_are_corrupt(cut: int) -> None:
    content = make_zip({"a.xml": b"<a/>" * 100})
    assert _refusal(content[:cut]) is ProblemReason.ZIP_CORRUPT


def test_a_damaged_member_is_corrupt() -> None:
    content = bytearray(make_zip({"a.xml": bytes(range(256)) * 10}))
    content[60:80] = bytes(20)
    assert _refusal(bytes(content)) is ProblemReason.ZIP_CORRUPT


def _unnamed() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(""), b"<a/>")
    return buffer.getvalue()


def test_a_member_without_a_name_is_corrupt() -> None:
    with pytest.raises(BrokenArchiveError):
        list(zip_members("the.ZIP", HeldBytes(_unnamed())))
    assert _refusal(_unnamed()) is ProblemReason.ZIP_CORRUPT


def test_an_encrypted_member_is_refused() -> None:
    buffer = io.BytesIO(make_zip({"a.xml": b"<a/>"}))
    with zipfile.ZipFile(buffer) as archive:
        (member,) = archive.infolist()
    content = bytearray(buffer.getvalue())
    content[member.header_offset + 6] |= 1
    directory = content.find(b"PK\x01\x02")
    content[directory + 8] |= 1
    assert _refusal(bytes(content)) is ProblemReason.ZIP_CORRUPT
