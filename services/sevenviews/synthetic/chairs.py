"""PatentNet's chairs (section 5.2, Table 4), rebuilt: 8 kinds × 50 designs, seven views, most of them missing."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from sevenviews.designs import STANDARD_VIEWS, Reason, SevenviewsError, View
from sevenviews.synthetic.articles.chairs import CHAIR_KINDS
from sevenviews.synthetic.designs import design_of_kind, render
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.processes import drawn_in_order

CHAIRS_PER_KIND = 50
OBSERVED: Mapping[View, int] = dict(zip(STANDARD_VIEWS, (400, 340, 325, 339, 296, 71, 388), strict=True))
"""Table 4: of the 400 chairs, how many show each view; 2,159 drawings in all."""

_PAPER_CHAIRS = CHAIRS_PER_KIND * len(CHAIR_KINDS)
_MISSING = 60
_MOST_PER_KIND = 1000


@dataclass(frozen=True, slots=True)
class _Job:
    """A chair to be drawn, of the kind of its position."""

    out: Path
    seed: int
    index: int
    size: int
    views: tuple[View, ...]

    @property
    def kind(self) -> int:
        return self.index % len(CHAIR_KINDS)

    @property
    def identifier(self) -> str:
        return f"CHAIR{self.index:05d}"


def observed_views(seed: int, designs: int) -> list[tuple[View, ...]]:
    """Which views each design shows: the counts of Table 4 in proportion, the designs drawn by lot.

    Every design shows its front, as in the paper.
    """
    shown: list[list[View]] = [[] for _ in range(designs)]
    for number, (view, count) in enumerate(OBSERVED.items()):
        wanted = round(count * designs / _PAPER_CHAIRS)
        for index in Dice(seed, _MISSING, number).sample(range(designs), wanted):
            shown[index].append(view)
    return [tuple(views) for views in shown]


def write_chairs(
    out: Path,
    seed: int = 0,
    per_kind: int = CHAIRS_PER_KIND,
    size: int = 256,
    workers: int = os.cpu_count() or 1,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write `out/<id>/<view>.png` and `out/index.csv` (id, category, title, views).

    The same arguments write the same bytes, whatever the number of workers.

    Args:
        per_kind: designs of each of the eight kinds.
        size: of a drawing, in pixels.
        workers: processes that draw; with one, this process draws.
        progress: told the number of designs drawn so far.

    Raises:
        SevenviewsError: FIELD_OUT_OF_RANGE.
    """
    if not 1 <= per_kind <= _MOST_PER_KIND:
        raise SevenviewsError(
            Reason.FIELD_OUT_OF_RANGE,
            f"per_kind is {per_kind}, not within 1 to {_MOST_PER_KIND}",
            {"field": "per_kind"},
        )
    shown = observed_views(seed, per_kind * len(CHAIR_KINDS))
    jobs = [_Job(out, seed, index, size, views) for index, views in enumerate(shown)]
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for done, title in enumerate(drawn_in_order(_draw, jobs, workers), 1):
        job = jobs[done - 1]
        rows.append((job.identifier, CHAIR_KINDS[job.kind].name, title, " ".join(job.views)))
        if progress is not None:
            progress(done)
    with (out / "index.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([("id", "category", "title", "views"), *rows])


def _draw(job: _Job) -> str:
    """Write the views of one chair; its title."""
    drawn = design_of_kind(CHAIR_KINDS[job.kind], job.seed, job.index)
    folder = job.out / job.identifier
    folder.mkdir(exist_ok=True)
    for view in job.views:
        Image.fromarray(render(drawn, view, job.size)).convert("1").save(folder / f"{view.value}.png")
    return drawn.title
