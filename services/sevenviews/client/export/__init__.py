"""The answer of a search as a file: CSV for spreadsheets, JSON for programs, PDF for a dossier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from sevenviews.client.export.documents import json_of
from sevenviews.client.export.tables import csv_of
from sevenviews.client.export.words import best_matches
from sevenviews.client.records import SearchPage
from sevenviews.client.requests import QueryImage

__all__ = ["READ_MASK", "Form", "drawings_of", "rendered"]

READ_MASK = (
    "application_number",
    "filing_date",
    "publication_date",
    "priorities",
    "applicants",
    "assignees",
    "inventors",
    "uspc",
    "hague",
)
"""What an export tells of a patent beside its summary."""


class Form(StrEnum):
    """Of a file, as its name ends."""

    CSV = "csv"
    JSON = "json"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        """As HTTP names it."""
        return {"csv": "text/csv; charset=utf-8", "json": "application/json", "pdf": "application/pdf"}[self]


def drawings_of(form: Form, queries: Sequence[QueryImage], page: SearchPage) -> tuple[str, ...]:
    """The drawings of the catalogue that a file shows, which its maker has to get: none but in a PDF."""
    if form is not Form.PDF:
        return ()
    wanted = {query.drawing_id: None for query in queries if query.drawing_id}
    for hit in page.hits:
        wanted |= dict.fromkeys(one.drawing_id for one in best_matches(hit))
        wanted |= {match.query_drawing_id: None for match in hit.matches if match.query_drawing_id}
    return tuple(wanted)


def rendered(
    form: Form,
    page: SearchPage,
    queries: Sequence[QueryImage] = (),
    drawings: Mapping[str, bytes] | None = None,
    first_rank: int = 1,
) -> bytes:
    """The file of a page, whose patents have the fields of READ_MASK.

    Args:
        queries: that were asked, for a PDF.
        drawings: images by id, for a PDF; those that are not there are left out.
        first_rank: of the page's first hit.
    """
    match form:
        case Form.CSV:
            return csv_of(page, first_rank)
        case Form.JSON:
            return json_of(page)
        case Form.PDF:
            # It brings fonts and a library that no other form needs.
            from sevenviews.client.export.report import pdf_of

            return pdf_of(page, queries, drawings or {}, first_rank)
