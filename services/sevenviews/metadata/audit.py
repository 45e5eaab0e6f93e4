"""Compares the database with the object store, in one pass over both."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from sevenviews.designs import Reason
from sevenviews.metadata.objects import ObjectStore, StoredObject
from sevenviews.metadata.patent_table import PatentTable

_REPORT_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Disagreement:
    """DRAWING_CONTENT_MISSING: a record without its object; DRAWING_NOT_FOUND: an object without a record."""

    drawing_id: str
    object_key: str
    reason: Reason
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class AuditProgress:
    """What was compared so far, and what was found since the last report."""

    checked: int
    disagreements: tuple[Disagreement, ...]


def audit(
    table: PatentTable, objects: ObjectStore, orphan_seconds: float, *, repair: bool
) -> Iterator[AuditProgress]:
    """Merge both lists, which are in the order of keys; memory does not grow with the corpus.

    Args:
        orphan_seconds: objects younger than this may belong to a patent that is being stored; they are left out.
        repair: delete orphans.
    """
    oldest_orphan = time.time() - orphan_seconds
    found: list[Disagreement] = []
    checked = 0
    for key, drawing_id, stored in _merged(table, objects):
        checked += drawing_id is not None
        if stored is None:
            found.append(Disagreement(drawing_id or "", key, Reason.DRAWING_CONTENT_MISSING))
        elif drawing_id is None and stored.modified <= oldest_orphan:
            if repair:
                objects.delete([key])
            found.append(Disagreement("", key, Reason.DRAWING_NOT_FOUND, repaired=repair))
        if checked and checked % _REPORT_EVERY == 0:
            yield AuditProgress(checked, tuple(found))
            found = []
    yield AuditProgress(checked, tuple(found))


def _merged(
    table: PatentTable, objects: ObjectStore
) -> Iterator[tuple[str, str | None, StoredObject | None]]:
    """Key, the drawing that names it if any, the object if it is there."""
    records, listing = table.object_keys(), objects.list()
    record, stored = next(records, None), next(listing, None)
    while record is not None or stored is not None:
        if stored is None or (record is not None and record[0] < stored.key):
            assert record is not None  # noqa: S101 - one of the two is left, by the loop's condition
            yield record[0], record[1], None
            record = next(records, None)
        elif record is None or stored.key < record[0]:
            yield stored.key, None, stored
            stored = next(listing, None)
        else:
            yield record[0], record[1], stored
            record, stored = next(records, None), next(listing, None)
