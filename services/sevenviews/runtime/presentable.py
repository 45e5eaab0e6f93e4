"""What a caller is told of an error, cut so that it always arrives.

A message and its metadata echo what callers sent. gRPC refuses trailing metadata above 8 KiB, and with it the status
that it belongs to; so what goes out stays below TRAILER_BYTES, whatever it is made of.
"""

from __future__ import annotations

from collections.abc import Mapping

from sevenviews.designs import SevenviewsError

TRAILER_BYTES = 4096
"""Of all trailing metadata of a failed call, names and encodings included."""

# On the wire a message is there twice: percent-encoded, three bytes for each, and with the details in base 64, four
# bytes for three. 3 · 400 + 4/3 · (400 + 8 · (32 + 128 + 8) + 200) is below 4,096.
_MESSAGE_BYTES = 400
_VALUE_BYTES = 128
_KEY_BYTES = 32
_ENTRIES = 8


def presentable(error: SevenviewsError) -> SevenviewsError:
    """The same error, of the same type: its texts cut to a fixed length, and printable."""
    metadata = cut_metadata(error.metadata)
    return type(error)(error.reason, cut(error.message, _MESSAGE_BYTES), metadata, error.retry_seconds)


def cut_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """The first entries, short and printable."""
    entries = list(metadata.items())[:_ENTRIES]
    return {cut(key, _KEY_BYTES): cut(value, _VALUE_BYTES) for key, value in entries}


def cut(text: str, most_bytes: int) -> str:
    """Text that takes at most so many bytes in UTF-8; what is not printable, or no Unicode, is replaced."""
    # Of a long text, what is to be thrown away is not even looked at.
    clean = "".join(map(_printable, text[:most_bytes]))
    encoded = clean.encode()
    if len(encoded) <= most_bytes and len(text) <= most_bytes:
        return clean
    return encoded[: most_bytes - len(_MORE.encode())].decode(errors="ignore") + _MORE


_MORE = "…"


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"
