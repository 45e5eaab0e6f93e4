"""A corpus in PatentNet's form: labels from whichever scheme, views with gaps, selection, counts."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from sevenviews.designs import STANDARD_VIEWS, LocarnoClass, Patent, View
from sevenviews.lab.patentnet.dataset import read_dataset
from sevenviews.lab.patentnet.labels import Label, Level, labels_of, names_at
from sevenviews.lab.patentnet.selection import EVERYTHING, Selection
from sevenviews.lab.patentnet.statistics import statistics_of
from sevenviews.synthetic import write_corpus


def chosen(**changes: object) -> Selection:
    return Selection.model_validate({**EVERYTHING.model_dump(), **changes})


def drawing(path: Path, sides: int = 4) -> None:
    image = Image.new("L", (96, 96), 255)
    ImageDraw.Draw(image).regular_polygon((48, 48, 34), sides, outline=0, width=3)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def views_corpus(folder: Path, designs: Mapping[str, tuple[str, tuple[str, ...]]]) -> Path:
    """Design id -> category and views, as `<id>/<view>.png` with an index.csv."""
    for name, (_, views) in designs.items():
        for view in views:
            drawing(folder / name / f"{view}.png")
    with (folder / "index.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "category", "title"])
        rows.writerows([name, category, f"Title of {name}"] for name, (category, _) in designs.items())
    return folder


DESIGNS = {
    "a1": ("Chair Folding", ("front", "back", "top")),
    "a2": ("Chair Folding", ("front",)),
    "a3": ("Chair Bow", tuple(STANDARD_VIEWS)),
    "b1": ("Lamp", ("perspective", "front", "section")),
    "c1": ("", ("front",)),
}


def test_labels_come_from_the_best_scheme() -> None:
    locarno = (LocarnoClass(6, 1), LocarnoClass(26), LocarnoClass(6, 4))
    patent = Patent("p1", title="Lamp chair", locarno=locarno, uspc=("D2/606",))
    labels = labels_of(patent, {"category": "Lamp"})
    assert [label.path for label in labels] == [
        ("06", "06-01", "Lamp chair"),
        ("26",),
        ("06", "06-04", "Lamp chair"),
    ]
    assert names_at(labels, Level.CLASS) == ("06", "26")
    assert names_at(labels, Level.SUBCLASS) == ("06-01", "06-04")
    assert labels_of(Patent("p1", uspc=("D2/606", "D9")), {}) == (Label(("D2", "D2/606")), Label(("D9",)))
    assert labels_of(Patent("p1"), {"category": "Minifig Accessory"}) == (
        Label(("Minifig", "Minifig Accessory")),
    )
    assert labels_of(Patent("p1"), {}) == ()
    own = labels_of(patent, {"goods": "Dining chair"})
    assert names_at(own, Level.GOODS) == ("Dining chair",)


@pytest.mark.parametrize("path", [(), ("a", ""), ("a", "b", "c", "d")])
def test_labels_of_other_depths_are_refused(path: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="one to three names"):
        Label(path)


def test_a_corpus_of_views_is_read(tmp_path: Path) -> None:
    dataset = read_dataset(views_corpus(tmp_path / "views", DESIGNS))
    assert [sample.patent.patent_id for sample in dataset.samples] == ["a1", "a2", "a3", "b1"]
    assert (dataset.unlabelled, dataset.unread) == (1, ())
    assert dataset.classes(Level.CLASS) == ("Chair", "Lamp")
    assert dataset.classes(Level.SUBCLASS) == ("Chair Bow", "Chair Folding", "Lamp")
    assert dataset.indicator(Level.SUBCLASS).astype(int).tolist() == [
        [0, 1, 0],
        [0, 1, 0],
        [1, 0, 0],
        [0, 0, 1],
    ]
    assert dataset.presence().sum(0).tolist() == [4, 2, 1, 1, 2, 1, 2]
    lamp = dataset.samples[3]
    assert lamp.missing == (View.BACK, View.LEFT, View.RIGHT, View.TOP, View.BOTTOM)
    assert len(lamp.more) == 1
    assert len(lamp.images) == 3


def test_counts(tmp_path: Path) -> None:
    counts = statistics_of(read_dataset(views_corpus(tmp_path / "views", DESIGNS)))
    assert (counts.designs, counts.images, counts.unlabelled) == (4, 14, 1)
    assert counts.observed[View.FRONT] == 4
    assert counts.views_each == {1: 1, 2: 1, 3: 1, 7: 1}
    assert counts.complete_share == 0.25
    assert counts.multilabel_share == 0
    assert counts.by_class[Level.CLASS] == {"Chair": 3, "Lamp": 1}
    assert counts.children == {"Chair": 2, "Lamp": 1}


@pytest.mark.parametrize(
    ("selection", "kept"),
    [
        (chosen(most_classes=1), 2),
        (chosen(least_designs=2), 2),
        (chosen(most_designs=1), 3),
        (chosen(level="class", least_designs=2), 3),
        (chosen(level="class", most_classes=1, most_designs=2), 2),
    ],
)
def test_classes_and_designs_are_selected(tmp_path: Path, selection: Selection, kept: int) -> None:
    assert len(read_dataset(views_corpus(tmp_path / "views", DESIGNS), selection, seed=3).samples) == kept


def test_the_synthetic_corpus_is_multilabel_patentnet(tmp_path: Path) -> None:
    write_corpus(tmp_path, designs=3, seed=5, workers=1)
    dataset = read_dataset(tmp_path)
    assert len(dataset.samples) == 3
    indicator = dataset.indicator(Level.SUBCLASS)
    assert indicator.any(1).all()
    assert np.array_equal(
        indicator.sum(1), [len(set(names_at(s.labels, Level.SUBCLASS))) for s in dataset.samples]
    )
    assert all("-" in name for name in dataset.classes(Level.SUBCLASS))


def test_a_corpus_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 have no label"):
        read_dataset(views_corpus(tmp_path / "views", {"c1": ("", ("front",))}))
    with pytest.raises(ValueError, match="needs 9 designs"):
        read_dataset(views_corpus(tmp_path / "more", DESIGNS), chosen(least_designs=9))
