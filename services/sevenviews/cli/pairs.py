"""Which drawing of a patent was matched with which query, as a table; and what is missing, by name."""

from __future__ import annotations

from collections.abc import Iterator

from sevenviews.cli.console import table
from sevenviews.client import PatentHit, QueryMatch, SearchPage
from sevenviews.designs import View


def show_pairs(page: SearchPage) -> None:
    """A row a query and hit."""
    rows = [row for hit in page.hits for row in _rows(hit)]
    table("pairs of views", ("patent", "query", "shows", "matched with", "drawing", "cosine"), rows)


def figure(match: QueryMatch) -> str:
    """The drawing that was matched: "FIG. 3 front"."""
    return f"FIG. {match.figure_number or '?'} {match.view}"


def _rows(hit: PatentHit) -> Iterator[tuple[str, ...]]:
    for at, match in enumerate(hit.matches):
        asked = match.query_drawing_id or f"query {match.query_index + 1}"
        shows = "" if match.query_view is View.UNKNOWN else str(match.query_view)
        found = (
            (figure(match), match.drawing_id, f"{match.score:.3f}")
            if match.drawing_id
            else (f"{shows} missing".strip(), "", "")
        )
        yield hit.patent_id if at == 0 else "", asked, shows, *found
