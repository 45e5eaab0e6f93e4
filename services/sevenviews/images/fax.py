"""Whether a fax-compressed TIFF could be decoded to its end.

A decoder that meets a code of no meaning leaves the rest of the strip white, or fills it with anything, and tells
nobody but libtiff's handler of warnings, which Pillow takes away. So libtiff, as Pillow carries it, decodes such a
page once more, with a handler of ours, into a buffer whose untouched rows can be told. It costs half of what the
page's decoding costs; nothing else is decoded twice. Where Pillow's libtiff is no library that can be called, nothing
is found. Nor is what decodes without a complaint: the codes have no checksum.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from PIL import TiffImagePlugin, _imaging

_GROUP_4 = "group4"
_FAX = {"tiff_ccitt", "group3", _GROUP_4}
_ODD_SHARE = 0.05
"""Of rows, coded each by itself, may be wrong without harm."""
_LINE = re.compile(r"at line (\d+) of strip")
_UNTOUCHED = 0x55
_MOST_BYTES = 16 * 1024 * 1024
"""Of a strip: a sheet of 89 million pixels has 11 million bytes."""
_MESSAGE_BYTES = 256


class Kind(StrEnum):
    """What became of a page's rows."""

    LOST = "it is damaged: from row {row} of {rows} on, nothing can be read"
    SHORT = "it ends in good order, but at row {row} of the {rows} that its header promises"
    ODD = "it is damaged in places, if not seriously: all of its {rows} rows could be read"


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a page.

    Attributes:
        kind: how far that goes.
        row: of the image as stored, from which on it is missing.
        rows: of the image.
        said: by libtiff; empty: nothing.
    """

    kind: Kind
    row: int
    rows: int
    said: str = ""

    @property
    def lost(self) -> bool:
        """Whether something was there that cannot be read."""
        return self.kind is Kind.LOST

    def __str__(self) -> str:
        said = f" ({self.said})" if self.said else ""
        return self.kind.format(row=self.row, rows=self.rows) + said


class _Heard:
    """What libtiff has said."""

    def __init__(self) -> None:
        self.first = ""
        self.count = 0

    def hear(self, _tiff: int, _data: int, _module: bytes, form: bytes, values: int) -> int:
        """As libtiff calls a handler: a format of printf, and what belongs into it."""
        self.count += 1
        if self.count == 1:
            message = ctypes.create_string_buffer(_MESSAGE_BYTES)
            _c().vsnprintf(message, _MESSAGE_BYTES, form, ctypes.c_void_p(values))
            self.first = message.value.decode("ascii", "replace")
        return 1

    def forget(self) -> None:
        """As if nothing had been said."""
        self.first, self.count = "", 0


def damage_of(content: bytes, image: TiffImagePlugin.TiffImageFile, offset: int) -> Damage | None:
    """What is wrong with a fax-compressed page, if anything; None too of what is compressed otherwise.

    Args:
        offset: of the page's directory.
    """
    library, compression = _libtiff(), image.info.get("compression")
    if library is None or compression not in _FAX:
        return None
    heard = _Heard()
    with _open(library, content, heard) as tiff:
        if not tiff or not library.TIFFSetSubDirectory(tiff, offset) or library.TIFFIsTiled(tiff):
            return None
        # What is odd about the header has been judged elsewhere.
        heard.forget()
        rows = int(image.tag_v2.get(TiffImagePlugin.IMAGELENGTH, image.height))
        return _damage(library, tiff, rows, heard, by_row_above=compression == _GROUP_4)


def _damage(library: Any, tiff: Any, rows: int, heard: _Heard, *, by_row_above: bool) -> Damage | None:
    """Where each row is coded by the one above it, nothing is right below the first that is wrong."""
    length, row_bytes = library.TIFFStripSize64(tiff), library.TIFFScanlineSize64(tiff)
    if not 0 < row_bytes <= length <= _MOST_BYTES:
        return None
    strip = ctypes.create_string_buffer(length)
    for number in range(min(library.TIFFNumberOfStrips(tiff), rows)):
        ctypes.memset(strip, _UNTOUCHED, length)
        read = library.TIFFReadEncodedStrip(tiff, number, strip, length)
        if read < 0:
            return None  # Pillow has raised at it
        written, expected = _touched(strip, read, row_bytes), read // row_bytes
        if written == expected and not (heard.count and by_row_above):
            continue
        row = number * (length // row_bytes) + _line_of(heard.first, max(written - 1, 0))
        # A row that ends before its first pixel is the end of the data, told in its place.
        ended = written < expected and "got 0," in heard.first
        return Damage(Kind.SHORT if ended else Kind.LOST, row, rows, heard.first)
    if heard.count:
        lost = heard.count > _ODD_SHARE * rows
        return Damage(Kind.LOST if lost else Kind.ODD, 0 if lost else rows, rows, heard.first)
    return None


def _line_of(message: str, otherwise: int) -> int:
    """The line of a strip that a message names."""
    found = _LINE.search(message)
    return int(found[1]) if found else otherwise


def _touched(strip: Any, length: int, row_bytes: int) -> int:
    """How many rows were written."""
    untouched = bytes([_UNTOUCHED]) * row_bytes
    view = memoryview(strip).cast("B")
    rows = length // row_bytes
    while rows and view[(rows - 1) * row_bytes : rows * row_bytes] == untouched:
        rows -= 1
    return rows


@contextlib.contextmanager
def _open(library: Any, content: bytes, heard: _Heard) -> Iterator[Any]:
    """A handle of libtiff on these bytes; None if it refuses them."""
    handler = _HANDLER(heard.hear)
    with open(os.memfd_create("tiff"), "w+b") as file:  # noqa: PTH123 - it has no path
        file.write(content)
        file.seek(0)  # libtiff reads on from where it stands
        options = library.TIFFOpenOptionsAlloc()
        library.TIFFOpenOptionsSetErrorHandlerExtR(options, handler, None)
        library.TIFFOpenOptionsSetWarningHandlerExtR(options, handler, None)
        library.TIFFOpenOptionsSetMaxSingleMemAlloc(options, _MOST_BYTES)
        # libtiff closes what it is given, if it opens it.
        descriptor = os.dup(file.fileno())
        tiff = library.TIFFFdOpenExt(descriptor, b"image", b"r", options)
        library.TIFFOpenOptionsFree(options)
        if not tiff:
            os.close(descriptor)
        try:
            yield tiff
        finally:
            if tiff:
                library.TIFFClose(tiff)


_HANDLER = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p
)


@cache
def _c() -> Any:
    return ctypes.CDLL(None)


@cache
def _libtiff() -> Any:
    """Pillow's libtiff (4.5 or later), its functions declared; None where it cannot be called."""
    pointer, size, word = ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_uint32
    declared: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "TIFFOpenOptionsAlloc": (pointer, ()),
        "TIFFOpenOptionsFree": (None, (pointer,)),
        "TIFFOpenOptionsSetErrorHandlerExtR": (None, (pointer, _HANDLER, pointer)),
        "TIFFOpenOptionsSetWarningHandlerExtR": (None, (pointer, _HANDLER, pointer)),
        "TIFFOpenOptionsSetMaxSingleMemAlloc": (None, (pointer, size)),
        "TIFFFdOpenExt": (pointer, (ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, pointer)),
        "TIFFClose": (None, (pointer,)),
        "TIFFSetSubDirectory": (ctypes.c_int, (pointer, ctypes.c_uint64)),
        "TIFFIsTiled": (ctypes.c_int, (pointer,)),
        "TIFFNumberOfStrips": (word, (pointer,)),
        "TIFFStripSize64": (ctypes.c_uint64, (pointer,)),
        "TIFFScanlineSize64": (ctypes.c_uint64, (pointer,)),
        "TIFFReadEncodedStrip": (size, (pointer, word, pointer, size)),
    }
    try:
        library = ctypes.CDLL(_imaging.__file__)
        for name, (result, arguments) in declared.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (AttributeError, OSError):
        return None
    return library if hasattr(os, "memfd_create") else None
