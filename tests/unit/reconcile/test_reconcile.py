"""Every disagreement is found, named and repaired; what is being imported meanwhile is none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.backends.records import GenerationRange, LostObject, PatentRecord, StoredVector
from sevenviews.designs import Drawing, Patent, Reason, SevenviewsError, drawing_id
from sevenviews.reconcile import Finding, FindingKind, Stores, examine, repair

RELEASES = ("r-1", "r-2")
GENERATION = 3


def patent(number: int, drawings: int = 2) -> Patent:
    patent_id = f"USD{number:07d}"
    rows = tuple(Drawing(drawing_id(patent_id, 1, n + 1), 1) for n in range(drawings))
    return Patent(patent_id, drawings=rows)


def ids(one: Patent) -> set[str]:
    return {drawing.drawing_id for drawing in one.drawings}


@dataclass
class FakeStores(Stores):
    """Three stores in memory, that can be damaged."""

    catalogue: dict[str, PatentRecord] = field(default_factory=dict)
    held: dict[str, dict[str, set[str]]] = field(default_factory=lambda: {one: {} for one in RELEASES})
    outdated: dict[str, set[str]] = field(default_factory=dict)
    images: set[str] = field(default_factory=set)
    orphaned_images: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)

    def add(self, one: Patent, *, published: bool = True) -> None:
        self.catalogue[one.patent_id] = PatentRecord(one, published, GENERATION, GENERATION)
        self.images |= ids(one)
        if published:
            for release in self.held.values():
                release[one.patent_id] = ids(one)

    async def patents(self) -> AsyncIterator[Sequence[PatentRecord]]:
        rows = [self.catalogue[key] for key in sorted(self.catalogue)]
        for at in range(0, len(rows), 2):
            yield rows[at : at + 2]

    async def release_ids(self) -> Sequence[str]:
        return list(self.held)

    async def vectors(
        self, release_id: str, patent_ids: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[StoredVector]]:
        for patent_id, rows in sorted(self.held[release_id].items()):
            if not patent_ids or patent_id in patent_ids:
                older = self.outdated.get(patent_id, set())
                yield [
                    *(StoredVector(row, patent_id, GENERATION) for row in sorted(rows)),
                    *(StoredVector(row, patent_id, GENERATION - 1) for row in sorted(older)),
                ]

    async def objects(self, *, repair: bool) -> AsyncIterator[tuple[int, Sequence[LostObject]]]:
        wanted = {row for one in self.catalogue.values() for row in ids(one.patent)}
        lost = [LostObject(row, f"drawings/{row}", False) for row in sorted(wanted - self.images)]
        lost += [LostObject("", key, repair) for key in sorted(self.orphaned_images)]
        if repair:
            self.orphaned_images.clear()
        yield len(wanted), lost

    async def finish_import(self, record: PatentRecord) -> None:
        self._readable(record.patent)
        self.add(record.patent)

    async def write_vectors(self, record: PatentRecord) -> None:
        self._readable(record.patent)
        self.outdated.pop(record.patent.patent_id, None)
        for release in self.held.values():
            release[record.patent.patent_id] = ids(record.patent)

    async def delete_vectors(self, ranges: Sequence[GenerationRange]) -> None:
        for release in self.held.values():
            for one in ranges:
                assert (one.first, one.last) == (1, GENERATION)  # not of what may be imported meanwhile
                release.pop(one.patent_id, None)

    def _readable(self, patent: Patent) -> None:
        if patent.patent_id in self.unreadable:
            raise SevenviewsError(Reason.DRAWING_CONTENT_MISSING, "lost")


@pytest.fixture
def stores() -> FakeStores:
    made = FakeStores()
    for number in range(5):
        made.add(patent(number))
    return made


async def test_sound_stores_agree(stores: FakeStores) -> None:
    found = await examine(stores)
    assert found.agrees
    assert (found.patents, found.drawings, found.images) == (5, 10, 10)
    assert found.vectors == {"r-1": 10, "r-2": 10}


async def test_every_damage_is_named(stores: FakeStores) -> None:
    stores.add(patent(7), published=False)
    del stores.held["r-1"]["USD0000000"]
    stores.held["r-2"]["USD0000001"].add(drawing_id("USD0000001", 9, 9))
    stores.held["r-2"]["USD0000099"] = {drawing_id("USD0000099", 1, 1)}
    stores.images.remove(drawing_id("USD0000002", 1, 1))
    stores.orphaned_images.add("drawings/zz")
    found = await examine(stores)
    assert set(found.findings) == {
        Finding(FindingKind.IMPORT_UNFINISHED, "USD0000007", "", 2),
        Finding(FindingKind.VECTORS_MISSING, "USD0000000", "r-1", 2),
        Finding(FindingKind.VECTORS_STALE, "USD0000001", "r-2", 1),
        Finding(FindingKind.VECTORS_ORPHANED, "USD0000099", "r-2", 1),
        Finding(FindingKind.OBJECT_MISSING, drawing_id("USD0000002", 1, 1)),
        Finding(FindingKind.OBJECT_ORPHANED, "drawings/zz"),
    }
    await repair(stores, found, lambda _: None)
    left = await examine(stores)
    # What is lost can only come back from its source.
    assert [one.kind for one in left.findings] == [FindingKind.OBJECT_MISSING]


async def test_vectors_of_a_generation_that_nobody_will_see_go(stores: FakeStores) -> None:
    stores.outdated["USD0000003"] = ids(patent(3))
    found = await examine(stores)
    assert set(found.findings) == {
        Finding(FindingKind.VECTORS_STALE, "USD0000003", release, 2) for release in RELEASES
    }
    await repair(stores, found, lambda _: None)
    assert (await examine(stores)).agrees


async def test_vectors_of_content_that_is_about_to_be_published_stay(stores: FakeStores) -> None:
    stores.outdated["USD0000003"] = ids(patent(3))
    stores.catalogue["USD0000003"] = replace(stores.catalogue["USD0000003"], newest=GENERATION - 1)
    assert (await examine(stores)).agrees


async def test_what_cannot_be_repaired_is_told_and_the_rest_goes_on(stores: FakeStores) -> None:
    for patent_id in ("USD0000000", "USD0000001"):
        del stores.held["r-1"][patent_id]
    stores.unreadable.add("USD0000000")
    told: list[str] = []
    await repair(stores, await examine(stores), told.append)
    assert len(told) == 1
    assert "USD0000000" in told[0]
    assert [one.subject for one in (await examine(stores)).findings] == ["USD0000000"]


async def test_an_import_that_ends_meanwhile_is_no_finding(stores: FakeStores) -> None:
    late = patent(8)
    stores.add(late, published=False)
    looks = 0

    def importing_goes_on(_: int) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            stores.add(late)

    assert (await examine(stores, importing_goes_on)).agrees
    assert looks >= 3


@given(st.lists(st.tuples(st.sampled_from(RELEASES), st.integers(0, 4), st.booleans()), max_size=8))
async def test_repaired_stores_agree(damages: list[tuple[str, int, bool]]) -> None:
    stores = FakeStores()
    for number in range(4):
        stores.add(patent(number))
    for release, number, remove in damages:
        patent_id = f"USD{number:07d}"
        if remove:
            stores.held[release].pop(patent_id, None)
        else:
            stores.held[release].setdefault(patent_id, set()).add(drawing_id(patent_id, 8, 8))
    found = await examine(stores)
    await repair(stores, found, lambda _: None)
    assert (await examine(stores)).agrees
