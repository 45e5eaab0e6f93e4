"""What `sevenviews search` asks with: the figures of files, and patents and drawings of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sevenviews.cli.console import fail, note
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
    files: list[list[QueryImage]] = []
    for position, path in enumerate(images):
        view = views[position] if views else View.UNKNOWN
        try:
            figures = _figures(path, whole=whole)
        except OSError as error:
            fail(f"{path}: {error.strerror}", 2)
        except SevenviewsError as error:
            fail(f"{path}: {error.message} [{error.reason}]")
        files.append(figures if view is View.UNKNOWN else [replace(figure, view=view) for figure in figures])
    return files


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
    content = path.read_bytes()
    if path.suffix.lower() == ".pdf":
        from sevenviews.corpus.pdf import pdf_queries

        # One more than is searched with: then it is said that some are left out.
        found = pdf_queries(path.name, content, _MAX_QUERIES + 1, whole=whole)
        return [QueryImage(figure.content, figure.view) for figure in found]
    if whole:
        return [QueryImage(content)]
    from sevenviews.corpus.figures import query_drawings

    return [QueryImage(figure.content) for figure in query_drawings(content)]
