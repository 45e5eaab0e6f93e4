"""A small catalogue behind a real gateway, and drawings to search it with."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from PIL import Image, ImageDraw

from sevenviews.client import ImportItem
from sevenviews.designs import Citation, Drawing, LocarnoClass, Party, Patent, View, drawing_id
from tests.fakes.house import House, running_house

VIEWS = (View.FRONT, View.LEFT, View.TOP)
TITLES = ("Chair", "Lamp", "Bottle", "Shoe", "Phone", "Table")


@contextmanager
def filled_house(folder: Path) -> Iterator[House]:
    """Six designs of three views: chairs and the like of 2020, of two holders and two Locarno classes."""
    with running_house(folder) as house:
        with house.client() as client:
            results = list(client.import_patents(design(number) for number in range(len(TITLES))))
        assert [one.error for one in results] == [None] * len(TITLES)
        yield house


def design(number: int) -> ImportItem:
    """One of the catalogue's."""
    patent_id = patent_id_of(number)
    drawings = tuple(
        Drawing(drawing_id(patent_id, 1, position), 1, view, str(position))
        for position, view in enumerate(VIEWS, 1)
    )
    patent = Patent(
        patent_id,
        office="US",
        kind="S1",
        title=TITLES[number],
        locarno=(LocarnoClass(6, 1) if number % 2 else LocarnoClass(26, 5),),
        filing_date=date(2019, 1, 1 + number),
        publication_date=date(2020, 1, 1 + number),
        assignees=(Party("Vitra AG", "Basel", "CH") if number % 2 else Party("Acme, Inc.", "Austin", "US"),),
        citations=(Citation("USD0476016S", "Smith", date(2003, 6, 1), "cited by examiner"),),
        drawings=drawings,
    )
    contents = {one.drawing_id: drawing(number, position) for position, one in enumerate(drawings)}
    return ImportItem(patent, contents)


def patent_id_of(number: int) -> str:
    return f"USD090000{number}"


def drawing(number: int, view: int) -> bytes:
    """Black lines on white, of an article and seen from a side of it that two numbers choose."""
    picture = Image.new("L", (200, 160), 255)
    draw = ImageDraw.Draw(picture)
    left, top = 20 + 12 * number, 20 + 20 * view
    draw.rectangle((left, top, left + 60 + 10 * view, top + 40), outline=0, width=3)
    draw.ellipse((90, 30 + 10 * number, 150 + 5 * view, 120), outline=0, width=3)
    for line in range(number + 1):
        draw.line((10, 140 - 6 * line, 190, 150 - 9 * line * view), fill=0, width=2)
    return encoded(picture)


def blank() -> bytes:
    return encoded(Image.new("L", (64, 64), 255))


def encoded(picture: Image.Image, form: str = "PNG") -> bytes:
    file = io.BytesIO()
    picture.save(file, form)
    return file.getvalue()
