"""The trial search: a drawing of the catalogue must find its patent, each time through the embedding service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sevenviews.client import Client, ImportItem
from sevenviews.client.check import SQUARE, CheckError, _search, marked
from sevenviews.designs import Drawing, Patent, View, drawing_id
from sevenviews.images import decode
from sevenviews.vectors.drawings import PatentGenerations
from tests.fakes.house import House, running_house
from tests.unit.cli.test_keys import made
from tests.unit.metadata.samples import image

DRAWING = drawing_id("USD1", 1, 1)
PATENT = Patent("USD1", drawings=(Drawing(DRAWING, 1, View.FRONT, "1"),))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "keys.json"


@pytest.fixture(scope="module")
def key(file: Path) -> str:
    return str(made(file, "trial", "importer", "reader")["key"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, file: Path, key: str) -> Iterator[House]:
    """Whose gateway asks for a key."""
    with running_house(tmp_path_factory.mktemp("house"), api_keys_file=file) as running:
        with Client(running.gateway, credential=key) as client:
            list(client.import_patents([ImportItem(PATENT, {DRAWING: image(200)})]))
        yield running


def test_a_drawing_finds_its_patent_until_its_vectors_are_lost(house: House, key: str) -> None:
    assert "finds its patent" in _search(house.gateway, None, key, must_search=True)
    release = house.index.serving_release(30).release_id
    house.index.delete(release, [PatentGenerations("USD1", 1, 1)], 30)
    with pytest.raises(CheckError, match=f"{DRAWING} does not find USD1"):
        _search(house.gateway, None, key)


def test_a_trial_that_may_not_search_is_no_success(house: House) -> None:
    assert "nothing was searched for" in _search(house.gateway, None)
    with pytest.raises(CheckError, match="CREDENTIAL_MISSING"):
        _search(house.gateway, None, must_search=True)


def test_no_cache_knows_the_image_and_every_decoder_does() -> None:
    first, second = marked(SQUARE), marked(SQUARE)
    assert len({SQUARE, first, second}) == 3
    assert decode(first).tobytes() == decode(SQUARE).tobytes()
    assert marked(b"II*\0 a TIFF") == b"II*\0 a TIFF"
