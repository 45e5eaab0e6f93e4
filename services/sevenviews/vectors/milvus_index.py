"""A DesignIndex over Milvus: a server, or the embedded Milvus Lite."""

from __future__ import annotations

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
from sevenviews.vectors.milvus_releases import MilvusReleases
from sevenviews.vectors.milvus_rows import NEAREST_FIELDS, STORED_FIELDS, nearest, rows_of, stored
from sevenviews.vectors.releases import Metric, Release

_ROWS_PER_CALL = 1000
_PATENTS_PER_CALL = 200
_CONSISTENCY = "Bounded"
"""Of what is read. A server's nodes learn of a write at their next tick, 0.2 s and more. Whoever writes waits for it
(`_upsert`, `_delete`), so that nobody has to who reads."""


class MilvusIndex(MilvusReleases, DesignIndex):
    """Its vectors; how it connects, and what it keeps of releases, its base tells."""

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
        with self._writing:
            for at in range(0, len(rows), _ROWS_PER_CALL):
                self._call("upsert", timeout, release.collection, rows[at : at + _ROWS_PER_CALL])
            # Only now does the old go: a patent is never without drawings in between.
            if stale := self._others_than({row["row_id"] for row in rows}, release, patents, timeout):
                portions = range(0, len(stale), _ROWS_PER_CALL)
                expressions = [rows_expression(stale[at : at + _ROWS_PER_CALL]) for at in portions]
                self._remove(release, expressions, timeout)

    def _others_than(
        self, written: set[str], release: Release, patents: Sequence[PatentVectors], timeout: float
    ) -> Sequence[str]:
        """Rows of these generations besides those that were just written. There are none but of another database: so
        they are counted before they are looked for."""
        others: list[str] = []
        for at in range(0, len(patents), _PATENTS_PER_CALL):
            portion = patents[at : at + _PATENTS_PER_CALL]
            expression = generations_expression(
                [PatentGenerations(one.patent_id, one.generation, one.generation) for one in portion]
            )
            expected = sum(len(one.drawings) for one in portion)
            if self._counted(release, expression, "Session", timeout) > expected:
                held = self._in_order(release, expression, ("row_id",), timeout)
                others += [row["row_id"] for rows in held for row in rows if row["row_id"] not in written]
        return others

    def _delete(self, release: Release, patents: Sequence[PatentGenerations], timeout: float) -> None:
        portions = range(0, len(patents), _PATENTS_PER_CALL)
        with self._writing:
            self._remove(
                release,
                [generations_expression(patents[at : at + _PATENTS_PER_CALL]) for at in portions],
                timeout,
            )

    def _remove(self, release: Release, expressions: Sequence[str], timeout: float) -> None:
        for expression in expressions:
            self._call("delete", timeout, release.collection, filter=expression)
        # The server does not tell the time of a deletion by expression, so that no session could wait for it.
        self._counted(release, expressions[-1], "Strong", timeout)

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
            consistency_level=_CONSISTENCY,
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
            rows = self._call(
                "query",
                timeout,
                release.collection,
                filter=behind,
                output_fields=list(fields),
                limit=_ROWS_PER_CALL,
                consistency_level=_CONSISTENCY,
                **ordered,
            )
            if rows:
                yield list(rows)
            if len(rows) < _ROWS_PER_CALL:
                return
            after = rows[-1]["row_id"]
