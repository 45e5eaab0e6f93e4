"""The repair of the store of drawings: counted first, bounded, and looked at once more as it deletes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.metadata.audit import AuditReport
from sevenviews.metadata.objects import PREFIX, StoredObject, digest_of, key_of
from sevenviews.metadata.service import PatentCatalogue
from tests.fakes.patent_stores import FakeObjectStore, FakePatentTable
from tests.unit.metadata.samples import patent, put

HOUR = 3600.0


class WatchedStore(FakeObjectStore):
    """Lets something happen at a moment of a deletion."""

    def __init__(self) -> None:
        super().__init__()
        self.after_stat: Callable[[], object] = lambda: None
        self.after_delete: Callable[[], object] = lambda: None
        self.deleted: list[str] = []
        """Images; what was made of them goes with them."""

    def stat(self, key: str) -> StoredObject | None:
        found = super().stat(key)
        self.after_stat()
        return found

    def delete(self, keys: Sequence[str]) -> None:
        super().delete(keys)
        self.deleted += [key for key in keys if key.startswith(PREFIX)]
        self.after_delete()


@pytest.fixture
def store() -> WatchedStore:
    return WatchedStore()


@pytest.fixture
def catalogue(store: WatchedStore) -> PatentCatalogue:
    """A hundred images that records name, all of them old."""
    made = PatentCatalogue(FakePatentTable(), store, HOUR)
    for number in range(50):
        put(made, number)
    for key in store.modified:
        store.modified[key] -= 2 * HOUR
    return made


def add_orphans(store: WatchedStore, count: int) -> list[str]:
    keys = []
    for number in range(count):
        content = f"orphan {number}".encode()
        keys.append(key_of(digest_of(content)))
        store.put(keys[-1], content)
        store.modified[keys[-1]] -= 2 * HOUR
    return sorted(keys)


def found(reports: Iterator[AuditReport]) -> dict[str, bool]:
    """Orphans by key, and whether they were deleted."""
    return {
        one.object_key: one.repaired
        for report in reports
        for one in report.disagreements
        if one.reason is Reason.DRAWING_NOT_FOUND
    }


def test_orphans_are_deleted_as_many_as_were_counted(store: WatchedStore, catalogue: PatentCatalogue) -> None:
    orphans = add_orphans(store, 5)
    assert found(catalogue.audit.examine()) == dict.fromkeys(orphans, False)
    assert store.deleted == []
    assert found(catalogue.audit.repair(5)) == dict.fromkeys(orphans, True)
    assert store.deleted == orphans
    assert found(catalogue.audit.repair(0)) == {}


@pytest.mark.parametrize("most", [0, 2])
def test_more_than_were_counted_are_refused(
    store: WatchedStore, catalogue: PatentCatalogue, most: int
) -> None:
    """As where the database was lost since."""
    catalogue.delete([f"USD{number:07d}" for number in range(50)])
    with pytest.raises(SevenviewsError) as caught:
        found(catalogue.audit.repair(most))
    assert caught.value.reason is Reason.REPAIR_REFUSED
    assert caught.value.metadata == {"store": "drawings", "deletions": str(most)}
    assert len(store.deleted) == most


def test_it_goes_on_behind_any_key(store: WatchedStore, catalogue: PatentCatalogue) -> None:
    orphans = add_orphans(store, 5)
    keys = [one.key for one in store.list()]
    for position, key in enumerate(keys, 1):
        (report,) = catalogue.audit.examine(key)
        behind = [one.object_key for one in report.disagreements]
        assert behind == [one for one in orphans if one > key]
        assert report.objects == len(keys) - position == report.records + len(behind)
        assert report.last_key == keys[-1]


@pytest.mark.parametrize("moment", ["after_stat", "after_delete"])
def test_an_image_that_is_named_meanwhile_is_kept(
    store: WatchedStore, catalogue: PatentCatalogue, moment: str
) -> None:
    """Whenever the put comes: before the look at the records, between it and the deletion, or afterwards."""
    late, contents = patent(77, drawings=1)
    (content,) = contents.values()
    key = key_of(digest_of(content))
    store.put(key, content)
    store.modified[key] -= 2 * HOUR

    def put_late() -> None:
        setattr(store, moment, lambda: None)
        catalogue.put(late, contents, replace_existing=False)

    setattr(store, moment, put_late)
    found(catalogue.audit.repair(5))
    assert store.get(key) == content


def test_a_young_image_is_left_alone(store: WatchedStore, catalogue: PatentCatalogue) -> None:
    (orphan,) = add_orphans(store, 1)
    store.after_stat = lambda: store.modified.update({orphan: store.modified[orphan] + 2 * HOUR})
    # It was old when it was listed, and was written anew before the look at its age.
    store.modified[orphan] += 2 * HOUR
    assert found(catalogue.audit.repair(5)) == {}
    assert store.deleted == []


def test_a_repair_that_is_cut_off_is_completed_by_the_next(
    store: WatchedStore, catalogue: PatentCatalogue
) -> None:
    orphans = add_orphans(store, 5)

    def die() -> None:
        if len(store.deleted) == 2:
            raise ConnectionError("died here")

    store.after_delete = die
    with pytest.raises(ConnectionError):
        found(catalogue.audit.repair(5))
    store.after_delete = lambda: None
    assert found(catalogue.audit.repair(5)) == dict.fromkeys(orphans[2:], True)


def test_reports_are_short_whatever_is_found(store: WatchedStore) -> None:
    """The memory of a repair does not grow with the damage."""
    add_orphans(store, 2500)
    catalogue = PatentCatalogue(FakePatentTable(), store, HOUR)
    sizes = [len(report.disagreements) for report in catalogue.audit.examine()]
    assert sizes == [1000, 1000, 500]
