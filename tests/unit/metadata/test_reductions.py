"""Drawings in the sizes that are kept: rendered once, served without the drawing itself."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from sevenviews.designs import Patent, Reason, SevenviewsError
from sevenviews.images import content_box
from sevenviews.metadata.audit import Audit
from sevenviews.metadata.images import EVER_KEPT, Size, fitted
from sevenviews.metadata.objects import PREFIX
from sevenviews.metadata.service import PatentCatalogue
from tests.fakes.patent_stores import FakeObjectStore, FakePatentTable
from tests.unit.metadata.samples import patent, put

LARGE = "USD0000200-D00001-01"
"""2,100 pixels wide."""


@pytest.fixture
def objects() -> FakeObjectStore:
    return FakeObjectStore()


@pytest.fixture
def table() -> FakePatentTable:
    return FakePatentTable()


@pytest.fixture
def catalogue(table: FakePatentTable, objects: FakeObjectStore) -> PatentCatalogue:
    made = PatentCatalogue(table, objects, orphan_seconds=0)
    put(made, 200)
    return made


def lose(objects: FakeObjectStore, *, images: bool) -> None:
    """The images themselves, or what was made of them."""
    objects.delete([key for key in list(objects.contents) if key.startswith(PREFIX) is images])


def sides(catalogue: PatentCatalogue, drawing_id: str = LARGE) -> dict[Size, tuple[int, int]]:
    found = {}
    for size in Size:
        told = catalogue.images.get(drawing_id, size)
        with Image.open(io.BytesIO(told.content)) as image:
            assert image.size == (told.width, told.height)
        found[size] = (told.width, told.height)
    return found


@pytest.mark.parametrize("pixels", [(2434, 50), (50, 2434), (3000, 40)])
def test_a_long_and_narrow_drawing_is_shown_in_every_size(pixels: tuple[int, int]) -> None:
    """A tenth of its narrow side would be too few pixels to be read again."""
    sink = io.BytesIO()
    picture = Image.new("L", pixels, 255)
    picture.paste(0, (2, 2, pixels[0] - 2, pixels[1] - 2))
    picture.save(sink, "PNG")
    large = fitted(sink.getvalue(), Size.MEDIUM)
    assert max(large.width, large.height) == 480
    for size in (Size.THUMBNAIL, Size.SMALL):
        again = fitted(large.content, size)
        assert (max(again.width, again.height), min(again.width, again.height)) == (size, 16)
        with Image.open(io.BytesIO(again.content)) as image:
            assert content_box(image.convert("L")) is not None


def test_each_size_fits_into_its_square(catalogue: PatentCatalogue, objects: FakeObjectStore) -> None:
    def widths() -> list[int]:
        return [width for width, _ in sides(catalogue).values()]

    expected = [2100, 160, 256, 480, 1024]
    assert widths() == expected
    lose(objects, images=False)
    assert widths() == expected


def test_what_was_rendered_needs_the_drawing_no_more(
    catalogue: PatentCatalogue, objects: FakeObjectStore
) -> None:
    # As of a drawing that was imported before any was kept.
    lose(objects, images=False)
    catalogue.images.get(LARGE, Size.SMALL)
    lose(objects, images=True)
    for size in EVER_KEPT:
        made, again = (catalogue.images.get(LARGE, size) for _ in range(2))
        assert made == again
        assert made.width == size
    assert len(objects.contents) == len(EVER_KEPT)
    for size in (Size.PREVIEW, Size.ORIGINAL):
        with pytest.raises(SevenviewsError) as caught:
            catalogue.images.get(LARGE, size)
        assert caught.value.reason is Reason.DRAWING_CONTENT_MISSING


def test_a_small_drawing_is_kept_once(table: FakePatentTable, objects: FakeObjectStore) -> None:
    catalogue = PatentCatalogue(table, objects, orphan_seconds=0)
    put(catalogue, 1)
    before = dict(objects.contents)
    assert set(sides(catalogue, "USD0000001-D00001-01").values()) == {(110, 100)}
    assert objects.contents == before
    assert all(key.startswith(PREFIX) for key in before)


def test_nothing_is_rendered_of_what_is_only_checked(
    table: FakePatentTable, objects: FakeObjectStore
) -> None:
    catalogue = PatentCatalogue(table, objects, orphan_seconds=0)
    made: Patent
    made, contents = patent(200)
    catalogue.put(made, contents, replace_existing=False, validate_only=True)
    assert objects.contents == {}


def test_a_repair_takes_them_with_the_drawing(
    catalogue: PatentCatalogue, table: FakePatentTable, objects: FakeObjectStore
) -> None:
    catalogue.images.get(LARGE, Size.THUMBNAIL)
    catalogue.delete(["USD0000200"])
    for _ in Audit(table, objects, orphan_seconds=-1).repair(9):
        pass
    assert objects.contents == {}
