"""The index.csv beside the drawings: a row a patent, its columns named in the first line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from sevenviews.corpus.archive import BrokenArchiveError, find_member

Rows = Mapping[str, Mapping[str, str]]


def read_index(path: Path) -> Rows:
    """id -> row of the archive's index.csv; empty, if it has none, or if it cannot be reached."""
    try:
        content = find_member(path, "index.csv")
    except BrokenArchiveError:
        # The reader will come to the broken place itself, after what lies before it.
        content = None
    if content is None:
        return {}
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return {
        row["id"]: {key: value or "" for key, value in row.items() if key} for row in rows if row.get("id")
    }
