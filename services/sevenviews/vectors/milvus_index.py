"""A DesignIndex over Milvus: a server, or the embedded Milvus Lite."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import MilvusClient

from sevenviews.designs import PatentFilter, View
from sevenviews.vectors.binary import pack, score, signs
from sevenviews.vectors.drawings import NearestDrawing, PatentGenerations, PatentVectors, StoredVector
from sevenviews.vectors.expressions import (
    after_expression,
    filter_expression,
    generations_expression,
    patents_expression,
    rows_expression,
)
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.milvus_errors import (
    AliasAbsentError,
    CollectionAbsentError,
    NotLoadedError,
    translated,
    unavailable,
)
from sevenviews.vectors.milvus_rows import (
    NEAREST_FIELDS,
    STORED_FIELDS,
    nearest,
    rows_of,
    schema,
    stored,
)
from sevenviews.vectors.releases import (
    Metric,
    Release,
    from_property,
    is_release_collection,
    not_found,
    to_property,
)

_ALIAS = "serving"
_PROPERTY = "sevenviews.release"
_LITE = "milvus-lite:"
_ROWS_PER_CALL = 1000
_PATENTS_PER_CALL = 200
_INDEX_POLL_SECONDS = 0.2
_TICK_SECONDS = 1.0
"""Within which a server's clock has surely passed a write."""


class MilvusIndex(DesignIndex):
    """Connects at its first use, and again after a failure.

    Args:
        url: milvus-lite:PATH, or http(s)://HOST:PORT.
        token: of the server.

    Raises:
        ValueError: another URL.
    """

    def __init__(self, url: str, token: str = "") -> None:
        super().__init__()
        # A missing alias is an ordinary answer here; pymilvus would write a page of traceback for it.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        self._is_lite = url.startswith(_LITE)
        self._uri = _lite_path(url) if self._is_lite else url
        if not self._is_lite and not url.startswith(("http://", "https://")):
            raise ValueError(f"vectors URL {url!r} is neither milvus-lite:PATH nor http(s)://HOST:PORT")
        self._token = token
        self._client: MilvusClient | None = None
        self._connecting = threading.Lock()
        self._deleted_at = float("-inf")
        # The embedded engine is one process over one directory, and does one write at a time.
        self._writing: contextlib.AbstractContextManager[Any] = (
            threading.Lock() if self._is_lite else contextlib.nullcontext()
        )

    def close(self) -> None:
        with self._connecting:
            if self._client is not None:
                self._client.close()
                self._client = None

    # Releases

    def _release(self, release_id: str, timeout: float) -> Release | None:
        name = Release(release_id, "", 0).collection
        properties = self._properties(name, timeout)
        if properties is None:
            return None
        return self._described(properties, serving=self._serving_collection(timeout) == name)

    def _releases(self, timeout: float) -> Sequence[Release]:
        serving = self._serving_collection(timeout)
        found = []
        for name in self._call("list_collections", timeout):
            properties = self._properties(name, timeout) if is_release_collection(name) else None
            if properties is not None:
                found.append(self._described(properties, serving=name == serving))
        return found

    def _serving(self, timeout: float) -> Release | None:
        name = self._serving_collection(timeout)
        properties = self._properties(name, timeout) if name else None
        return None if properties is None else self._described(properties, serving=True)

    def _create(self, release: Release, timeout: float) -> None:
        client = self._connected(timeout)
        binary = self._is_binary(release)
        fields = schema(client, release.dimension, binary=binary)
        parameters = client.prepare_index_params()
        if binary:
            parameters.add_index("embedding", index_type="BIN_FLAT", metric_type="HAMMING", params={})
        else:
            parameters.add_index(
                "embedding",
                index_type="HNSW",
                metric_type="IP",
                params={"M": release.index.m, "efConstruction": release.index.ef_construction},
            )
        with self._writing:
            # Left by a creation that was cut off before its property was written.
            if self._call("has_collection", timeout, release.collection):
                self._call("drop_collection", timeout, release.collection)
            self._call(
                "create_collection",
                timeout,
                release.collection,
                schema=fields,
                consistency_level="Strong",
            )
            self._call("create_index", timeout, release.collection, parameters)
            self._keep(release, timeout)
            # Last, because a server may take longer for it than this request has: whatever comes next finds the
            # release, and loads it if need be.
            self._call("load_collection", timeout, release.collection)

    def _promote(self, release: Release, timeout: float) -> None:
        with self._writing:
            # The time first: a serving release without one would be taken for one that never served.
            self._keep(release, timeout)
            method = "alter_alias" if self._serving_collection(timeout) else "create_alias"
            self._call(method, timeout, release.collection, _ALIAS)

    def _retire(self, release: Release, timeout: float) -> None:
        with self._writing:
            self._call("drop_collection", timeout, release.collection)

    def _keep(self, release: Release, timeout: float) -> None:
        properties = {_PROPERTY: to_property(release)}
        self._call("alter_collection_properties", timeout, release.collection, properties)

    def _build_index(self, release: Release, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        # What was written last lies in a growing segment, which has no index until it is sealed.
        self._call("flush", timeout, release.collection)
        while self._rows_without_index(release, timeout):
            if time.monotonic() > deadline:
                raise unavailable(f"the index of {release.release_id} is still being built")
            time.sleep(_INDEX_POLL_SECONDS)

    def _rows_without_index(self, release: Release, timeout: float) -> int:
        """Always 0 in the embedded engine, which builds as it writes."""
        described = self._call("describe_index", timeout, release.collection, "embedding")
        return int((described or {}).get("pending_index_rows", 0))

    def _count(self, release: Release, timeout: float) -> int:
        rows = self._rows(release, "", timeout, output_fields=["count(*)"])
        return int(rows[0]["count(*)"])

    # Vectors

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
            # HNSW needs at least as many candidates as it is to return.
            search_params=(
                {"metric_type": "HAMMING", "params": {}}
                if self._is_binary(release)
                else {"metric_type": "IP", "params": {"ef": max(release.index.ef, limit)}}
            ),
            anns_field="embedding",
            consistency_level=self._consistency_of_searches(),
        )
        return tuple(tuple(self._nearest(release, hit) for hit in hits) for hits in found)

    def _is_binary(self, release: Release) -> bool:
        """The embedded engine has no binary vectors: there, signs are kept as floats, which score the same."""
        return release.metric is Metric.HAMMING and not self._is_lite

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
        self, release: Release, patent_ids: tuple[str, ...], with_vectors: bool, timeout: float
    ) -> Iterator[Sequence[StoredVector]]:
        fields = (*STORED_FIELDS, *(("embedding",) if with_vectors else ()))
        groups = [
            patents_expression(patent_ids[at : at + _PATENTS_PER_CALL])
            for at in range(0, len(patent_ids), _PATENTS_PER_CALL)
        ]
        for group in groups or [""]:
            for rows in self._in_order(release, group, fields, timeout):
                yield [stored(row, release.dimension) for row in rows]

    def _in_order(
        self, release: Release, expression: str, fields: Sequence[str], timeout: float
    ) -> Iterator[Sequence[Mapping[str, Any]]]:
        """Rows in the order of their ids, which must be among the fields."""
        # A server gives the first rows by primary key wherever a limit is set. The embedded engine gives those that
        # it meets first, of which a page behind the last would lack some, unless it is told that an iterator asks.
        ordered = {"iterator": "True"} if self._is_lite else {}
        after = ""
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

    # Milvus itself

    def _serving_collection(self, timeout: float) -> str:
        """Empty if nothing serves."""
        try:
            return str(self._call("describe_alias", timeout, _ALIAS)["collection_name"])
        except (AliasAbsentError, CollectionAbsentError):
            return ""

    def _properties(self, collection: str, timeout: float) -> Mapping[str, str] | None:
        """None if there is no such collection, or it is not finished."""
        try:
            properties = self._call("describe_collection", timeout, collection).get("properties") or {}
        except CollectionAbsentError:
            return None
        return properties if _PROPERTY in properties else None

    def _described(self, properties: Mapping[str, str], *, serving: bool) -> Release:
        return from_property(properties[_PROPERTY], serving=serving)

    def _connected(self, timeout: float) -> MilvusClient:
        with self._connecting:
            if self._client is None:
                with translated(lite=self._is_lite):
                    self._client = MilvusClient(self._uri, token=self._token, timeout=timeout)
            return self._client

    def _call(self, method: str, timeout: float, *arguments: Any, **options: Any) -> Any:
        client = self._connected(timeout)
        try:
            try:
                with translated(lite=self._is_lite):
                    return getattr(client, method)(*arguments, timeout=timeout, **options)
            except NotLoadedError:
                # An engine that was started again has its collections on disk, and not yet in memory.
                with translated(lite=self._is_lite):
                    client.load_collection(arguments[0], timeout=timeout)
                    return getattr(client, method)(*arguments, timeout=timeout, **options)
        except CollectionAbsentError as error:
            if arguments and method in {"search", "query", "upsert", "delete"}:
                # Retired between our look and our call.
                raise not_found(str(arguments[0])) from error
            raise


def _lite_path(url: str) -> str:
    path = Path(url.removeprefix(_LITE))
    if not str(url.removeprefix(_LITE)):
        raise ValueError("vectors URL milvus-lite: needs a path")
    if path.suffix != ".db":
        path = path / "milvus.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    return str(path)
