"""PatentNet's chairs (section 5.2, Table 4), rebuilt: 8 kinds × 50 designs, seven views, most of them missing."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from sevenviews.designs import STANDARD_VIEWS, Reason, SevenviewsError, View
from sevenviews.synthetic.article import Kind
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

    seed: int
    index: int
    size: int
    views: tuple[View, ...]

    @property
    def kind(self) -> Kind:
        return CHAIR_KINDS[self.index % len(CHAIR_KINDS)]


@dataclass(frozen=True, slots=True)
class Chair:
    """A chair, drawn.

    Attributes:
        views: bilevel pictures of those that it shows.
    """

    identifier: str
    kind: str
    title: str
    views: Mapping[View, Image.Image]


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


def chairs(
    seed: int = 0, per_kind: int = CHAIRS_PER_KIND, size: int = 256, workers: int = os.cpu_count() or 1
) -> Iterator[Chair]:
    """The chairs, one after another; the same arguments draw the same, whatever the number of workers.

    Args:
        per_kind: designs of each of the eight kinds.
        size: of a drawing, in pixels.
        workers: processes that draw; with one, this process draws.

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
    yield from drawn_in_order(
        _draw, [_Job(seed, index, size, views) for index, views in enumerate(shown)], workers
    )


def write_chairs(
    out: Path,
    seed: int = 0,
    per_kind: int = CHAIRS_PER_KIND,
    size: int = 256,
    workers: int = os.cpu_count() or 1,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Write `out/<id>/<view>.png` and `out/index.csv` (id, category, title, views); the same bytes each time.

    Args:
        progress: told the number of designs drawn so far.

    Raises:
        SevenviewsError: as `chairs`.
    """
    rows = [("id", "category", "title", "views")]
    for done, chair in enumerate(chairs(seed, per_kind, size, workers), 1):
        (out / chair.identifier).mkdir(parents=True, exist_ok=True)
        for view, picture in chair.views.items():
            picture.save(out / chair.identifier / f"{view.value}.png")
        rows.append((chair.identifier, chair.kind, chair.title, " ".join(chair.views)))
        progress(done)
    with (out / "index.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def _draw(job: _Job) -> Chair:
    drawn = design_of_kind(job.kind, job.seed, job.index)
    views = {view: Image.fromarray(render(drawn, view, job.size)).convert("1") for view in job.views}
    return Chair(f"CHAIR{job.index:05d}", job.kind.name, drawn.title, views)
