"""Compares the database with the object store, in one pass over both, and deletes what nobody names any more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.metadata.images import EVER_KEPT
from sevenviews.metadata.objects import ObjectStore, StoredObject, reduced_key_of
from sevenviews.metadata.patent_table import PatentTable

_REPORT_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Disagreement:
    """DRAWING_CONTENT_MISSING: a record without its object; DRAWING_NOT_FOUND: an object without a record."""

    drawing_id: str
    object_key: str
    reason: Reason
    repaired: bool = False


@dataclass(slots=True)
class AuditReport:
    """What was compared since the report before.

    Attributes:
        records: keys that records name.
        objects: that are there.
        last_key: everything up to it is compared.
        disagreements: what was found.
    """

    records: int = 0
    objects: int = 0
    last_key: str = ""
    disagreements: list[Disagreement] = field(default_factory=list)


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

    def examine(self, after: str = "") -> Iterator[AuditReport]:
        """Every disagreement behind a key; nothing is changed."""
        return self._reports(after, None)

    def repair(self, most_deleted: int, after: str = "") -> Iterator[AuditReport]:
        """The same, and objects that no record names are deleted. May be cut off at any time: the next one deletes
        what is left.

        Args:
            most_deleted: as many as whoever asks has counted.
            after: a key.

        Raises:
            SevenviewsError: REPAIR_REFUSED, there are more. That many are gone by then.
        """
        return self._reports(after, most_deleted)

    def _reports(self, after: str, most_deleted: int | None) -> Iterator[AuditReport]:
        report = AuditReport(last_key=after)
        deleted = 0
        for compared, (key, drawing_id, stored) in enumerate(self._merged(after), 1):
            report.records += drawing_id is not None
            report.objects += stored is not None
            report.last_key = key
            if stored is None:
                report.disagreements.append(
                    Disagreement(drawing_id or "", key, Reason.DRAWING_CONTENT_MISSING)
                )
            elif drawing_id is None and self._is_old(stored):
                if deleted == most_deleted:
                    raise _refusal(deleted)
                repaired = most_deleted is not None and self._delete(key)
                deleted += repaired
                report.disagreements.append(Disagreement("", key, Reason.DRAWING_NOT_FOUND, repaired))
            if compared % _REPORT_EVERY == 0:
                yield report
                report = AuditReport(last_key=key)
        yield report

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

    def _merged(self, after: str) -> Iterator[tuple[str, str | None, StoredObject | None]]:
        """Key, the drawing that names it if any, the object if it is there."""
        records, listing = self._table.object_keys(after), self._objects.list(after)
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


def _refusal(deleted: int) -> SevenviewsError:
    return SevenviewsError(
        Reason.REPAIR_REFUSED,
        f"no record names more than the {deleted} images that were counted: see that the database is the right one, "
        "and whole",
        {"store": "drawings", "deletions": str(deleted)},
    )
