"""How the sheets of 27 PDFs are cut: `python -m tests.truth.sheet_figures` prints what is wrong, and the rates."""

from __future__ import annotations

import csv
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from sevenviews.corpus.assembly import CutDrawings, SheetFile, cut_drawings
from sevenviews.corpus.descriptions import DescribedFigures
from sevenviews.corpus.pdf.reader import read_patent
from sevenviews.designs import View

TRUTH = Path(__file__).parent / "sheet_figures.csv"
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SHEETS = "sheets-60.tar"

_SAME_BOX = 0.9
"""Intersection over union of two boxes that a person would call the same."""

_NOTHING_DESCRIBED = DescribedFigures((), {})

Pixels = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class SheetFigure:
    """A figure: the number that its label prints, the view that the description gives it, and its box in pixels."""

    patent: str
    sheet: int
    figure: str
    view: View
    box: Pixels


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of the table's figures.

    Attributes:
        named: with the right number and view.
        cut: with the right box.
        drawings: how many drawings were cut for each figure of the table; above 1: some were cut in two.
        wrong: what is wrong, for people.
    """

    named: float
    cut: float
    drawings: float
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.named:.1%} number and view, {self.cut:.1%} box, {self.drawings:.3f} drawings a figure"


def read_truth() -> list[SheetFigure]:
    """The table."""
    with TRUTH.open(encoding="utf-8") as file:
        return [
            SheetFigure(
                row["patent"],
                int(row["sheet"]),
                row["figure"],
                View(row["view"]),
                (int(row["left"]), int(row["top"]), int(row["right"]), int(row["bottom"])),
            )
            for row in csv.DictReader(file)
        ]


def read_sheets(archive: Path, patents: Sequence[str]) -> dict[str, list[SheetFile]]:
    """Patent -> its sheets, in order."""
    sheets: dict[str, list[SheetFile]] = {patent: [] for patent in dict.fromkeys(patents)}
    with tarfile.open(archive) as tar:
        for member in sorted(tar, key=lambda member: member.name):
            patent, _, name = member.name.partition("/")
            file = tar.extractfile(member) if patent in sheets and name else None
            if file is not None:
                sheets[patent].append(SheetFile(name, len(sheets[patent]) + 1, file.read()))
    return sheets


def measure(truth: Sequence[SheetFigure], data: Path, described: bool = True) -> Rates:
    """Cut the table's sheets and compare.

    Args:
        data: the folder of the sheets' archive and of the PDFs.
        described: whether the PDFs' descriptions are read; else numbers come from labels alone, views are not asked.
    """
    sheets = read_sheets(data / SHEETS, [figure.patent for figure in truth])
    wrong: list[str] = []
    named = boxed = drawings = 0
    for patent, own in sheets.items():
        figures = _described(data / "pdf" / f"{patent}.pdf") if described else _NOTHING_DESCRIBED
        cut = cut_drawings(patent, patent, own, figures)
        drawings += len(cut.drawings)
        sizes = {sheet.number: Image.open(BytesIO(sheet.content)).size for sheet in own}
        for figure in (figure for figure in truth if figure.patent == patent):
            place, found = _nearest(cut, figure, sizes)
            is_named = (
                found is not None and found[0] == figure.figure and (not described or found[1] is figure.view)
            )
            named += is_named
            boxed += place >= _SAME_BOX
            if not is_named or place < _SAME_BOX:
                wrong.append(f"{figure}: found {found}, overlap {place:.2f}")
    return Rates(named / len(truth), boxed / len(truth), drawings / len(truth), tuple(wrong))


def _described(pdf: Path) -> DescribedFigures:
    return read_patent(pdf.name, pdf.read_bytes()).figures


def _nearest(
    cut: CutDrawings, figure: SheetFigure, sizes: Mapping[int, tuple[int, int]]
) -> tuple[float, tuple[str, View] | None]:
    """The drawing that overlaps most with a figure: by how much, its number and view."""
    found = [
        (overlap, (number, view)) for overlap, number, view in _overlaps(cut, figure, sizes) if overlap > 0
    ]
    return max(found, default=(0.0, None), key=lambda one: one[0])


def _overlaps(
    cut: CutDrawings, figure: SheetFigure, sizes: Mapping[int, tuple[int, int]]
) -> Iterator[tuple[float, str, View]]:
    width, height = sizes[figure.sheet]
    for drawing in cut.drawings:
        if drawing.sheet_number == figure.sheet:
            box = cut.boxes[drawing.drawing_id]
            pixels = (
                round(box.left * width),
                round(box.top * height),
                round(box.right * width),
                round(box.bottom * height),
            )
            yield _overlap(pixels, figure.box), drawing.figure_number, drawing.view


def _overlap(one: Pixels, other: Pixels) -> float:
    """Intersection over union."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    shared = max(0, right - left) * max(0, bottom - top)
    return shared / (_area(one) + _area(other) - shared)


def _area(box: Pixels) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def main() -> None:
    """Print the rates."""
    for described in (False, True):
        rates = measure(read_truth(), DATA, described)
        print("with descriptions" if described else "labels alone", *rates.wrong, sep="\n  ")
        print(rates)


if __name__ == "__main__":
    main()
