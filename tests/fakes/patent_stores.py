"""The ports of the metadata service in memory: a PatentTable and an ObjectStore."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sevenviews.backends.records import PatentGeneration
from sevenviews.designs import (
    BY_ID,
    SAME_DRAWINGS,
    Facet,
    FacetValue,
    Patent,
    PatentFilter,
    PatentOrder,
    families,
)
from sevenviews.designs.terms import holder_key, person_key
from sevenviews.metadata.objects import PREFIX, ObjectStore, StoredObject
from sevenviews.metadata.patent_table import (
    NOTHING_SEEN,
    PatentRecord,
    PatentTable,
    Place,
    PublishedSummary,
    Role,
    State,
    Versions,
    check_seen,
)
from sevenviews.metadata.sql_families import storable_keys
from sevenviews.runtime.encoded import EncodedPatent, summary_of
from tests.fakes.facets import facet_of


@dataclass(frozen=True, slots=True)
class _Content:
    """One version of a patent."""

    patent: Patent
    digest: str
    object_keys: Mapping[str, str]
    generation: int
    change: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    """What is stored under an id."""

    newest: int = 0
    published: _Content | None = None
    staged: _Content | None = None

    @property
    def versions(self) -> Versions:
        published, staged = self.published, self.staged
        return Versions(
            self.newest,
            published.generation if published else 0,
            published.digest if published else None,
            staged.digest if staged else None,
        )

    def record(self, *, include_staged: bool) -> PatentRecord | None:
        if self.published is not None:
            encoded = EncodedPatent.of(self.published.patent)
            published = self.published
            return PatentRecord(encoded, State.PUBLISHED, published.generation, self.newest, published.change)
        if self.staged is not None and include_staged:
            return PatentRecord(EncodedPatent.of(self.staged.patent), State.STAGED, self.newest, self.newest)
        return None


def _rank(place: Place) -> tuple[date, str]:
    return place.day or date.min, place.patent_id


class FakePatentTable(PatentTable):
    """Patents in a dictionary, filtered by the domain's definition."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, _Row] = defaultdict(_Row)
        self._sources: dict[tuple[str, str], int] = {}
        self._change = 0
        self._lock = threading.Lock()

    def watermark(self) -> int:
        return self._change

    def versions(self, patent_id: str) -> Versions:
        with self._lock:
            return self._rows[patent_id].versions

    def stage(
        self, patent: Patent, digest: str, object_keys: Mapping[str, str], known: Versions
    ) -> int | None:
        with self._lock:
            row = self._rows[patent.patent_id]
            if row.versions != known:
                return None
            generation = row.newest + 1
            staged = _Content(patent, digest, dict(object_keys), generation)
            self._rows[patent.patent_id] = replace(row, newest=generation, staged=staged)
            return generation

    def publish(self, wanted: Sequence[PatentGeneration]) -> Sequence[Versions]:
        with self._lock:
            number = self._change + 1
            for one in wanted:
                row = self._rows[one.patent_id]
                if row.staged is not None and row.newest == one.generation:
                    published = replace(row.staged, change=number)
                    self._rows[one.patent_id] = _Row(row.newest, published=published)
                    self._change = number
            return [self._rows[one.patent_id].versions for one in wanted]

    def get(self, patent_ids: Sequence[str], *, include_staged: bool) -> Mapping[str, PatentRecord]:
        with self._lock:
            found = {one: self._rows[one].record(include_staged=include_staged) for one in patent_ids}
        return {id_: record for id_, record in found.items() if record is not None}

    def staged(self, patent_ids: Sequence[str]) -> Mapping[str, PatentRecord]:
        with self._lock:
            found = {one: replace(self._rows[one], published=None) for one in patent_ids}
        records = {one: row.record(include_staged=True) for one, row in found.items()}
        return {id_: record for id_, record in records.items() if record is not None}

    def summaries(self, patent_ids: Sequence[str]) -> Mapping[str, PublishedSummary]:
        return {
            id_: PublishedSummary(
                id_,
                one.generation,
                summary_of(one.encoded.message).SerializeToString(deterministic=True),
                one.change,
            )
            for id_, one in self.get(patent_ids, include_staged=False).items()
        }

    def page(
        self,
        patent_filter: PatentFilter,
        after: Place | None,
        limit: int,
        *,
        include_staged: bool,
        order: PatentOrder = BY_ID,
    ) -> Sequence[PatentRecord]:
        listing = self._listing(patent_filter, include_staged=include_staged)
        places = {one.patent.patent_id: Place(one.patent.patent_id, order.day(one.patent)) for one in listing}
        listing.sort(key=lambda one: _rank(places[one.patent.patent_id]), reverse=order.descending)

        def is_behind(one: PatentRecord) -> bool:
            if after is None:
                return True
            rank = _rank(places[one.patent.patent_id])
            return rank < _rank(after) if order.descending else rank > _rank(after)

        return list(filter(is_behind, listing))[:limit]

    def ids(self, *, include_staged: bool) -> Iterator[Sequence[PatentGeneration]]:
        listing = self._listing(PatentFilter(), include_staged=include_staged)
        if listing:
            yield [PatentGeneration(one.patent.patent_id, one.generation) for one in listing]

    def estimate(self, patent_filter: PatentFilter, *, include_staged: bool) -> int:
        return len(self._listing(patent_filter, include_staged=include_staged))

    def facet(self, patent_filter: PatentFilter, facet: Facet, limit: int) -> Sequence[FacetValue]:
        listing = self._listing(patent_filter, include_staged=False)
        return facet_of([one.patent for one in listing], facet)[:limit]

    def delete(
        self, patent_ids: Sequence[str], seen: Mapping[str, int] = NOTHING_SEEN
    ) -> Sequence[PatentGeneration]:
        with self._lock:
            check_seen(seen, {one: self._rows[one].versions for one in seen})
            there = [one for one in patent_ids if self._rows[one].record(include_staged=True)]
            for one in there:
                self._rows[one] = _Row(self._rows[one].newest + 1)
            self._change += bool(there)
            return [PatentGeneration(one, self._rows[one].newest) for one in there]

    def published_ids(self, wanted: Sequence[str], around: str, count: int) -> Sequence[str]:
        there = [one.patent.patent_id for one in self._listing(PatentFilter(), include_staged=False)]
        before, behind = [one for one in there if one < around], [one for one in there if one > around]
        return [*(one for one in wanted if one in there), *before[len(before) - count :], *behind[:count]]

    def known_keys(self, role: Role, wanted: Sequence[str]) -> set[str]:
        return self._names(role).keys() & set(wanted)

    def keys_from(self, role: Role, start: str, limit: int) -> Sequence[str]:
        return [key for key in self._names(role) if key.startswith(start)][:limit]

    def printed_names(self, role: Role, keys: Sequence[str]) -> Mapping[str, str]:
        return {key: name for key, name in self._names(role).items() if key in keys}

    def sources(self, digests: Sequence[str]) -> Mapping[str, str]:
        known = {
            digest: patent_id
            for (digest, patent_id), generation in self._sources.items()
            if self._rows[patent_id].versions.published_generation == generation
        }
        for one in self._listing(PatentFilter(), include_staged=False):
            known[one.patent.source_digest] = one.patent.patent_id
        return {digest: known[digest] for digest in digests if digest in known}

    def add_source(self, patent_id: str, generation: int, digest: str) -> None:
        self._sources[digest, patent_id] = generation

    def families(self, patent_ids: Sequence[str], *, same_drawings: bool) -> Mapping[str, Sequence[str]]:
        listing = [one.patent for one in self._listing(PatentFilter(), include_staged=False)]
        return others_of(listing, patent_ids, same_drawings=same_drawings)

    def _names(self, role: Role) -> dict[str, str]:
        """As they are printed, by key."""
        patents = [one.patent for one in self._listing(PatentFilter(), include_staged=False)]
        if role is Role.HOLDER:
            return {holder_key(name): name for one in patents for name in one.holders}
        return {person_key(party.name): party.name for one in patents for party in one.inventors}

    def drawing_keys(self, drawing_ids: Sequence[str]) -> Mapping[str, str]:
        return {
            id_: key
            for content in self._contents(include_staged=False)
            for id_, key in content.object_keys.items()
            if id_ in drawing_ids
        }

    def names(self, object_key: str) -> bool:
        return any(
            object_key in content.object_keys.values() for content in self._contents(include_staged=True)
        )

    def object_keys(self, after: str = "") -> Iterator[tuple[str, str]]:
        named: dict[str, str] = {}
        for content in self._contents(include_staged=True):
            for drawing_id, key in content.object_keys.items():
                named[key] = min(drawing_id, named.get(key, drawing_id))
        yield from sorted((key, drawing_id) for key, drawing_id in named.items() if key > after)

    def check(self) -> None:
        return

    def _listing(self, patent_filter: PatentFilter, *, include_staged: bool) -> list[PatentRecord]:
        with self._lock:
            rows = [self._rows[one].record(include_staged=include_staged) for one in sorted(self._rows)]
        return [one for one in rows if one is not None and patent_filter.matches(one.patent)]

    def _contents(self, *, include_staged: bool) -> list[_Content]:
        """Published ones first."""
        with self._lock:
            rows = list(self._rows.values())
        published = [row.published for row in rows if row.published is not None]
        staged = [row.staged for row in rows if row.staged is not None]
        return published + staged if include_staged else published


def others_of(
    published: Sequence[Patent], patent_ids: Sequence[str], *, same_drawings: bool
) -> dict[str, Sequence[str]]:
    """The other members of the families of some patents, of those that have some."""
    members = families(
        {
            one.patent_id: [
                key for key in storable_keys(one) if same_drawings or not key.startswith(SAME_DRAWINGS)
            ]
            for one in published
        }
    )
    others = {one: [id_ for id_ in members.get(one, ()) if id_ != one] for one in patent_ids}
    return {one: its for one, its in others.items() if its}


class FakeObjectStore(ObjectStore):
    """Objects in a dictionary. A test may change both: lose an object, or make it older."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.modified: dict[str, float] = {}

    def put(self, key: str, content: bytes) -> None:
        self.contents[key] = content
        self.modified[key] = time.time()

    def get(self, key: str) -> bytes | None:
        return self.contents.get(key)

    def stat(self, key: str) -> StoredObject | None:
        return StoredObject(key, self.modified[key]) if key in self.contents else None

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.contents.pop(key, None)
            self.modified.pop(key, None)

    def list(self, after: str = "") -> Iterator[StoredObject]:
        for key in sorted(self.contents):
            if key.startswith(PREFIX) and key > after:
                yield StoredObject(key, self.modified[key])

    def check(self) -> None:
        return
