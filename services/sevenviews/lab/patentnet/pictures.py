"""Figures of the paper, drawn from any dataset: its pages 1, 2, 4 and 6 in our form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from PIL import Image

from sevenviews.designs import STANDARD_VIEWS, View
from sevenviews.images import decode_grey
from sevenviews.lab.patentnet.dataset import PatentNetDataset, Sample
from sevenviews.lab.patentnet.labels import Level, names_at
from sevenviews.lab.patentnet.statistics import Statistics

_GREY = "0.82"
_DPI = 110
_MOST_BARS = 40
_MOST_CHILDREN = 7
_CELL = 200
"""Pixels of a drawing's side in a grid."""
_MOST_INK = 3.0


def draw_multiview_grid(samples: Sequence[Sample], path: Path, title: str = "") -> None:
    """A row a design, a column a view; missing views are grey (the paper's figure 1).

    Raises ValueError: there is no design.
    """
    if not samples:
        raise ValueError("samples: a grid needs at least one design")
    figure = Figure(
        figsize=(1.35 * len(STANDARD_VIEWS) + 1.9, 1.3 * len(samples) + 0.7), layout="constrained"
    )
    grid = figure.subplots(len(samples), len(STANDARD_VIEWS), squeeze=False)
    for row, sample in enumerate(samples):
        for column, view in enumerate(STANDARD_VIEWS):
            axes = grid[row, column]
            _show_view(axes, sample, view)
            if row == 0:
                axes.set_title(view.value, fontsize=9)
        name = names_at(sample.labels, Level.SUBCLASS) or names_at(sample.labels, Level.CLASS)
        label = "\n".join((sample.patent.patent_id, *(fill(one, 18) for one in name[:2])))
        grid[row, 0].set_ylabel(label, fontsize=7, rotation=0, ha="right", va="center")
    if title:
        figure.suptitle(title, fontsize=11)
    figure.savefig(path, dpi=_DPI)


def draw_record(sample: Sample, path: Path) -> None:
    """One design with its bibliography: text beside images, its views and two more (the paper's figure 2)."""
    figure = Figure(figsize=(11, 5.2), layout="constrained")
    halves = figure.add_gridspec(1, 2, width_ratios=(1.1, 1))
    text, images = figure.add_subfigure(halves[0]), figure.add_subfigure(halves[1])
    grid = images.subplots(3, 3)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, view in zip(grid.flat, STANDARD_VIEWS, strict=False):
        axes.set_axis_on()
        _show_view(axes, sample, view)
        axes.set_title(view.value, fontsize=8)
    for axes, content in zip(grid.flat[len(STANDARD_VIEWS) :], sample.more, strict=False):
        axes.set_axis_on()
        _show(axes, content)
        axes.set_title("further", fontsize=8)
    axes = text.subplots()
    axes.set_axis_off()
    for line, (name, value) in enumerate(record_lines(sample)):
        top = 0.97 - 0.088 * line
        axes.text(0, top, name, fontsize=9, va="top", weight="bold")
        axes.text(0.3, top, fill(value, 44)[:130], fontsize=9, va="top")
    figure.savefig(path, dpi=_DPI)


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
    names, heights = list(by_class)[:_MOST_BARS], list(by_class.values())
    shown = heights[:_MOST_BARS]
    if len(heights) > _MOST_BARS:
        names.append(f"{len(heights) - _MOST_BARS} more")
        shown.append(sum(heights[_MOST_BARS:]))
    figure = Figure(figsize=(max(5.0, 0.24 * len(names) + 2), 4.6), layout="constrained")
    axes = figure.add_subplot()
    axes.bar(range(len(names)), shown, color="tab:blue")
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=8)
    axes.set_ylabel("designs")
    axes.set_title(f"{len(by_class)} names at the level {level.name.lower()}, {counts.designs} designs")
    figure.savefig(path, dpi=_DPI)


def draw_views(counts: Statistics, path: Path) -> None:
    """How many designs have each view, and how many views a design has (the paper's table 4 as bars)."""
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    heights = list(counts.observed.values())
    left.bar(range(len(heights)), [counts.designs] * len(heights), color=_GREY, label="missing")
    left.bar(range(len(heights)), heights, color="tab:blue", label="observed")
    left.set_xticks(range(len(heights)), [view.value for view in counts.observed], rotation=30, fontsize=8)
    left.set_ylabel("designs")
    left.set_ylim(0, 1.2 * counts.designs)
    for axes in (left, right):
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    left.legend(fontsize=8, loc="upper right", ncols=2)
    left.set_title("Views observed", fontsize=10)
    right.bar(list(counts.views_each), list(counts.views_each.values()), color="tab:blue")
    right.set_xticks(range(len(STANDARD_VIEWS) + 1))
    right.set_xlabel("standard views of a design")
    right.set_title(f"{100 * counts.complete_share:.0f} % have all seven", fontsize=10)
    figure.savefig(path, dpi=_DPI)


def draw_hierarchy(dataset: PatentNetDataset, path: Path, most_classes: int = 8) -> None:
    """The largest classes with their subclasses and the designs of each (the paper's figure 4).

    Raises ValueError: most_classes is below 1.
    """
    if most_classes < 1:
        raise ValueError(f"most_classes must be at least 1, not {most_classes}")
    tree = _tree(dataset)
    classes = sorted(tree, key=lambda name: -sum(tree[name].values()))[:most_classes]
    rows = sum(min(len(tree[name]), _MOST_CHILDREN + 1) or 1 for name in classes)
    figure = Figure(figsize=(8.5, max(2.5, 0.24 * rows + 0.8)), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlim=(0, 3), ylim=(rows + 0.5, -1))
    axes.set_axis_off()
    line = 0
    places = []
    for name in classes:
        children = sorted(tree[name].items(), key=lambda pair: (-pair[1], pair[0]))
        shown = [f"{child}  ({count})" for child, count in children[:_MOST_CHILDREN]]
        if len(children) > _MOST_CHILDREN:
            shown.append(f"{len(children) - _MOST_CHILDREN} more")
        first, last = line, line + max(len(shown), 1) - 1
        centre = (first + last) / 2
        places.append(centre)
        total = sum(tree[name].values())
        axes.text(1.05, centre, f"{name}  ({total})", va="center", weight="bold", fontsize=9)
        for offset, child in enumerate(shown):
            axes.plot([1.72, 1.95], [centre, line + offset], color="0.6", linewidth=0.8)
            axes.text(1.98, line + offset, child, va="center", fontsize=8)
        line = last + 1
    middle = sum(places) / len(places)
    axes.text(0.02, middle, f"{dataset.name}\n{len(tree)} classes", va="center", fontsize=10, weight="bold")
    for place in places:
        axes.plot([0.75, 1.02], [middle, place], color="0.6", linewidth=0.8)
    figure.savefig(path, dpi=_DPI)


def draw_multilabel(samples: Sequence[Sample], path: Path, most: int = 6) -> bool:
    """Designs of several labels, those with most first, their labels beside them (the paper's figure 6).

    Returns:
        Whether there is any; without one, nothing is drawn.
    """
    several = sorted((one for one in samples if len(one.labels) > 1), key=lambda one: -len(one.labels))[:most]
    if not several:
        return False
    figure = Figure(figsize=(9.5, 1.4 * len(several) + 0.4), layout="constrained")
    grid = figure.subplots(len(several), 5, squeeze=False)
    for row, sample in enumerate(several):
        for axes, content in zip(grid[row, :4], [*sample.images[:4], *[None] * 4], strict=False):
            _show(axes, content)
        words = grid[row, 4]
        words.set_axis_off()
        label = "\n".join((sample.patent.title, *map(str, sample.labels)))
        words.text(0, 0.5, "\n".join(fill(line, 34) for line in label.splitlines()), fontsize=8, va="center")
    figure.savefig(path, dpi=_DPI)
    return True


def draw_bars(values: Mapping[str, Mapping[str, float]], path: Path, title: str, label: str) -> None:
    """Bars by category for each method (the paper's figure 7): method -> category -> value from 0 to 1.

    Raises ValueError: there is no method or no category.
    """
    categories = sorted({name for one in values.values() for name in one})
    if not categories:
        raise ValueError("values: there is nothing to draw")
    figure = Figure(figsize=(max(6.0, 0.42 * len(categories) + 2), 4.4), layout="constrained")
    axes = figure.add_subplot()
    width = 0.8 / len(values)
    for number, (method, worth) in enumerate(values.items()):
        places = np.arange(len(categories)) + (number - (len(values) - 1) / 2) * width
        axes.bar(places, [worth.get(name, 0.0) for name in categories], width, label=method)
    axes.set_xticks(range(len(categories)), categories, rotation=90, fontsize=8)
    axes.set(ylim=(0, 1), ylabel=label, title=title)
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=_DPI)


def _tree(dataset: PatentNetDataset) -> dict[str, dict[str, int]]:
    tree: dict[str, dict[str, int]] = {}
    for sample in dataset.samples:
        pairs = {(label.path[0], label.at(Level.SUBCLASS) or "whole class") for label in sample.labels}
        for whole, subclass in pairs:
            children = tree.setdefault(whole, {})
            children[subclass] = children.get(subclass, 0) + 1
    return tree


def _show_view(axes: Axes, sample: Sample, view: View) -> None:
    _show(axes, sample.views.get(view))


def _show(axes: Axes, content: bytes | None) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    if content is None:
        axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
        axes.add_patch(Rectangle((0, 0), 1, 1, color=_GREY))
        return
    image = decode_grey(content)
    # Fine lines fade as a drawing is made smaller: they get that much more ink.
    gain = float(np.clip(max(image.size) / _CELL / 2, 1, _MOST_INK))
    image.thumbnail((_CELL, _CELL))
    side = max(image.size)
    paper = Image.new("L", (side, side), 255)
    paper.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    axes.imshow(255 - np.minimum(255, gain * (255.0 - np.asarray(paper))), cmap="gray", vmin=0, vmax=255)
