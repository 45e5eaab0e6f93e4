"""The files of one patent, out of its ZIP. A ZIP comes from outside: its paths and sizes are not believed."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sevenviews.corpus.entry import Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.member import Member
from sevenviews.corpus.sources import HeldBytes
from sevenviews.corpus.zips import files_of, member_name

_ENCRYPTED = 0x1
_CORRUPT = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    ValueError,
    OSError,
    RuntimeError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What a patent's ZIP may hold. The largest real design patents have some hundred sheets and some ten megabytes.

    Attributes:
        members: files.
        member_bytes: of one file.
        total_bytes: of all files together.
    """

    members: int = 5_000
    member_bytes: int = 64 << 20
    total_bytes: int = 512 << 20


LIMITS = ZipLimits()


def unzip(name: str, content: bytes, limits: ZipLimits = LIMITS) -> Mapping[str, bytes]:
    """The members of a ZIP: base name -> bytes, without hidden ones. Nothing is written to disk.

    Raises:
        UnreadableEntryError: ZIP_CORRUPT, ZIP_UNSAFE_PATH or ZIP_TOO_LARGE. A ZIP with one bad member is
            refused whole: nobody can say what the rest of it is worth.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {member_name(info): info for info in files_of(archive)}
            for path in members:
                _check_path(name, path)
            _check_sizes(name, list(members.values()), limits)
            return {
                PurePosixPath(path).name: _extract(name, archive, info, limits)
                for path, info in members.items()
                if not Member(path, HeldBytes(b"")).is_hidden
            }
    except _CORRUPT as error:
        raise _refusal(name, "", ProblemReason.ZIP_CORRUPT, f"is not a readable ZIP: {error}") from error


def _check_path(name: str, member: str) -> None:
    path = PurePosixPath(member)
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
        raise _refusal(name, member, ProblemReason.ZIP_UNSAFE_PATH, "a member's path leads out of the ZIP")


def _check_sizes(name: str, members: list[zipfile.ZipInfo], limits: ZipLimits) -> None:
    total = sum(member.file_size for member in members)
    if len(members) > limits.members or total > limits.total_bytes:
        message = f"holds {len(members)} files of {total} bytes, more than a patent can"
        raise _refusal(name, "", ProblemReason.ZIP_TOO_LARGE, message)


def _extract(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: ZipLimits) -> bytes:
    if member.flag_bits & _ENCRYPTED:
        raise _refusal(name, member.filename, ProblemReason.ZIP_CORRUPT, "a member is encrypted")
    with archive.open(member) as file:
        # Not member.file_size: the size that a ZIP declares is what a bomb lies about.
        content = file.read(limits.member_bytes + 1)
    if len(content) > limits.member_bytes:
        message = f"a member holds more than {limits.member_bytes} bytes"
        raise _refusal(name, member.filename, ProblemReason.ZIP_TOO_LARGE, message)
    return content


def _refusal(name: str, part: str, reason: ProblemReason, message: str) -> UnreadableEntryError:
    return UnreadableEntryError(Problem(name, part, reason, message))
