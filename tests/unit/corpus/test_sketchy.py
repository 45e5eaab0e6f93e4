"""Sketchy as it is published: photographs and the sketches of each, by category."""

from __future__ import annotations

from pathlib import Path

from sevenviews.corpus import iter_entries
from tests.unit.lab.drawings import article

PHOTO, OTHER = "n02691156_10151", "n02691156_359"


def sketchy(folder: Path) -> Path:
    for alignment in ("tx_000000000000", "tx_000100000000"):
        for photo in (PHOTO, OTHER):
            for kind, names in (
                ("photo", [f"{photo}.jpg"]),
                ("sketch", [f"{photo}-{n}.png" for n in (1, 2, 10)]),
            ):
                place = folder / kind / alignment / "airplane"
                place.mkdir(parents=True, exist_ok=True)
                for turn, name in enumerate(names):
                    article(3 + turn, 0).save(place / name)
    return folder


def test_a_photograph_and_its_sketches_are_one_design(tmp_path: Path) -> None:
    read = [entry.read() for entry in iter_entries(sketchy(tmp_path))]
    assert [one.patent.patent_id for one in read] == [PHOTO, OTHER]
    for one in read:
        assert one.category == "airplane"
        assert one.problems == ()
        assert [drawing.sheet_number for drawing in one.patent.drawings] == [0, 1, 2, 10]


def test_sketches_are_read_alone(tmp_path: Path) -> None:
    sketchy(tmp_path)
    read = [entry.read() for entry in iter_entries(tmp_path / "sketch")]
    assert [len(one.contents) for one in read] == [3, 3]
