"""Drawings as they are stored: PNG, a page each."""

from __future__ import annotations

from dataclasses import dataclass, field

from sevenviews.corpus.figures.sheet import encode_png
from sevenviews.images import Damage, decode_colours, decode_page

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class PngPage:
    """A page of an image file as PNG; its size in pixels, upright; and what of it cannot be read, or not surely."""

    content: bytes = field(repr=False)
    width: int
    height: int
    damage: Damage | None


def png_page(content: bytes, number: int = 1) -> PngPage:
    """The page as PNG: untouched, if it is one; else upright, 1 bit of 1 bit, in colours where it has some.

    It is decoded whole, to be sure.

    Raises:
        SevenviewsError: it cannot be decoded (IMAGE_...).
    """
    page = decode_page(content, number)
    if content.startswith(_PNG):
        return PngPage(content, *page.grey.size, page.damage)
    picture = page.grey
    if page.bilevel:
        picture = picture.convert("1")
    elif page.coloured:
        picture = decode_colours(content, number)
    return PngPage(encode_png(picture), *page.grey.size, page.damage)
