"""The directories of a TIFF, walked without reading what they describe: its pages, and what they ask for."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from sevenviews.images.refusals import corrupt, too_many_pages

MAX_PAGES = 300
"""Of a file. The largest design patents have some hundred sheets."""

_MAX_TAGS = 1_000
"""Of a page, with what it leads to."""
_MAX_TAG_NUMBERS = 200_000
"""Numbers in all tags of a page; each becomes an object. A sheet of 10,000 lines, each a strip, has 20,000."""
_MAX_BYTES = 8 * 1024 * 1024
"""Of what the tags of a page hold."""

_BEGINNINGS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BYTES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
"""Of a value, by its type."""
_STRINGS = {1, 2, 7}
"""Types that stay a string of bytes when they are read."""
_POINTERS = {34665, 34853, 40965}
"""Tags that lead to the directories that Pillow reads beside a page's: EXIF, GPS, interoperability."""
_SUBFILE = 254
_LONG = 4
_REDUCED, _MASK = 0b001, 0b100
"""Bits of a subfile's kind: a smaller copy of another page, a mask over it. Neither is a page."""


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory of a TIFF.

    Attributes:
        frame: its place in the chain; 0 is the first.
        offset: where it lies in the file.
    """

    frame: int
    offset: int


def is_tiff(content: bytes) -> bool:
    """Whether it begins as one."""
    return content.startswith(_BEGINNINGS)


def tiff_pages(content: bytes, most: int = MAX_PAGES) -> list[Directory]:
    """The first pages of a TIFF, thumbnails and masks left out; the first directory, if all are such.

    Raises:
        SevenviewsError: IMAGE_CORRUPT, a directory has more tags than any has, or there are more directories than
            pages may be; IMAGE_ANIMATED, there are more than MAX_PAGES.
        struct.error: the header is cut short.
    """
    walk = _Walk(content)
    pages: list[Directory] = []
    first = None
    for directory, kind in walk:
        first = first or directory
        if not kind & (_REDUCED | _MASK):
            pages.append(directory)
        if len(pages) >= most:
            break
        if directory.frame + 1 >= 2 * MAX_PAGES:
            raise corrupt(f"it has more than {2 * MAX_PAGES} directories")
    if len(pages) >= MAX_PAGES and walk.goes_on:
        raise too_many_pages(MAX_PAGES)
    return pages or [one for one in (first,) if one]


class _Walk:
    """Along the chain of directories, each with the kind of its subfile."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._order = "<" if content[:2] == b"II" else ">"
        self._big = content[2:4] in (b"+\0", b"\0+")
        forms = ("Q", "HHQQ", "Q") if self._big else ("H", "HHLL", "L")
        self._count, self._entry, self._offset = (self._order + form for form in forms)
        self.goes_on = True

    def __iter__(self) -> Iterator[tuple[Directory, int]]:
        (offset,) = struct.unpack_from(self._offset, self._content, 8 if self._big else 4)
        seen: set[int] = set()
        while offset and offset not in seen:
            seen.add(offset)
            kind, following = self._check(offset)
            # A chain that bites its tail has ended.
            self.goes_on = bool(following) and following not in seen
            yield Directory(len(seen) - 1, offset), kind
            offset = following
        self.goes_on = False

    def _check(self, start: int) -> tuple[int, int]:
        """Raise unless a directory, and those below it, have few tags with few numbers; its kind, and the next."""
        kind = following = 0
        tags = numbers = length = 0
        awaited, seen = [start], set[int]()
        while awaited:
            at = awaited.pop()
            if at in seen or at + struct.calcsize(self._count) > len(self._content):
                continue
            seen.add(at)
            (found,) = struct.unpack_from(self._count, self._content, at)
            tags += found
            if tags > _MAX_TAGS:
                raise corrupt(f"it has more than {_MAX_TAGS} tags")
            for tag, form, values, value in self._entries(at, found):
                length += values * _BYTES.get(form, 0)
                numbers += 0 if form in _STRINGS else values * (form in _BYTES)
                if numbers > _MAX_TAG_NUMBERS or length > _MAX_BYTES:
                    raise corrupt(f"its tags hold more than {_MAX_TAG_NUMBERS} numbers or {_MAX_BYTES} bytes")
                if tag in _POINTERS:
                    awaited.append(value)
                if tag == _SUBFILE and at == start:
                    kind = value if form == _LONG else value >> 16 if self._order == ">" else value & 0xFFFF
            if at == start:
                following = self._following(at, found)
        return kind, following

    def _entries(self, start: int, count: int) -> Iterator[tuple[int, int, int, int]]:
        size = struct.calcsize(self._entry)
        position = start + struct.calcsize(self._count)
        for at in range(position, position + count * size, size):
            if at + size > len(self._content):
                return
            tag, form, values, value = struct.unpack_from(self._entry, self._content, at)
            yield tag, form, values, value

    def _following(self, start: int, count: int) -> int:
        end = start + struct.calcsize(self._count) + count * struct.calcsize(self._entry)
        if end + struct.calcsize(self._offset) > len(self._content):
            return 0
        return int(struct.unpack_from(self._offset, self._content, end)[0])
