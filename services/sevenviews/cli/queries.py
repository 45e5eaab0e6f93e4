"""What `sevenviews search` asks with: the figures of files, and patents and drawings of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sevenviews.cli.console import fail, note
from sevenviews.cli.figures import figures_in
from sevenviews.client import QueryImage
from sevenviews.designs import SevenviewsError, View

_MAX_QUERIES = 16


def read_queries(images: Sequence[Path], views: Sequence[View], *, whole: bool) -> list[QueryImage]:
    """The figures of some files; ends the command if one cannot be read."""
    return joined(read_files(images, views, whole=whole), [])


def read_files(images: Sequence[Path], views: Sequence[View], *, whole: bool) -> list[list[QueryImage]]:
    """The figures of each file; ends the command if one cannot be read."""
    if views and len(views) != len(images):
        fail(f"{len(views)} views are given for {len(images)} images", 2)
    files = [_figures(path, whole=whole) for path in images]
    return [
        figures if view is View.UNKNOWN else [replace(figure, view=view) for figure in figures]
        for figures, view in zip(files, views or [View.UNKNOWN] * len(files), strict=True)
    ]


def joined(groups: Sequence[Sequence[QueryImage]], weights: Sequence[float]) -> list[QueryImage]:
    """All queries, those of a group with its weight; ends the command if there are not as many weights as groups."""
    if weights and len(weights) != len(groups):
        fail(f"{len(weights)} weights are given for {len(groups)} images, patents and drawings", 2)
    if weights:
        groups = [
            [replace(one, weight=weight) for one in group]
            for group, weight in zip(groups, weights, strict=True)
        ]
    queries = [one for group in groups for one in group]
    if len(queries) > _MAX_QUERIES:
        note(f"{len(queries)} figures were found; the first {_MAX_QUERIES} are searched with")
    return queries[:_MAX_QUERIES]


def _figures(path: Path, *, whole: bool) -> list[QueryImage]:
    # One more than is searched with: then it is said that some are left out.
    try:
        found = figures_in(path.name, path.read_bytes(), _MAX_QUERIES + 1, whole=whole)
    except SevenviewsError as error:
        fail(f"{path}: {error.message} [{error.reason}]")
    return [QueryImage(content, view) for content, _, view in found]
