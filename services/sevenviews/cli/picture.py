"""A picture of a query and its hits: a row a search, the query first, then the patents with their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from sevenviews.cli.whole import written_whole
from sevenviews.images import decode_grey

_CELL = 220
_MARGIN = 12
_CAPTION = 46
_PAPER, _INK, _QUERY, _HIT = "white", "black", "#1f5fbf", "#1a7f37"


@dataclass(frozen=True, slots=True)
class Cell:
    """One drawing with its captions; a frame marks the query, or the patent that was looked for."""

    content: bytes
    captions: tuple[str, ...]
    frame: str | None = None


def query_cell(content: bytes, *captions: str) -> Cell:
    """The first cell of a row."""
    return Cell(content, captions, _QUERY)


def hit_cell(content: bytes, *captions: str, wanted: bool = False) -> Cell:
    """A patent that was found; framed where it is the one that was looked for."""
    return Cell(content, captions, _HIT if wanted else None)


def draw_rows(rows: Sequence[Sequence[Cell]], path: Path) -> None:
    """Write the rows as one PNG."""
    width = _MARGIN + max(map(len, rows)) * (_CELL + _MARGIN)
    height = _MARGIN + len(rows) * (_CELL + _CAPTION + _MARGIN)
    canvas = Image.new("RGB", (width, height), _PAPER)
    for row_number, row in enumerate(rows):
        for column, cell in enumerate(row):
            corner = (
                _MARGIN + column * (_CELL + _MARGIN),
                _MARGIN + row_number * (_CELL + _CAPTION + _MARGIN),
            )
            _draw_cell(canvas, cell, corner)
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as file:
        canvas.save(file, "PNG")


def _draw_cell(canvas: Image.Image, cell: Cell, corner: tuple[int, int]) -> None:
    left, top = corner
    drawing = decode_grey(cell.content)
    drawing.thumbnail((_CELL - 12, _CELL - 12), Image.Resampling.LANCZOS)
    canvas.paste(drawing, (left + (_CELL - drawing.width) // 2, top + (_CELL - drawing.height) // 2))
    pen = ImageDraw.Draw(canvas)
    outline, width = (cell.frame, 4) if cell.frame else ("#cccccc", 1)
    pen.rectangle((left, top, left + _CELL, top + _CELL), outline=outline, width=width)
    font = ImageFont.load_default(13)
    for line, caption in enumerate(cell.captions[:2]):
        pen.text((left + 2, top + _CELL + 4 + line * 19), _fit(caption, font), fill=_INK, font=font)


def _fit(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Text, cut to the width of a cell."""
    while text and font.getlength(text) > _CELL - 4:
        text = text.removesuffix("…")[:-1].rstrip() + "…"
    return text
