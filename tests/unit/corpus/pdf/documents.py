"""Writes PDFs as the tests need them: pages of set text, of scans with or without a text layer, and broken ones."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PIL import Image

LETTER = (612.0, 792.0)
INVISIBLE = 3


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text: its place in points from the page's top left, and its size."""

    left: float
    top: float
    text: str
    size: float = 10
    mode: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """An image, and its box on the page in points from the bottom left; None: all of the page."""

    image: Image.Image
    box: tuple[float, float, float, float] | None = None
    entries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PdfPage:
    """What a page of a document shows.

    Attributes:
        drawn: further operators: "0 0 m 100 100 l S".
        entries: of the page's dictionary: {"Rotate": "90"}.
    """

    texts: Sequence[Text] = ()
    pictures: Sequence[Picture] = ()
    size: tuple[float, float] = LETTER
    drawn: str = ""
    entries: Mapping[str, str] = field(default_factory=dict)


def make_pdf(pages: Sequence[PdfPage], trailer: Mapping[str, str] | None = None) -> bytes:
    """A document of these pages.

    Args:
        trailer: further entries of the trailer.
    """
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>")
    kids = [_add_page(objects, page) for page in pages]
    kids_list = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{kids_list}] /Count {len(kids)} >>".encode()
    return _assembled(objects, trailer or {})


def scan(image: Image.Image, layer: Sequence[Text] = (), **entries: str) -> PdfPage:
    """A page that is one image, with what somebody's OCR made of it."""
    return PdfPage(
        texts=[Text(text.left, text.top, text.text, text.size, INVISIBLE) for text in layer],
        pictures=[Picture(image)],
        entries=entries,
    )


def _add_page(objects: list[bytes], page: PdfPage) -> int:
    width, height = page.size
    names, operators = [], []
    for picture in page.pictures:
        objects.append(_image(picture))
        number = len(objects)
        names.append(f"/I{number} {number} 0 R")
        left, bottom, right, top = picture.box or (0, 0, width, height)
        operators.append(f"q {right - left} 0 0 {top - bottom} {left} {bottom} cm /I{number} Do Q")
    operators += [_text(text, height) for text in page.texts]
    operators.append(page.drawn)
    content = "\n".join(operators).encode("cp1252")
    objects.append(_stream({}, content))
    stream = len(objects)
    further = " ".join(f"/{key} {value}" for key, value in page.entries.items())
    objects.append(
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {stream} 0 R {further} "
        f"/Resources << /Font << /F 3 0 R >> /XObject << {' '.join(names)} >> >> >>".encode()
    )
    return len(objects)


def _text(text: Text, height: float) -> str:
    escaped = text.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F {text.size} Tf {text.mode} Tr {text.left} {height - text.top - text.size} Td ({escaped}) Tj ET"


def _image(picture: Picture) -> bytes:
    image = picture.image
    entries = {
        "Type": "/XObject",
        "Subtype": "/Image",
        "Width": str(image.width),
        "Height": str(image.height),
        "BitsPerComponent": "1" if image.mode == "1" else "8",
        "ColorSpace": "/DeviceRGB" if image.mode == "RGB" else "/DeviceGray",
        **picture.entries,
    }
    return _stream(entries, image.tobytes())


def _stream(entries: Mapping[str, str], content: bytes) -> bytes:
    packed = zlib.compress(content)
    head = " ".join(f"/{key} {value}" for key, value in entries.items())
    return (
        f"<< {head} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
        + packed
        + b"\nendstream"
    )


def _assembled(objects: Sequence[bytes], trailer: Mapping[str, str]) -> bytes:
    output = bytearray(b"%PDF-1.5\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(output))
        output += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(output)
    output += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    output += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    further = " ".join(f"/{key} {value}" for key, value in trailer.items())
    output += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {further} >>\nstartxref\n{start}\n%%EOF\n".encode()
    )
    return bytes(output)
