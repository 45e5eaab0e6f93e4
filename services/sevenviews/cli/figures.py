"""The drawings of a file, as searches ask with them."""

from __future__ import annotations

from pathlib import Path

from sevenviews.cli.console import fail
from sevenviews.client import QueryImage
from sevenviews.designs import SevenviewsError

MAX_QUERIES = 16


def figures_of(path: Path, *, whole: bool) -> list[QueryImage]:
    """The figures of a file; whole: each image is one drawing. Ends the command if it cannot be read."""
    try:
        return _figures(path, whole=whole)
    except OSError as error:
        fail(f"{path}: {error.strerror}", 2)
    except SevenviewsError as error:
        fail(f"{path}: {error.message} [{error.reason}]")


def _figures(path: Path, *, whole: bool) -> list[QueryImage]:
    content = path.read_bytes()
    if path.suffix.lower() == ".pdf":
        from sevenviews.corpus.pdf import pdf_queries

        # One more than is searched with: then it is said that some are left out.
        found = pdf_queries(path.name, content, MAX_QUERIES + 1, whole=whole)
        return [QueryImage(figure.content, figure.view) for figure in found]
    if whole:
        return [QueryImage(content)]
    from sevenviews.corpus.figures import query_drawings

    return [QueryImage(figure.content) for figure in query_drawings(content)]
