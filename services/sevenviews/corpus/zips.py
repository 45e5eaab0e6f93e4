"""The members of a ZIP, read in place: of a file, or of one that is itself a member of an archive."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from sevenviews.corpus.entry import Problem, ProblemReason
from sevenviews.corpus.member import BrokenArchiveError, Member, posix_name
from sevenviews.corpus.opening import open_source
from sevenviews.corpus.sources import (
    MEMBER_BYTES,
    ByteSource,
    DeflatedBytes,
    FileBytes,
    HeldBytes,
    MissingBytes,
)

_LOCAL_HEADER = struct.Struct("<4s22sHH")
_ENCRYPTED, _UTF8 = 0x1, 0x800
MAX_MEMBERS = 200_000
"""A week of patents is some 10,000 ZIPs."""


def zip_members(name: str, source: ByteSource) -> Iterator[Member]:
    """The files of a ZIP, in its order.

    Raises:
        BrokenArchiveError: its directory cannot be read.
    """
    with open_source(name, source) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                infos = files_of(archive)
            if len(infos) > MAX_MEMBERS:
                raise _broken(
                    name, ProblemReason.ZIP_TOO_LARGE, f"holds {len(infos)} files, more than are read"
                )
            for info in infos:
                yield Member(member_name(info), _source(source, file, info))
        except (
            zipfile.BadZipFile,
            EOFError,
            NotImplementedError,
            ValueError,
            OSError,
            struct.error,
        ) as error:
            raise _broken(name, ProblemReason.ZIP_CORRUPT, f"is not a readable ZIP: {error}") from error


def files_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members that are files.

    Raises:
        zipfile.BadZipFile: one has no name.
    """
    infos = archive.infolist()
    if not all(info.filename for info in infos):
        raise zipfile.BadZipFile("a member has no name")
    return [info for info in infos if not info.is_dir() and not info.filename.endswith("\\")]


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name, in the code that it was written in: older programs of China write theirs, and say nothing."""
    name = info.filename
    if not info.flag_bits & _UTF8 and not name.isascii():
        raw = name.encode("cp437", "replace")
        for code in ("utf-8", "gb18030"):
            try:
                name = raw.decode(code)
                break
            except UnicodeDecodeError:
                continue
    return posix_name(name)


def _source(archive: ByteSource, file: BinaryIO, info: zipfile.ZipInfo) -> ByteSource:
    if info.flag_bits & _ENCRYPTED:
        return MissingBytes(f"{info.filename} is encrypted")
    if max(info.file_size, info.compress_size) > MEMBER_BYTES:
        return MissingBytes(f"{info.filename} is said to hold {info.file_size} bytes, more than is read")
    file.seek(info.header_offset)
    signature, _, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if signature != b"PK\x03\x04":
        return MissingBytes(f"{info.filename} is not where the ZIP says that it is")
    start = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed: ByteSource
    if isinstance(archive, FileBytes):
        packed = FileBytes(archive.path, archive.offset + start, info.compress_size)
    else:
        file.seek(start)
        packed = HeldBytes(file.read(info.compress_size))
    if info.compress_type == zipfile.ZIP_STORED:
        return packed
    if info.compress_type == zipfile.ZIP_DEFLATED:
        return DeflatedBytes(packed, info.file_size, info.CRC)
    return MissingBytes(f"{info.filename} is packed by method {info.compress_type}, which is not read")


def _broken(name: str, reason: ProblemReason, message: str) -> BrokenArchiveError:
    return BrokenArchiveError(Problem(PurePosixPath(name).name, "", reason, message))
