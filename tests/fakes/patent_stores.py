"""The ports of the metadata service in memory: a PatentTable and an ObjectStore."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sevenviews.designs import Patent, PatentFilter
from sevenviews.metadata.objects import PREFIX, ObjectStore, StoredObject
from sevenviews.metadata.patent_table import Digests, ListedPatent, PatentTable, State


@dataclass(frozen=True, slots=True)
class _Content:
    """One version of a patent."""

    patent: Patent
    digest: str
    object_keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Row:
    """What is stored under an id."""

    published: _Content | None = None
    staged: _Content | None = None

    @property
    def digests(self) -> Digests:
        return Digests(
            self.published.digest if self.published else None, self.staged.digest if self.staged else None
        )

    @property
    def listed(self) -> ListedPatent:
        if self.published is not None:
            return ListedPatent(self.published.patent, State.PUBLISHED)
        assert self.staged is not None
        return ListedPatent(self.staged.patent, State.STAGED)


class FakePatentTable(PatentTable):
    """Patents in a dictionary, filtered by the domain's definition."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}
        self._lock = threading.Lock()

    def digests(self, patent_id: str) -> Digests:
        with self._lock:
            return self._rows.get(patent_id, _Row()).digests

    def stage(self, patent: Patent, digest: str, object_keys: Mapping[str, str], known: Digests) -> bool:
        with self._lock:
            row = self._rows.get(patent.patent_id, _Row())
            if row.digests != known:
                return False
            self._rows[patent.patent_id] = replace(row, staged=_Content(patent, digest, dict(object_keys)))
            return True

    def publish(self, patent_id: str, digest: str) -> bool:
        with self._lock:
            row = self._rows.get(patent_id, _Row())
            if row.staged is None or row.staged.digest != digest:
                return row.digests.published == digest
            self._rows[patent_id] = _Row(published=row.staged)
            return True

    def published(self, patent_ids: Sequence[str]) -> Mapping[str, Patent]:
        with self._lock:
            rows = {one: self._rows[one] for one in patent_ids if one in self._rows}
        return {one: row.published.patent for one, row in rows.items() if row.published is not None}

    def page(
        self, patent_filter: PatentFilter, after: str, limit: int, *, include_staged: bool
    ) -> Sequence[ListedPatent]:
        listing = self._listing(patent_filter, include_staged=include_staged)
        return [one for one in listing if one.patent.patent_id > after][:limit]

    def ids(self, *, include_staged: bool) -> Iterator[Sequence[str]]:
        listing = self._listing(PatentFilter(), include_staged=include_staged)
        if listing:
            yield [one.patent.patent_id for one in listing]

    def count(self, patent_filter: PatentFilter, *, include_staged: bool) -> int:
        return len(self._listing(patent_filter, include_staged=include_staged))

    def delete(self, patent_ids: Sequence[str]) -> int:
        with self._lock:
            return sum(self._rows.pop(one, None) is not None for one in patent_ids)

    def object_key(self, drawing_id: str, *, include_staged: bool) -> str | None:
        for content in self._contents(include_staged=include_staged):
            if drawing_id in content.object_keys:
                return content.object_keys[drawing_id]
        return None

    def object_keys(self) -> Iterator[tuple[str, str]]:
        named: dict[str, str] = {}
        for content in self._contents(include_staged=True):
            for drawing_id, key in content.object_keys.items():
                named[key] = min(drawing_id, named.get(key, drawing_id))
        yield from sorted(named.items())

    def check(self) -> None:
        return

    def _listing(self, patent_filter: PatentFilter, *, include_staged: bool) -> list[ListedPatent]:
        with self._lock:
            rows = [self._rows[one].listed for one in sorted(self._rows)]
        return [
            one
            for one in rows
            if (include_staged or one.state is State.PUBLISHED) and patent_filter.matches(one.patent)
        ]

    def _contents(self, *, include_staged: bool) -> list[_Content]:
        """Published ones first."""
        with self._lock:
            rows = list(self._rows.values())
        published = [row.published for row in rows if row.published is not None]
        staged = [row.staged for row in rows if row.staged is not None]
        return published + staged if include_staged else published


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

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.contents.pop(key, None)
            self.modified.pop(key, None)

    def list(self) -> Iterator[StoredObject]:
        for key in sorted(self.contents):
            if key.startswith(PREFIX):
                yield StoredObject(key, self.modified[key])

    def check(self) -> None:
        return
