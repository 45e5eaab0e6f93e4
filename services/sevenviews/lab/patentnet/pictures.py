"""Figures of the paper, drawn from any dataset: its pages 1, 2, 4 and 6 in our form."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from PIL import Image, ImageOps

from sevenviews.designs import STANDARD_VIEWS
from sevenviews.images import decode_grey
from sevenviews.lab.figures.canvas import COLOURS, figure
from sevenviews.lab.patentnet.dataset import PatentNetDataset, Sample
from sevenviews.lab.patentnet.labels import Level, names_at
from sevenviews.lab.patentnet.statistics import Statistics

_GREY = "0.82"
_MOST_BARS = 40
_MOST_CHILDREN = 7
_CELL = 200
"""Pixels of a drawing's side in a grid."""
_MOST_INK = 3.0


def draw_multiview_grid(samples: Sequence[Sample], path: Path) -> None:
    """A row a design, a column a view; missing views are grey (figure 1). Raises ValueError: there is no design."""
    if not samples:
        raise ValueError("samples: a grid needs at least one design")
    columns = len(STANDARD_VIEWS)
    with figure(path, 1.35 * columns + 1.9, 1.3 * len(samples) + 0.7) as page:
        grid = page.subplots(len(samples), columns, squeeze=False)
        for axes, view in zip(grid[0], STANDARD_VIEWS, strict=True):
            axes.set_title(view.value, fontsize=9)
        for row, sample in zip(grid, samples, strict=True):
            for axes, view in zip(row, STANDARD_VIEWS, strict=True):
                _show(axes, sample.views.get(view))
            name = names_at(sample.labels, Level.SUBCLASS) or names_at(sample.labels, Level.CLASS)
            label = "\n".join((sample.patent.patent_id, *(fill(one, 18) for one in name[:2])))
            row[0].set_ylabel(label, fontsize=7, rotation=0, ha="right", va="center")


def draw_record(sample: Sample, path: Path) -> None:
    """One design with its bibliography: text beside images, its views and two more (figure 2)."""
    of_views = [(view.value, sample.views.get(view)) for view in STANDARD_VIEWS]
    shown = [*of_views, *(("further", content) for content in sample.more)]
    with figure(path, 11, 5.2) as page:
        halves = page.add_gridspec(1, 2, width_ratios=(1.1, 1))
        text, grid = page.add_subfigure(halves[0]).subplots(), page.add_subfigure(halves[1]).subplots(3, 3)
        for axes in (text, *grid.flat):
            axes.set_axis_off()
        for axes, (name, content) in zip(grid.flat, shown, strict=False):
            axes.set_axis_on()
            _show(axes, content)
            axes.set_title(name, fontsize=8)
        for line, (name, value) in enumerate(record_lines(sample)):
            top = 0.97 - 0.088 * line
            text.text(0, top, name, fontsize=9, va="top", weight="bold")
            text.text(0.3, top, fill(value, 44)[:130], fontsize=9, va="top")


def record_lines(sample: Sample) -> list[tuple[str, str]]:
    """What is known of a design, by the paper's fields; "—" where nothing is."""
    patent = sample.patent
    fields = {
        "Application": patent.application_number,
        "Filed": str(patent.filing_date or ""),
        "Publication": patent.patent_id,
        "Published": str(patent.publication_date or ""),
        "Owner": "; ".join(patent.holders),
        "Designer": "; ".join(party.name for party in patent.inventors),
        "LOC": ", ".join(map(str, patent.locarno)),
        "USPC": ", ".join(patent.uspc),
        "Name": patent.title,
        "Claim": patent.claim,
        "Labels": "; ".join(map(str, sample.labels)),
    }
    return [(name, value or "—") for name, value in fields.items()]


def draw_distribution(counts: Statistics, level: Level, path: Path) -> None:
    """Designs of each class, the largest first; what is beyond forty classes stands in one bar.

    Raises ValueError: no design is labelled at the level.
    """
    by_class = counts.by_class[level]
    if not by_class:
        raise ValueError(f"level: no design is labelled at the level {level.name.lower()}")
    shown = dict(list(by_class.items())[:_MOST_BARS])
    if more := len(by_class) - len(shown):
        shown[f"{more} more"] = sum(by_class.values()) - sum(shown.values())
    with figure(path, max(5.0, 0.24 * len(shown) + 2), 4.6) as page:
        axes = page.add_subplot()
        axes.bar(range(len(shown)), list(shown.values()), color=COLOURS[0])
        axes.set_xticks(range(len(shown)), list(shown), rotation=90, fontsize=8)
        axes.set_ylabel("designs")
        axes.set_title(f"{len(by_class)} names at the level {level.name.lower()}, {counts.designs} designs")


def draw_views(counts: Statistics, path: Path) -> None:
    """How many designs have each view, and how many views a design has (the paper's table 4 as bars)."""
    heights, names = list(counts.observed.values()), [view.value for view in counts.observed]
    with figure(path, 9, 3.4) as page:
        left, right = page.subplots(1, 2)
        left.bar(range(len(heights)), [counts.designs] * len(heights), color=_GREY, label="missing")
        left.bar(range(len(heights)), heights, color=COLOURS[0], label="observed")
        left.set_xticks(range(len(heights)), names, rotation=30, fontsize=8)
        left.set(ylabel="designs", ylim=(0, 1.2 * counts.designs))
        left.legend(fontsize=8, loc="upper right", ncols=2)
        left.set_title("Views observed", fontsize=10)
        right.bar(list(counts.views_each), list(counts.views_each.values()), color=COLOURS[0])
        right.set(xticks=range(len(STANDARD_VIEWS) + 1), xlabel="standard views of a design")
        right.set_title(f"{100 * counts.complete_share:.0f} % have all seven", fontsize=10)
        for axes in (left, right):
            axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def draw_hierarchy(dataset: PatentNetDataset, path: Path, most_classes: int = 8) -> None:
    """The largest classes with their subclasses and the designs of each (figure 4).

    Raises ValueError: most_classes is below 1.
    """
    if most_classes < 1:
        raise ValueError(f"most_classes must be at least 1, not {most_classes}")
    tree: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in dataset.samples:
        pairs = {(label.path[0], label.at(Level.SUBCLASS) or "whole class") for label in sample.labels}
        for whole, subclass in pairs:
            tree[whole][subclass] += 1
    blocks = []
    for name in sorted(tree, key=lambda name: -tree[name].total())[:most_classes]:
        children = sorted(tree[name].items(), key=lambda pair: (-pair[1], pair[0]))
        shown = [f"{child}  ({count})" for child, count in children[:_MOST_CHILDREN]]
        shown += [f"{len(children) - _MOST_CHILDREN} more"] if len(children) > _MOST_CHILDREN else []
        blocks.append((f"{name}  ({tree[name].total()})", shown))
    rows = sum(len(shown) for _, shown in blocks)
    with figure(path, 8.5, max(2.5, 0.24 * rows + 0.8)) as page:
        axes = page.add_subplot()
        axes.set(xlim=(0, 3), ylim=(rows + 0.5, -1))
        axes.set_axis_off()
        line, places = 0, list[float]()
        for title, shown in blocks:
            centre = line + (len(shown) - 1) / 2
            axes.text(1.05, centre, title, va="center", weight="bold", fontsize=9)
            for place, child in enumerate(shown, line):
                axes.plot([1.72, 1.95], [centre, place], color="0.6", linewidth=0.8)
                axes.text(1.98, place, child, va="center", fontsize=8)
            places.append(centre)
            line += len(shown)
        middle, root = sum(places) / len(places), f"{dataset.name}\n{len(tree)} classes"
        axes.text(0.02, middle, root, va="center", fontsize=10, weight="bold")
        for end in places:
            axes.plot([0.75, 1.02], [middle, end], color="0.6", linewidth=0.8)


def draw_multilabel(samples: Sequence[Sample], path: Path, most: int = 6) -> bool:
    """Designs of several labels, those with most first, their labels beside them (figure 6).

    Returns whether there is any; without one, nothing is drawn.
    """
    several = sorted((one for one in samples if len(one.labels) > 1), key=lambda one: -len(one.labels))[:most]
    if not several:
        return False
    with figure(path, 9.5, 1.4 * len(several) + 0.4) as page:
        for row, sample in zip(page.subplots(len(several), 5, squeeze=False), several, strict=True):
            for axes, content in zip(row[:4], [*sample.images[:4], *[None] * 4], strict=False):
                _show(axes, content)
            row[4].set_axis_off()
            label = "\n".join(fill(line, 34) for line in (sample.patent.title, *map(str, sample.labels)))
            row[4].text(0, 0.5, label, fontsize=8, va="center")
    return True


def draw_bars(values: Mapping[str, Mapping[str, float]], path: Path, title: str, label: str) -> None:
    """Bars by category for each method (figure 7): method -> category -> value from 0 to 1.

    Raises ValueError: there is no method or no category.
    """
    categories = sorted({name for one in values.values() for name in one})
    if not categories:
        raise ValueError("values: there is nothing to draw")
    width = 0.8 / len(values)
    with figure(path, max(6.0, 0.42 * len(categories) + 2), 4.4) as page:
        axes = page.add_subplot()
        for number, (method, worth) in enumerate(values.items()):
            places = np.arange(len(categories)) + (number - (len(values) - 1) / 2) * width
            axes.bar(places, [worth.get(name, 0.0) for name in categories], width, label=method)
        axes.set_xticks(range(len(categories)), categories, rotation=90, fontsize=8)
        axes.set(ylim=(0, 1), ylabel=label, title=title)
        axes.legend(fontsize=8)


def _show(axes: Axes, content: bytes | None) -> None:
    axes.set(xticks=[], yticks=[])
    if content is None:
        axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
        axes.add_patch(Rectangle((0, 0), 1, 1, color=_GREY))
        return
    image = decode_grey(content)
    # Fine lines fade as a drawing is made smaller: they get that much more ink.
    gain = float(np.clip(max(image.size) / _CELL / 2, 1, _MOST_INK))
    image.thumbnail((_CELL, _CELL))
    paper: Image.Image = ImageOps.pad(image, (max(image.size),) * 2, color=255)
    axes.imshow(255 - np.minimum(255, gain * (255.0 - np.asarray(paper))), cmap="gray", vmin=0, vmax=255)
