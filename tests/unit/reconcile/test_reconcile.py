"""Every disagreement is found, named and repaired; what is being imported meanwhile is none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.backends.records import AuditReport, GenerationRange, LostObject, PatentRecord, StoredVector
from sevenviews.designs import Drawing, Patent, Reason, SevenviewsError, drawing_id, key_of_digest
from sevenviews.reconcile import EVERYTHING, Finding, FindingKind, Stores, examine, repair
from sevenviews.runtime.encoded import EncodedPatent

RELEASES = ("r-1", "r-2")

Rows = dict[tuple[str, str, int], str]
"""Content keys by patent, drawing and generation."""


def patent(number: int, drawings: int = 2) -> Patent:
    patent_id = f"USD{number:07d}"
    rows = tuple(
        Drawing(drawing_id(patent_id, 1, n + 1), 1, content_digest=f"{number:04x}{n:04x}" * 8)
        for n in range(drawings)
    )
    return Patent(patent_id, drawings=rows)


def ids(one: Patent) -> set[str]:
    return {drawing.drawing_id for drawing in one.drawings}


def rows_of(one: Patent, generation: int) -> Rows:
    return {
        (one.patent_id, drawing.drawing_id, generation): key_of_digest(drawing.content_digest)
        for drawing in one.drawings
    }


async def nothing() -> None:
    """Nothing happens."""


@dataclass
class FakeStores(Stores):
    """Three stores in memory, that can be damaged, and that change while they are looked at."""

    catalogue: dict[str, PatentRecord] = field(default_factory=dict)
    behind: dict[str, PatentRecord] = field(default_factory=dict)
    """Staged in place of what is published."""

    held: dict[str, Rows] = field(default_factory=lambda: {one: {} for one in RELEASES})
    images: set[str] = field(default_factory=set)
    orphaned_images: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    on_vectors: Callable[[], Awaitable[None]] = nothing
    """Happens after a listing of vectors."""

    def add(self, one: Patent, *, published: bool = True, generation: int = 1) -> None:
        self.catalogue[one.patent_id] = PatentRecord(EncodedPatent.of(one), published, generation, generation)
        self.images |= ids(one)
        if published:
            for release_id in self.held:
                self.held[release_id] |= rows_of(one, generation)

    def remove(self, release_id: str, patent_id: str) -> None:
        self.held[release_id] = {
            key: value for key, value in self.held[release_id].items() if key[0] != patent_id
        }

    async def patents(self) -> AsyncIterator[Sequence[PatentRecord]]:
        rows = [self.catalogue[key] for key in sorted(self.catalogue)]
        for at in range(0, len(rows), 2):
            yield rows[at : at + 2]

    async def records(self, patent_ids: Sequence[str]) -> Mapping[str, PatentRecord]:
        return {one: self.catalogue[one] for one in patent_ids if one in self.catalogue}

    async def staged(self, patent_ids: Sequence[str]) -> Mapping[str, PatentRecord]:
        staged = self.behind | {id_: one for id_, one in self.catalogue.items() if not one.is_published}
        return {one: staged[one] for one in patent_ids if one in staged}

    async def release_ids(self) -> Sequence[str]:
        return list(self.held)

    async def vectors(
        self, release_id: str, patent_ids: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[StoredVector]]:
        rows = [
            StoredVector(drawing, patent_id, generation, content_key=key)
            for (patent_id, drawing, generation), key in sorted(self.held[release_id].items())
            if not patent_ids or patent_id in patent_ids
        ]
        for at in range(0, len(rows), 3):
            yield rows[at : at + 3]
        await self.on_vectors()

    async def objects(self, most_deleted: int | None = None) -> AsyncIterator[AuditReport]:
        wanted = self._named()
        lost = [LostObject(row, f"drawings/{row}", False) for row in sorted(wanted - self.images)]
        lost += [LostObject("", key, most_deleted is not None) for key in sorted(self.orphaned_images)]
        yield AuditReport(len(wanted), len(self.images), tuple(lost[:1]))
        yield AuditReport(0, len(self.orphaned_images), tuple(lost[1:]))
        if most_deleted is not None:
            assert len(self.orphaned_images) <= most_deleted
            self.orphaned_images.clear()

    def _named(self) -> set[str]:
        return {row for one in self.catalogue.values() for row in ids(one.patent)}

    async def is_missing(self, lost: LostObject) -> bool:
        return lost.drawing_id in self._named() - self.images

    async def finish_import(self, record: PatentRecord) -> None:
        self._readable(record.patent)
        self.behind.pop(record.patent_id, None)
        self.add(record.patent, generation=record.generation)
        if record.generation > 1:
            for release_id in self.held:
                before = GenerationRange(record.patent_id, 1, record.generation - 1)
                await self.delete_vectors(release_id, [before])

    async def write_vectors(self, record: PatentRecord) -> None:
        self._readable(record.patent)
        for release_id in self.held:
            await self.delete_vectors(
                release_id,
                [GenerationRange(record.patent.patent_id, record.generation, record.generation)],
            )
            self.held[release_id] |= rows_of(record.patent, record.generation)

    async def delete_vectors(self, release_id: str, ranges: Sequence[GenerationRange]) -> None:
        self.held[release_id] = {
            key: value
            for key, value in self.held[release_id].items()
            if not any(key[0] == one.patent_id and one.first <= key[2] <= one.last for one in ranges)
        }

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
    assert found.orphaned == {"r-1": 0, "r-2": 0}


async def test_every_damage_is_named(stores: FakeStores) -> None:
    stores.add(patent(7), published=False)
    stores.add(patent(6), generation=3)
    stores.remove("r-1", "USD0000000")
    stores.held["r-2"]["USD0000001", drawing_id("USD0000001", 9, 9), 1] = "f" * 16
    stores.held["r-1"]["USD0000004", drawing_id("USD0000004", 1, 1), 1] = "f" * 16
    stores.held["r-2"] |= rows_of(patent(6), 2)
    stores.held["r-2"]["USD0000099", drawing_id("USD0000099", 1, 1), 4] = "f" * 16
    stores.held["r-1"] |= rows_of(patent(2), 2)
    stores.images.remove(drawing_id("USD0000002", 1, 1))
    stores.orphaned_images.add("drawings/zz")
    found = await examine(stores)
    assert found.findings == sorted(
        [
            Finding(FindingKind.IMPORT_UNFINISHED, "USD0000007", "", 2, 1),
            Finding(FindingKind.VECTORS_MISSING, "USD0000000", "r-1", 2, 1),
            Finding(FindingKind.VECTORS_WRONG, "USD0000001", "r-2", 1, 1),
            Finding(FindingKind.VECTORS_WRONG, "USD0000004", "r-1", 1, 1),
            Finding(FindingKind.VECTORS_STALE, "USD0000006", "r-2", 2, 2),
            Finding(FindingKind.VECTORS_ORPHANED, "USD0000099", "r-2", 1, 4),
            # Of a generation that the database has not given out: it is an older one.
            Finding(FindingKind.VECTORS_ORPHANED, "USD0000002", "r-1", 2, 2),
            Finding(FindingKind.OBJECT_MISSING, drawing_id("USD0000002", 1, 1)),
            Finding(FindingKind.OBJECT_ORPHANED, "drawings/zz"),
        ]
    )
    assert found.orphaned == {"r-1": 2, "r-2": 1}
    await repair(stores, found, lambda _: None, EVERYTHING)
    left = await examine(stores)
    # What is lost can only come back from its source.
    assert [one.kind for one in left.findings] == [FindingKind.OBJECT_MISSING]


async def test_what_cannot_be_repaired_is_told_and_the_rest_goes_on(stores: FakeStores) -> None:
    for patent_id in ("USD0000000", "USD0000001"):
        stores.remove("r-1", patent_id)
    stores.unreadable.add("USD0000000")
    told: list[str] = []
    await repair(stores, await examine(stores), told.append)
    assert len(told) == 1
    assert "USD0000000" in told[0]
    assert [one.subject for one in (await examine(stores)).findings] == ["USD0000000"]


@pytest.mark.parametrize(("orphans", "refused"), [(1, False), (2, True)])
async def test_a_repair_that_would_delete_too_much_deletes_nothing(
    stores: FakeStores, orphans: int, refused: bool
) -> None:
    """Of twenty drawings that the database knows, five in a hundred are one."""
    for number in range(5, 10):
        stores.add(patent(number))
    for number in range(orphans):
        stores.held["r-1"]["USD0000099", drawing_id("USD0000099", 1, number), 1] = "f" * 16
    stores.orphaned_images.add("drawings/zz")
    found = await examine(stores)
    before = {release: dict(rows) for release, rows in stores.held.items()}
    if not refused:
        await repair(stores, found, lambda _: None)
        assert (await examine(stores)).agrees
        return
    with pytest.raises(SevenviewsError) as caught:
        await repair(stores, found, lambda _: None)
    assert caught.value.reason is Reason.REPAIR_REFUSED
    assert caught.value.metadata == {
        "store": "r-1",
        "deletions": "2",
        "stored": "22",
        "most_percent": "5",
    }
    assert stores.held == before
    assert stores.orphaned_images == {"drawings/zz"}
    await repair(stores, found, lambda _: None, EVERYTHING)
    assert (await examine(stores)).agrees


async def test_an_empty_database_keeps_its_vectors(stores: FakeStores) -> None:
    before = {release: dict(rows) for release, rows in stores.held.items()}
    stores.catalogue.clear()
    with pytest.raises(SevenviewsError) as caught:
        await repair(stores, await examine(stores), lambda _: None)
    assert caught.value.reason is Reason.REPAIR_REFUSED
    assert stores.held == before


async def test_a_database_that_is_lost_after_the_count_keeps_its_vectors(stores: FakeStores) -> None:
    """The deletion counts for itself: it believes no examination of before."""
    stores.held["r-2"] |= rows_of(patent(4), 7)
    stores.add(replace(patent(4)), generation=9)
    found = await examine(stores)
    assert found.counts[FindingKind.VECTORS_STALE] == 3
    before = {release: dict(rows) for release, rows in stores.held.items()}
    stores.catalogue.clear()
    with pytest.raises(SevenviewsError) as caught:
        await repair(stores, found, lambda _: None)
    assert caught.value.reason is Reason.REPAIR_REFUSED
    assert stores.held == before


async def test_what_was_replaced_is_deleted_however_much_it_is(stores: FakeStores) -> None:
    """The database itself says that nobody will see it."""
    for number in range(5):
        stores.add(patent(number), generation=2)
    found = await examine(stores)
    assert found.counts == {FindingKind.VECTORS_STALE: 10}
    await repair(stores, found, lambda _: None)
    assert (await examine(stores)).agrees


async def test_a_staged_generation_is_finished_and_its_vectors_are_let_alone(stores: FakeStores) -> None:
    """Behind what is published, and of a patent of which nothing is."""
    record = stores.catalogue["USD0000003"]
    other = patent(3, drawings=4)
    stores.catalogue["USD0000003"] = replace(record, newest=2)
    stores.behind["USD0000003"] = PatentRecord(EncodedPatent.of(other), False, 2, 2)
    stores.held["r-1"] |= rows_of(other, 2)
    stores.add(patent(8), published=False)
    stores.held["r-1"] |= rows_of(patent(8), 1)
    found = await examine(stores)
    assert found.findings == [
        Finding(FindingKind.IMPORT_UNFINISHED, "USD0000003", "", 4, 2),
        Finding(FindingKind.IMPORT_UNFINISHED, "USD0000008", "", 2, 1),
    ]
    await repair(stores, found, lambda _: None)
    assert (await examine(stores)).agrees
    assert (stores.catalogue["USD0000003"].generation, stores.catalogue["USD0000003"].patent) == (2, other)


async def test_a_replacement_that_ends_meanwhile_is_no_finding(stores: FakeStores) -> None:
    record = stores.catalogue["USD0000003"]
    stores.catalogue["USD0000003"] = replace(record, newest=2)
    assert (await examine(stores)).agrees


async def test_an_import_that_ends_meanwhile_is_no_finding(stores: FakeStores) -> None:
    late = patent(8)
    stores.add(late, published=False)
    stores.images -= ids(late)
    looks = 0

    def importing_goes_on(_: int) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            stores.add(late)

    assert (await examine(stores, importing_goes_on)).agrees
    assert looks >= 3


async def test_a_replacement_that_comes_meanwhile_is_no_finding(stores: FakeStores) -> None:
    """Between the record and its vectors, and between the vectors and their record."""
    generation = 1

    async def replace_all() -> None:
        nonlocal generation
        generation += 1
        for number in range(5):
            stores.add(patent(number), generation=generation)
            for release_id in RELEASES:
                sweep = GenerationRange(patent(number).patent_id, 1, generation - 1)
                await stores.delete_vectors(release_id, [sweep])

    stores.on_vectors = replace_all
    found = await examine(stores)
    # What was listed and then swept is stale indeed; nothing that is published is held to be wrong.
    assert found.counts.keys() <= {FindingKind.VECTORS_STALE}
    await repair(stores, found, lambda _: None)
    stores.on_vectors = nothing
    assert (await examine(stores)).agrees


async def test_a_repair_that_comes_late_touches_nothing_that_was_written_since(stores: FakeStores) -> None:
    stores.add(patent(7), published=False)
    stores.remove("r-1", "USD0000000")
    found = await examine(stores)
    stores.add(patent(7), generation=4)
    del stores.catalogue["USD0000000"]
    for release_id in RELEASES:
        stores.remove(release_id, "USD0000000")
    await repair(stores, found, lambda _: None)
    assert stores.catalogue["USD0000007"].generation == 4
    assert "USD0000000" not in stores.catalogue
    assert (await examine(stores)).agrees


async def test_what_is_told_is_bounded_and_what_is_counted_is_not(stores: FakeStores) -> None:
    for number in range(5):
        stores.remove("r-1", f"USD{number:07d}")
    rounds = 0
    while not (found := await examine(stores, most_findings=3)).agrees:
        assert (found.counts.total(), len(found.findings)) == (5 - 3 * rounds, min(3, 5 - 3 * rounds))
        await repair(stores, found, lambda _: None)
        rounds += 1
    assert rounds == 2


@given(
    st.lists(
        st.tuples(
            st.sampled_from(RELEASES),
            st.integers(0, 4),
            st.sampled_from(["lost", "replaced", "orphaned", "wrong"]),
        ),
        max_size=8,
    )
)
async def test_repaired_stores_agree(damages: list[tuple[str, int, str]]) -> None:
    stores = FakeStores()
    for number in range(4):
        stores.add(patent(number), generation=2)
    for release, number, damage in damages:
        patent_id = f"USD{number:07d}"
        match damage:
            case "lost":
                stores.remove(release, patent_id)
            case "replaced":
                stores.held[release] |= rows_of(patent(number), 1)
            case "orphaned":
                stores.held[release] |= rows_of(patent(number), 5)
            case "wrong":
                stores.held[release][patent_id, drawing_id(patent_id, 8, 8), 2] = "f" * 16
    found = await examine(stores)
    await repair(stores, found, lambda _: None, EVERYTHING)
    assert (await examine(stores)).agrees
