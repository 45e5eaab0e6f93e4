"""How many figures of real sheets get the right number and view: `python -m tests.truth.measure [FOLDER]`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sevenviews.corpus import CorpusPatent, NotADesign, iter_entries
from sevenviews.designs import Drawing, View

TRUTH = Path(__file__).parent / "uspto_figures.csv"
USPTO = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "uspto"


@dataclass(frozen=True, slots=True)
class TrueFigure:
    """A row of the table."""

    patent: str
    sheet: int
    x: float
    y: float
    figure: str
    view: View


@dataclass(frozen=True, slots=True)
class Measure:
    """What was found on the sheets of the table.

    Attributes:
        figures: in the table.
        found: drawings that were cut from the table's sheets.
        right: figures at whose point a drawing of the right number and view was cut.
        wrong: the others, and what was found in their place.
    """

    figures: int
    found: int
    right: int
    wrong: tuple[str, ...]

    @property
    def recall(self) -> float:
        """Of the figures, those that are right."""
        return self.right / self.figures

    @property
    def precision(self) -> float:
        """Of the drawings, those that are right: what is cut in two lowers it."""
        return self.right / self.found

    def __str__(self) -> str:
        rates = f"{self.recall:.1%} of the figures, {self.precision:.1%} of the drawings"
        return (
            f"right number and view: {self.right} of {self.figures} figures, {self.found} drawings: {rates}"
        )


def read_truth() -> list[TrueFigure]:
    """The table."""
    with TRUTH.open(encoding="utf-8") as file:
        return [
            TrueFigure(
                row["patent"],
                int(row["sheet"]),
                float(row["x"]),
                float(row["y"]),
                row["figure"],
                View(row["view"]),
            )
            for row in csv.DictReader(file)
        ]


def read_patents(folder: Path) -> list[CorpusPatent]:
    """All design patents below a folder of USPTO bulk data."""
    patents = []
    for entry in iter_entries(folder):
        try:
            patents.append(entry.read())
        except NotADesign:
            continue
    return patents


def measure(patents: Iterable[CorpusPatent], truth: Sequence[TrueFigure]) -> Measure:
    """Compare what was read with the table."""
    by_id = {read.patent.patent_id: read for read in patents}
    wrong = []
    for figure in truth:
        found = _at(by_id[figure.patent], figure) if figure.patent in by_id else None
        if found is None:
            wrong.append(f"{figure}: nothing was cut there")
        elif (found.figure_number, found.view) != (figure.figure, figure.view):
            wrong.append(f"{figure}: found figure {found.figure_number or 'unread'}, {found.view}")
    sheets = {(figure.patent, figure.sheet) for figure in truth}
    drawings = [
        drawing
        for read in by_id.values()
        for drawing in read.patent.drawings
        if (read.patent.patent_id, drawing.sheet_number) in sheets
    ]
    return Measure(len(truth), len(drawings), len(truth) - len(wrong), tuple(wrong))


def _at(read: CorpusPatent, figure: TrueFigure) -> Drawing | None:
    """The drawing that was cut around a point: the smallest, if boxes overlap."""
    around = []
    for drawing in read.patent.drawings:
        box = read.boxes[drawing.drawing_id]
        if (
            drawing.sheet_number == figure.sheet
            and box.left <= figure.x <= box.right
            and box.top <= figure.y <= box.bottom
        ):
            around.append(((box.right - box.left) * (box.bottom - box.top), drawing.drawing_id, drawing))
    return min(around)[2] if around else None


def main() -> None:
    """Print the measure."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else USPTO
    result = measure(read_patents(folder), read_truth())
    for line in result.wrong:
        print(line)
    print(result)


if __name__ == "__main__":
    main()
