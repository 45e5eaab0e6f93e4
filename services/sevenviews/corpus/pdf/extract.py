"""The pages of a PDF, written to standard output: a program of its own, run by `pages` for each document.

PDFium runs through whatever a stranger's file says, and cannot be stopped from within. So it has a process, with
limits on its memory and its time that the system holds; a crash of it is a document that cannot be read, and no more.
This file imports nothing of ours, so that it starts quickly.

The document comes by standard input. For each page goes out a line of JSON and, behind it, the page as PNG, of so
many bytes as the line says; a last line says that it is the last, or why the document is refused.
"""

from __future__ import annotations

import io
import json
import math
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageChops, ImageStat

POINTS_PER_INCH = 72
USUAL_DPI = 300
"""Where no scan says how finely a page is resolved."""

_FINEST_DPI = 600
_COVERS = 0.8
"""A scan covers this share of its page, along either side; some are printed onto a longer page."""

_CHECK_SCALE = 8
_MOST_DIFFERENCE = 24
"""Of mean grey, between what lies in the file and what a viewer shows."""

_MOST_OBJECTS = 200_000
_MOST_CHARACTERS, _MOST_TEXTS = 40_000, 10_000
"""Of a page's text; the fullest pages of real patents have 7,000 characters in 2,400 pieces."""

_INVISIBLE = 3
_STATM = Path("/proc/self/statm")


class RefusedError(Exception):
    """The document is not read: why, for programs, and for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may cost. See pages.PdfLimits, which says why."""

    pages: int
    page_points: int
    page_pixels: int
    memory_bytes: int
    cpu_seconds: int


def main() -> None:
    """Reads a document from standard input, and the limits from the command line, in their order."""
    limits = Limits(*map(int, sys.argv[1:]))
    _limit_this_process(limits)
    output = sys.stdout.buffer
    try:
        count = 0
        for line, image in extract(sys.stdin.buffer.read(), limits):
            _write(output, {**line, "image": len(image)}, image)
            count += 1
        _write(output, {"end": count})
    except RefusedError as refused:
        _write(output, {"refused": refused.reason, "message": refused.message})
    except MemoryError:
        _write(output, {"refused": "PDF_TOO_LARGE", "message": "takes more memory than a patent can"})


def extract(content: bytes, limits: Limits) -> Iterator[tuple[dict[str, Any], bytes]]:
    """For each page what `pages.Page` says of it, and the page as PNG.

    Raises:
        RefusedError: PDF_CORRUPT, PDF_ENCRYPTED, PDF_TOO_LARGE.
    """
    document = _open(content)
    count = len(document)
    if count == 0:
        raise RefusedError("PDF_CORRUPT", "holds no page")
    if count > limits.pages:
        raise RefusedError("PDF_TOO_LARGE", f"has {count} pages, more than the {limits.pages} of a patent")
    for number in range(count):
        try:
            page = document[number]
        except pdfium.PdfiumError as error:
            yield {"page": number + 1, "problem": f"the page cannot be read: {error}"}, b""
            continue
        yield _read_page(page, number + 1, limits)
        page.close()


def _open(content: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in {pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY}:
            raise RefusedError(
                "PDF_ENCRYPTED", "is encrypted; give one that opens without a password"
            ) from error
        raise RefusedError("PDF_CORRUPT", f"is damaged, or no PDF: {error}") from error


def _read_page(page: pdfium.PdfPage, number: int, limits: Limits) -> tuple[dict[str, Any], bytes]:
    width, height = page.get_size()
    if not (0 < width <= limits.page_points and 0 < height <= limits.page_points):
        message = (
            f"page {number} is {width:.0f} × {height:.0f} points, more than {limits.page_points} along a side"
        )
        raise RefusedError("PDF_TOO_LARGE", message)
    content = _PageContent.of(page)
    if content.objects > _MOST_OBJECTS:
        message = f"page {number} draws {content.objects} objects, more than {_MOST_OBJECTS}"
        raise RefusedError("PDF_TOO_LARGE", message)
    # Half of what the process may take: the image is decoded whole, and then turned into one of a byte a pixel.
    if any(image.width * image.height > limits.memory_bytes // 2 for image in content.images):
        raise RefusedError("PDF_TOO_LARGE", f"page {number} holds an image of too many pixels")
    image = _scan(page, content) or _rendered(page, content, limits)
    line = {
        "page": number,
        "width": width,
        "height": height,
        "scanned": bool(content.images) and not content.shows_text,
        "texts": _texts(page, width, height),
    }
    return line, _png(image)


@dataclass(frozen=True, slots=True)
class _EmbeddedImage:
    """An image on a page: its pixels, the pixels an inch as it is placed, and its share of the page's sides."""

    source: pdfium.PdfImage
    width: int
    height: int
    bits: int
    dpi: float
    share: float
    upright: bool


@dataclass(frozen=True, slots=True)
class _PageContent:
    """What a page draws.

    Attributes:
        images: it shows.
        objects: all of them.
        drawn: lines, areas and shadings.
        shows_text: text that is visible; invisible text lies over a scan, as somebody has read it.
    """

    images: tuple[_EmbeddedImage, ...]
    objects: int
    drawn: int
    shows_text: bool

    @classmethod
    def of(cls, page: pdfium.PdfPage) -> _PageContent:
        images: list[_EmbeddedImage] = []
        objects = drawn = visible = 0
        for found in page.get_objects(max_depth=4):
            objects += 1
            if found.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
                visible += pdfium_c.FPDFTextObj_GetTextRenderMode(found) != _INVISIBLE
            elif found.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
                images.append(_embedded(found, page))
            else:
                drawn += 1
            if objects > _MOST_OBJECTS:
                break
        return cls(tuple(images), objects, drawn, visible > 0)


def _embedded(image: pdfium.PdfImage, page: pdfium.PdfPage) -> _EmbeddedImage:
    metadata = image.get_metadata()
    matrix = image.get_matrix()
    left, bottom, right, top = image.get_bounds()
    page_left, page_bottom, page_right, page_top = page.get_cropbox()
    share = min(
        (min(right, page_right) - max(left, page_left)) / max(page_right - page_left, 1),
        (min(top, page_top) - max(bottom, page_bottom)) / max(page_top - page_bottom, 1),
    )
    dpi = max(metadata.horizontal_dpi, metadata.vertical_dpi)
    upright = matrix.a > 0 and matrix.d > 0 and abs(matrix.b) + abs(matrix.c) < 0.01 * (matrix.a + matrix.d)
    return _EmbeddedImage(
        image,
        metadata.width,
        metadata.height,
        metadata.bits_per_pixel,
        dpi,
        share,
        upright and image.level == 0,
    )


def _scan(page: pdfium.PdfPage, content: _PageContent) -> Image.Image | None:
    """The page's one image of 1 bit, pixel for pixel, if the page is nothing else."""
    if len(content.images) != 1 or content.drawn or content.shows_text:
        return None
    (image,) = content.images
    if image.bits != 1 or image.share < _COVERS or not image.upright:
        return None
    try:
        pixels = image.source.get_bitmap(render=False).to_pil().convert("L")
    except (pdfium.PdfiumError, ValueError):
        return None
    turned = pixels.rotate(-page.get_rotation(), expand=True) if page.get_rotation() else pixels
    return turned if _is_what_is_shown(turned, page, image) else None


def _is_what_is_shown(pixels: Image.Image, page: pdfium.PdfPage, image: _EmbeddedImage) -> bool:
    """Whether a viewer shows these pixels: a mask, an inverted palette or a clipping may make others of them."""
    left, bottom, right, top = image.source.get_bounds()
    page_left, page_bottom, page_right, page_top = page.get_cropbox()
    crop = (left - page_left, bottom - page_bottom, page_right - right, page_top - top)
    if page.get_rotation() or max(crop) < 0.02 * max(page.get_size()):
        crop = (0, 0, 0, 0)
    scale = image.dpi / POINTS_PER_INCH / _CHECK_SCALE
    shown = page.render(scale=scale, crop=tuple(max(side, 0) for side in crop)).to_pil().convert("L")
    small = pixels.reduce(_CHECK_SCALE).resize(shown.size)
    difference = ImageStat.Stat(ImageChops.difference(small, shown)).mean[0]
    return bool(difference < _MOST_DIFFERENCE)


def _rendered(page: pdfium.PdfPage, content: _PageContent, limits: Limits) -> Image.Image:
    """The page as a viewer shows it, as finely as its scans are, and never of more pixels than allowed."""
    width, height = page.get_size()
    finest = max((image.dpi for image in content.images if image.share > _COVERS / 2), default=0.0)
    dpi = min(finest or USUAL_DPI, _FINEST_DPI)
    pixels = width * height * (dpi / POINTS_PER_INCH) ** 2
    if pixels > limits.page_pixels:
        dpi *= math.sqrt(limits.page_pixels / pixels)
    # Colour is kept where a page has it; a bitmap of grey takes a quarter of the memory.
    shown: Image.Image = page.render(scale=dpi / POINTS_PER_INCH).to_pil().convert("RGB")
    grey = shown.convert("L")
    coloured = ImageStat.Stat(ImageChops.difference(shown, grey.convert("RGB"))).extrema
    if max(high for _, high in coloured) > _MOST_DIFFERENCE:
        return shown
    return grey


def _texts(page: pdfium.PdfPage, width: float, height: float) -> list[tuple[float, float, float, float, str]]:
    """The text layer: left, top, right and bottom of each piece, as shares of the page, and its text."""
    if page.get_rotation():
        return []
    left, bottom, _, _ = page.get_cropbox()
    layer = page.get_textpage()
    count = layer.count_rects()
    if layer.count_chars() > _MOST_CHARACTERS or count > _MOST_TEXTS:
        raise RefusedError("PDF_TOO_LARGE", "has a page of more text than paper holds")
    texts = []
    for index in range(count):
        box = layer.get_rect(index)
        # What cannot be printed, such as half a surrogate or a NUL, could not be stored either.
        text = "".join(
            character if character.isprintable() else " " for character in layer.get_text_bounded(*box)
        )
        text = text.strip()
        if text:
            texts.append(
                (
                    (box[0] - left) / width,
                    1 - (box[3] - bottom) / height,
                    (box[2] - left) / width,
                    1 - (box[1] - bottom) / height,
                    text,
                )
            )
    return texts


def _png(image: Image.Image) -> bytes:
    counts = image.histogram() if image.mode == "L" else [0, 1, 0]
    black_or_white = image.mode == "L" and sum(counts[1:255]) == 0
    buffer = io.BytesIO()
    (image.convert("1") if black_or_white else image).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _limit_this_process(limits: Limits) -> None:
    # What is mapped already counts as well: libraries, mostly.
    mapped = int(_STATM.read_text().split()[0]) * resource.getpagesize() if _STATM.exists() else 0
    most = mapped + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(output: Any, line: dict[str, Any], image: bytes = b"") -> None:
    output.write(json.dumps(line).encode() + b"\n")
    output.write(image)
    output.flush()


if __name__ == "__main__":
    main()
