"""The repair of the store of drawings: counted first, bounded, and looked at once more as it deletes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.metadata.audit import AuditProgress
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


def found(reports: Iterator[AuditProgress]) -> dict[str, bool]:
    """Orphans by key, and whether they were deleted."""
    return {
        one.object_key: one.repaired
        for report in reports
        for one in report.disagreements
        if one.reason is Reason.DRAWING_NOT_FOUND
    }


def test_orphans_within_the_bound_are_deleted(store: WatchedStore, catalogue: PatentCatalogue) -> None:
    orphans = add_orphans(store, 5)
    assert found(catalogue.audit(repair=False)) == dict.fromkeys(orphans, False)
    assert store.deleted == []
    assert found(catalogue.audit(repair=True)) == dict.fromkeys(orphans, True)
    assert store.deleted == orphans
    assert found(catalogue.audit(repair=True)) == {}


@pytest.mark.parametrize("most", [0, 1, 5])
def test_too_many_are_refused_before_the_first_is_deleted(
    store: WatchedStore, catalogue: PatentCatalogue, most: float
) -> None:
    add_orphans(store, 6)
    with pytest.raises(SevenviewsError) as caught:
        found(catalogue.audit(repair=True, most_deleted_percent=most))
    assert caught.value.reason is Reason.REPAIR_REFUSED
    assert caught.value.metadata == {
        "store": "drawings",
        "deletions": "6",
        "stored": "106",
        "most_percent": str(most or 5),
    }
    assert store.deleted == []
    assert len(found(catalogue.audit(repair=True, most_deleted_percent=6))) == 6


def test_an_empty_database_deletes_nothing(store: WatchedStore, catalogue: PatentCatalogue) -> None:
    other = PatentCatalogue(FakePatentTable(), store, HOUR)
    with pytest.raises(SevenviewsError) as caught:
        found(other.audit(repair=True))
    assert caught.value.reason is Reason.REPAIR_REFUSED
    assert store.deleted == []
    assert len(found(other.audit(repair=True, most_deleted_percent=100))) == 100


def test_a_database_that_is_lost_after_the_count_stops_the_deletion(
    store: WatchedStore, catalogue: PatentCatalogue
) -> None:
    orphans = add_orphans(store, 1)
    reports = catalogue.audit(repair=True)
    lost = [f"USD{number:07d}" for number in range(50)]
    listed = 0

    def list_twice() -> Iterator[StoredObject]:
        nonlocal listed
        listed += 1
        if listed == 2:
            catalogue.delete(lost)
        return FakeObjectStore.list(store)

    store.list = list_twice  # type: ignore[method-assign]
    with pytest.raises(SevenviewsError) as caught:
        found(reports)
    assert caught.value.reason is Reason.REPAIR_REFUSED
    assert len(store.deleted) <= 0.05 * (100 + len(orphans))


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
    found(catalogue.audit(repair=True))
    assert store.get(key) == content


def test_a_young_image_is_left_alone(store: WatchedStore, catalogue: PatentCatalogue) -> None:
    (orphan,) = add_orphans(store, 1)
    store.after_stat = lambda: store.modified.update({orphan: store.modified[orphan] + 2 * HOUR})
    # It was old when it was listed, and was written anew before the look at its age.
    store.modified[orphan] += 2 * HOUR
    assert found(catalogue.audit(repair=True)) == {}
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
        found(catalogue.audit(repair=True))
    store.after_delete = lambda: None
    assert found(catalogue.audit(repair=True)) == dict.fromkeys(orphans[2:], True)


def test_reports_are_short_whatever_is_found(store: WatchedStore) -> None:
    """The memory of a repair does not grow with the damage."""
    add_orphans(store, 2500)
    catalogue = PatentCatalogue(FakePatentTable(), store, HOUR)
    sizes = [len(report.disagreements) for report in catalogue.audit(repair=False)]
    assert sizes == [1000, 1000, 500]
