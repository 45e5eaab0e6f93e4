"""The drawings that ask: of a corpus, or loose ones whose index.csv says what they should find."""

from __future__ import annotations

import csv
from pathlib import Path

from sevenviews.designs import SevenviewsError, View
from sevenviews.encoder import decode
from sevenviews.lab.advance import Advance, unheard
from sevenviews.lab.collection import Collection, read_collection

_INDEX = "index.csv"
_COLUMNS = {"file", "patent_id"}


def read_asked(path: Path, advance: Advance = unheard) -> Collection:
    """Queries with the patents that they show.

    Args:
        path: whatever `sevenviews ingest` reads; or a folder of images with an index.csv of a row each, its columns
            `file` and `patent_id` among any others, as `sevenviews synth --held-out` writes it.

    Raises SevenviewsError: neither lies there.
    """
    rows = _rows(path / _INDEX)
    if rows is None:
        return read_collection(path, advance)
    asked = Collection()
    for count, (file, patent) in enumerate(rows, 1):
        try:
            content = (path / file).read_bytes()
            decode(content)
        except (OSError, SevenviewsError) as error:
            asked.unread.append(f"{file}: {error}")
        else:
            asked += Collection([patent], [""], [file], [content], [View.UNKNOWN])
        advance(count)
    return asked


def _rows(index: Path) -> list[tuple[str, str]] | None:
    """File and patent of each; None: there is no such index."""
    if not index.is_file():
        return None
    with index.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not _COLUMNS.issubset(reader.fieldnames or ()):
            return None
        return [(row["file"], row["patent_id"]) for row in reader]
