"""One reading path: each drawing is decoded once, and what cannot be is named and left out."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from sevenviews.corpus import iter_entries
from sevenviews.corpus.reading import read_entry, read_patents
from tests.unit.lab.drawings import article


def corpus(folder: Path) -> Path:
    for sides in (3, 4):
        (folder / f"D{sides}").mkdir(parents=True)
        for view in ("front", "back", "left"):
            article(sides, 0).save(folder / f"D{sides}" / f"{view}.png")
    (folder / "D4" / "back.png").write_bytes(b"no image")
    return folder


def test_what_is_made_of_each_drawing_stands_beside_its_patent(tmp_path: Path) -> None:
    unread: list[str] = []
    told: list[int] = []
    read = list(
        read_patents(iter_entries(corpus(tmp_path / "c")), unread, lambda image: image.size, told.append)
    )
    assert [patent.patent.patent_id for patent, _ in read] == ["D3", "D4"]
    assert [len(made) for _, made in read] == [3, 2]
    for patent, made in read:
        ids = [drawing.drawing_id for drawing in patent.patent.drawings]
        assert ids == list(made) == list(patent.contents)
    assert told == [1, 2]
    assert len(unread) == 1
    assert "back.png" in unread[0]


def test_only_what_was_chosen_is_decoded(tmp_path: Path) -> None:
    decoded: list[Image.Image] = []
    entry = next(iter_entries(corpus(tmp_path / "c")))
    reading = read_entry(entry, decoded.append, lambda ids: ids[1:2])
    assert len(decoded) == len(reading.made) == 1
    assert reading.patent is not None
    assert [drawing.drawing_id for drawing in reading.patent.patent.drawings] == list(reading.made)
