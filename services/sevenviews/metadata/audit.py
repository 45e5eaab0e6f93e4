"""Compares the database with the object store, in one pass over both, and deletes what nobody names any more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.metadata.images import EVER_KEPT
from sevenviews.metadata.objects import ObjectStore, StoredObject, reduced_key_of
from sevenviews.metadata.patent_table import PatentTable

MOST_DELETED_PERCENT = 5.0
"""Of all objects: what a repair may delete unless it is told otherwise."""

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


class Audit:
    """Merges both lists, which are in the order of keys. Memory grows with neither.

    Args:
        table: the records.
        objects: the images.
        orphan_seconds: objects younger than this are left alone, whoever names them.
    """

    def __init__(self, table: PatentTable, objects: ObjectStore, orphan_seconds: float) -> None:
        self._table = table
        self._objects = objects
        self._orphan_seconds = orphan_seconds

    def examine(self) -> Iterator[AuditProgress]:
        """Every disagreement; nothing is changed."""
        return self._reports(repair=False, allowed=0)

    def repair(self, most_percent: float = MOST_DELETED_PERCENT) -> Iterator[AuditProgress]:
        """The same, and objects that no record names are deleted: all of them, or none if they are too many.

        May be cut off at any time: the next one deletes what is left.

        Args:
            most_percent: of all objects, that may be deleted.

        Raises:
            SevenviewsError: REPAIR_REFUSED.
        """
        count = _Count()
        for _, drawing_id, stored in self._merged():
            count.add(is_stored=stored is not None, is_orphan=self._is_orphan(drawing_id, stored))
            if count.compared % _REPORT_EVERY == 0:
                yield AuditProgress(count.checked, ())
        allowed = int(count.stored * most_percent / 100)
        if count.orphans > allowed:
            raise _refusal(count.orphans, count.stored, most_percent)
        yield from self._reports(repair=True, allowed=allowed)

    def _reports(self, *, repair: bool, allowed: int) -> Iterator[AuditProgress]:
        found: list[Disagreement] = []
        checked = deleted = 0
        for compared, (key, drawing_id, stored) in enumerate(self._merged(), 1):
            checked += drawing_id is not None
            if stored is None:
                found.append(Disagreement(drawing_id or "", key, Reason.DRAWING_CONTENT_MISSING))
            elif self._is_orphan(drawing_id, stored):
                if repair and deleted == allowed:
                    # More than were counted a moment ago: something happens to the database.
                    raise _refusal(deleted + 1, compared, 100 * allowed / compared)
                repaired = repair and self._delete(key)
                deleted += repaired
                found.append(Disagreement("", key, Reason.DRAWING_NOT_FOUND, repaired))
            if compared % _REPORT_EVERY == 0:
                yield AuditProgress(checked, tuple(found))
                found = []
        yield AuditProgress(checked, tuple(found))

    def _is_orphan(self, drawing_id: str | None, stored: StoredObject | None) -> bool:
        return drawing_id is None and stored is not None and self._is_old(stored)

    def _is_old(self, stored: StoredObject) -> bool:
        return stored.modified <= time.time() - self._orphan_seconds

    def _delete(self, key: str) -> bool:
        """Whether an object is gone that was listed as an orphan, and is one still.

        A put names its images before it writes them. So one that comes between the look at the records and the
        deletion is seen by the look afterwards, and gets its image back; one that comes later writes it anew.
        """
        stored = self._objects.stat(key)
        if stored is None or not self._is_old(stored) or self._table.names(key):
            return False
        content = self._objects.get(key)
        self._objects.delete([key, *(reduced_key_of(key, size) for size in EVER_KEPT)])
        if content is not None and self._table.names(key):
            self._objects.put(key, content)
            return False
        return True

    def _merged(self) -> Iterator[tuple[str, str | None, StoredObject | None]]:
        """Key, the drawing that names it if any, the object if it is there."""
        records, listing = self._table.object_keys(), self._objects.list()
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


@dataclass(slots=True)
class _Count:
    """What a repair would do."""

    compared: int = 0
    checked: int = 0
    stored: int = 0
    orphans: int = 0

    def add(self, *, is_stored: bool, is_orphan: bool) -> None:
        self.compared += 1
        self.stored += is_stored
        self.orphans += is_orphan


def _refusal(deletions: int, stored: int, most_percent: float) -> SevenviewsError:
    return SevenviewsError(
        Reason.REPAIR_REFUSED,
        f"no record names {deletions} of {stored} images, and a repair deletes at most {most_percent:g} %: see that "
        "the database is the right one, and whole",
        {
            "store": "drawings",
            "deletions": str(deletions),
            "stored": str(stored),
            "most_percent": f"{most_percent:g}",
        },
    )
