"""A DesignIndex over Milvus: a server, or the embedded Milvus Lite."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sevenviews.backends.records import NearestDrawing, StoredVector
from sevenviews.designs import PatentFilter, View
from sevenviews.vectors.binary import pack, score, signs
from sevenviews.vectors.drawings import PatentGenerations, PatentVectors
from sevenviews.vectors.expressions import (
    after_expression,
    filter_expression,
    generations_expression,
    patents_expression,
    rows_expression,
)
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.index_kinds import search_parameters
from sevenviews.vectors.milvus_releases import DEFAULT_STORAGE, MilvusReleases, Storage
from sevenviews.vectors.milvus_rows import NEAREST_FIELDS, STORED_FIELDS, nearest, rows_of, stored
from sevenviews.vectors.releases import Metric, Release

_ROWS_PER_CALL = 1000
_PATENTS_PER_CALL = 200
_TICK_SECONDS = 1.0
"""Within which a server's clock has surely passed a write."""


class MilvusIndex(MilvusReleases, DesignIndex):
    """Its vectors; how it connects, and what it keeps of releases, its base tells."""

    def __init__(self, url: str, token: str = "", storage: Storage = DEFAULT_STORAGE) -> None:
        super().__init__(url, token, storage)
        self._deleted_at = float("-inf")

    def _named(self, release_id: str, timeout: float) -> Release:
        known = self._known_releases.get(release_id)
        if known is None:
            looked_at = self._known_releases.now()
            known = super()._named(release_id, timeout)
            self._known_releases.put(known, looked_at)
        return known

    def _upsert(self, release: Release, patents: Sequence[PatentVectors], timeout: float) -> None:
        rows = [row for patent in patents for row in rows_of(patent)]
        for row in rows:
            row["embedding"] = self._stored_form(release, row["embedding"])
        written = {row["row_id"] for row in rows}
        generations = [PatentGenerations(one.patent_id, one.generation, one.generation) for one in patents]
        with self._writing:
            for at in range(0, len(rows), _ROWS_PER_CALL):
                self._call("upsert", timeout, release.collection, rows[at : at + _ROWS_PER_CALL])
            # Only now does the old go: a patent is never without drawings in between.
            stale = [one for one in self._row_ids(release, generations, timeout) if one not in written]
            for at in range(0, len(stale), _ROWS_PER_CALL):
                expression = rows_expression(stale[at : at + _ROWS_PER_CALL])
                self._call("delete", timeout, release.collection, filter=expression)
                self._deleted_at = time.monotonic()

    def _row_ids(
        self, release: Release, patents: Sequence[PatentGenerations], timeout: float
    ) -> Iterator[str]:
        for at in range(0, len(patents), _PATENTS_PER_CALL):
            expression = generations_expression(patents[at : at + _PATENTS_PER_CALL])
            for portion in self._in_order(release, expression, ("row_id",), timeout):
                yield from (row["row_id"] for row in portion)

    def _delete(self, release: Release, patents: Sequence[PatentGenerations], timeout: float) -> None:
        with self._writing:
            for at in range(0, len(patents), _PATENTS_PER_CALL):
                expression = generations_expression(patents[at : at + _PATENTS_PER_CALL])
                self._call("delete", timeout, release.collection, filter=expression)
            self._deleted_at = time.monotonic()

    def _search(
        self,
        release: Release,
        vectors: npt.NDArray[np.float32],
        patent_filter: PatentFilter,
        views: tuple[View, ...],
        limit: int,
        timeout: float,
    ) -> tuple[tuple[NearestDrawing, ...], ...]:
        found = self._call(
            "search",
            timeout,
            release.collection,
            data=[self._stored_form(release, vector) for vector in vectors],
            filter=filter_expression(patent_filter, views),
            limit=limit,
            output_fields=list(NEAREST_FIELDS),
            search_params=(
                {"metric_type": "HAMMING", "params": {}}
                if self._is_binary(release)
                else {"metric_type": "IP", "params": dict(search_parameters(release.index, limit))}
            ),
            anns_field="embedding",
            consistency_level=self._consistency_of_searches(),
        )
        return tuple(tuple(self._nearest(release, hit) for hit in hits) for hits in found)

    def _stored_form(
        self, release: Release, vector: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32] | bytes:
        if release.metric is Metric.IP:
            return vector
        return pack(vector) if self._is_binary(release) else signs(vector)

    def _nearest(self, release: Release, hit: Mapping[str, Any]) -> NearestDrawing:
        found = nearest(hit)
        if not self._is_binary(release):
            return found
        return replace(found, score=score(found.score, release.dimension))

    def _consistency_of_searches(self) -> str:
        """So that what this replica has written is found at once.

        "Strong" lets a search wait for the server's next tick, 0.2 s and more; "Session" only after a write by this
        client. But the server does not tell the time of a deletion by expression, so that none could be waited for.
        """
        recently = time.monotonic() - self._deleted_at < _TICK_SECONDS
        return "Strong" if recently else "Session"

    def _list(
        self,
        release: Release,
        patent_ids: tuple[str, ...],
        with_vectors: bool,
        timeout: float,
        after: str = "",
    ) -> Iterator[Sequence[StoredVector]]:
        fields = (*STORED_FIELDS, *(("embedding",) if with_vectors else ()))
        groups = [
            patents_expression(patent_ids[at : at + _PATENTS_PER_CALL])
            for at in range(0, len(patent_ids), _PATENTS_PER_CALL)
        ]
        for group in groups or [""]:
            for rows in self._in_order(release, group, fields, timeout, after):
                yield [stored(row, release.dimension) for row in rows]

    def _scan(
        self, release: Release, patent_filter: PatentFilter, timeout: float
    ) -> Iterator[Sequence[StoredVector]]:
        fields = (*STORED_FIELDS, "embedding")
        for rows in self._in_order(release, filter_expression(patent_filter, ()), fields, timeout):
            yield [stored(row, release.dimension) for row in rows]

    def _in_order(
        self, release: Release, expression: str, fields: Sequence[str], timeout: float, after: str = ""
    ) -> Iterator[Sequence[Mapping[str, Any]]]:
        """Rows in the order of their ids, which must be among the fields."""
        # A server gives the first rows by primary key wherever a limit is set. The embedded engine gives those that
        # it meets first, of which a page behind the last would lack some, unless it is told that an iterator asks.
        ordered = {"iterator": "True"} if self._is_lite else {}
        while True:
            behind = after_expression(after) + (f" and ({expression})" if expression else "")
            rows = self._rows(
                release, behind, timeout, output_fields=list(fields), limit=_ROWS_PER_CALL, **ordered
            )
            if rows:
                yield rows
            if len(rows) < _ROWS_PER_CALL:
                return
            after = rows[-1]["row_id"]

    def _rows(
        self, release: Release, expression: str, timeout: float, **options: Any
    ) -> list[Mapping[str, Any]]:
        rows = self._call("query", timeout, release.collection, filter=expression, **options)
        return list(rows)
