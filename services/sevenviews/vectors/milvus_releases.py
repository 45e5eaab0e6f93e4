"""The hooks of releases over Milvus, a server or the embedded Milvus Lite, and the way in which it is called."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException

from sevenviews.designs import SevenviewsError
from sevenviews.runtime.proxies import channel_options
from sevenviews.vectors.index_kinds import build_parameters
from sevenviews.vectors.known_releases import KnownReleases
from sevenviews.vectors.milvus_errors import (
    AliasAbsentError,
    CollectionAbsentError,
    NotLoadedError,
    translated,
    unavailable,
)
from sevenviews.vectors.milvus_rows import schema
from sevenviews.vectors.release_facts import Facts, is_release, release_of
from sevenviews.vectors.release_store import ReleaseStore
from sevenviews.vectors.releases import Metric, Release, is_release_collection, not_found, release_id_of
from sevenviews.vectors.turns import Turn, turn_number

log = structlog.get_logger()

_LITE = "milvus-lite:"
_OF_A_RELEASE = {
    "search",
    "query",
    "upsert",
    "delete",
    "flush",
    "create_alias",
    "create_index",
    "describe_index",
    "list_indexes",
    "load_collection",
    "alter_collection_properties",
}
"""Calls that name the collection of a release, first of all."""
_INDEX_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Storage:
    """How a server keeps the collections that are made from now on; the embedded engine has one way.

    Attributes:
        shards: that writes are shared out over.
        replicas: in memory, that searches are shared out over.
        mmap: map vectors and fields from disk, where they need not be in memory.
    """

    shards: int = 1
    replicas: int = 1
    mmap: bool = False


DEFAULT_STORAGE = Storage()

_FILTERED_TEXTS = ("patent_id", "office", "kind")
_FILTERED_NUMBERS = ("publication_date", "filing_date")
_FILTERED_ARRAYS = ("locarno", "uspc", "holders", "inventors")
"""What filters ask for. Without an index a filter reads the field of every row."""


class MilvusReleases(ReleaseStore):
    """Connects at its first use, and again after a failure.

    Args:
        url: milvus-lite:PATH, or http(s)://HOST:PORT.
        token: of the server.
        storage: of the collections.

    Raises:
        ValueError: another URL.
    """

    def __init__(self, url: str, token: str = "", storage: Storage = DEFAULT_STORAGE) -> None:
        super().__init__()
        # A missing alias is an ordinary answer here; pymilvus would write a page of traceback for it.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        self._is_lite = url.startswith(_LITE)
        self._uri = _lite_path(url) if self._is_lite else url
        if not self._is_lite and not url.startswith(("http://", "https://")):
            raise ValueError(f"vectors URL {url!r} is neither milvus-lite:PATH nor http(s)://HOST:PORT")
        self._token = token
        self._storage = DEFAULT_STORAGE if self._is_lite else storage
        self._client: MilvusClient | None = None
        self._connecting = threading.Lock()
        self._known_releases = KnownReleases()
        # The embedded engine is one process over one directory, and does one write at a time.
        self._writing: contextlib.AbstractContextManager[Any] = (
            threading.RLock() if self._is_lite else contextlib.nullcontext()
        )

    def close(self) -> None:
        with self._connecting:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _collections(self, timeout: float) -> Sequence[str]:
        return [name for name in self._call("list_collections", timeout) if is_release_collection(name)]

    def _facts(self, collection: str, timeout: float) -> Facts | None:
        try:
            facts = self._call("describe_collection", timeout, collection).get("properties") or {}
        except CollectionAbsentError:
            return None
        return facts if is_release(facts) else None

    def _turn(self, timeout: float) -> Turn:
        number = -1
        while (newest := max(self._turn_numbers(timeout), default=0)) != number:
            number = newest
            if not number:
                return Turn()
            if collection := self._collection_of(Turn(number).alias, timeout):
                return Turn(number, collection)
            # Two turns have been taken since, and this one was tidied away: look again.
        return Turn(number)

    def _take_turn(self, turn: Turn, timeout: float) -> bool:
        with self._writing:
            try:
                self._call("create_alias", timeout, turn.collection, turn.alias)
            except (SevenviewsError, MilvusException):
                # Engines differ in how they say that it exists.
                if not self._collection_of(turn.alias, timeout):
                    raise
            if self._collection_of(turn.alias, timeout) != turn.collection:
                return False
            numbers = self._turn_numbers(timeout)
            # Whoever was asleep for long may take a turn that was tidied away: one behind it is there then.
            if max(numbers, default=0) > turn.number:
                return False
            for number in numbers:
                if number < turn.number - 1:
                    self._drop_alias(Turn(number).alias, timeout)
            return True

    def _turn_numbers(self, timeout: float) -> list[int]:
        aliases = self._call("list_aliases", timeout)["aliases"]
        return [number for alias in aliases if (number := turn_number(alias))]

    def _collection_of(self, alias: str, timeout: float) -> str:
        """Empty if there is no such alias."""
        try:
            return str(self._call("describe_alias", timeout, alias)["collection_name"])
        except (AliasAbsentError, CollectionAbsentError):
            return ""

    def _drop_alias(self, alias: str, timeout: float) -> None:
        with contextlib.suppress(AliasAbsentError, CollectionAbsentError):
            self._call("drop_alias", timeout, alias)

    def _create(self, release: Release, facts: Facts, timeout: float) -> None:
        self._known_releases.forget(release.release_id)
        fields = schema(self._connected(timeout), release.dimension, binary=self._is_binary(release))
        with self._writing:
            try:
                self._call(
                    "create_collection",
                    timeout,
                    release.collection,
                    schema=fields,
                    properties={**facts, **({"mmap.enabled": "true"} if self._storage.mmap else {})},
                    consistency_level="Strong",
                    num_shards=self._storage.shards,
                )
            except (SevenviewsError, MilvusException):
                # Somebody else has made it meanwhile, or we have, and the answer was lost.
                if not self._call("has_collection", timeout, release.collection):
                    raise

    def _prepare(self, release: Release, timeout: float) -> None:
        parameters = self._connected(timeout).prepare_index_params()
        if self._is_binary(release):
            parameters.add_index("embedding", index_type="BIN_FLAT", metric_type="HAMMING", params={})
        else:
            parameters.add_index(
                "embedding",
                index_type=release.index.kind.value,
                metric_type="IP",
                params=dict(build_parameters(release.index)),
            )
        with self._writing:
            if self._call("describe_index", timeout, release.collection, "embedding") is None:
                self._call("create_index", timeout, release.collection, parameters)
            if not self._is_lite:
                self._index_filters(release, timeout)
            # Last, because a server may take longer for it than this request has: whoever comes next does the rest.
            self._call("load_collection", timeout, release.collection, replica_number=self._storage.replicas)

    def _index_filters(self, release: Release, timeout: float) -> None:
        """Those fields that have no index yet. A server that has none for a kind of field filters without."""
        indexed = set(self._call("list_indexes", timeout, release.collection))
        kinds = {
            **dict.fromkeys(_FILTERED_TEXTS, "Trie"),
            **dict.fromkeys(_FILTERED_NUMBERS, "STL_SORT"),
            **dict.fromkeys(_FILTERED_ARRAYS, "INVERTED"),
        }
        for field, kind in kinds.items():
            if field in indexed:
                continue
            parameters = self._connected(timeout).prepare_index_params()
            parameters.add_index(field, index_type=kind, index_name=field)
            try:
                # Nobody needs to wait for it.
                self._call("create_index", timeout, release.collection, parameters, sync=False)
            except MilvusException as error:
                log.info("filters on a field go without an index", field=field, error=error.message)
                if field in _FILTERED_ARRAYS:
                    # Before 2.4.3 no array has one.
                    return

    def _drop(self, release: Release, timeout: float) -> None:
        self._known_releases.forget(release.release_id)
        # Gone already is as good.
        with self._writing, contextlib.suppress(CollectionAbsentError):
            # Of the turns in which it served: a server drops no collection that an alias names.
            for alias in self._call("list_aliases", timeout, release.collection)["aliases"]:
                self._drop_alias(alias, timeout)
            self._call("drop_collection", timeout, release.collection)

    def _note(self, release: Release, facts: Facts, timeout: float) -> None:
        if facts:
            with self._writing:
                self._call("alter_collection_properties", timeout, release.collection, dict(facts))

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
        return self._counted(release, "", "Strong", timeout)

    def _counted(self, release: Release, expression: str, consistency: str, timeout: float) -> int:
        """Rows that an expression lets through."""
        (row,) = self._call(
            "query",
            timeout,
            release.collection,
            filter=expression,
            output_fields=["count(*)"],
            consistency_level=consistency,
        )
        return int(row["count(*)"])

    def _is_binary(self, release: Release) -> bool:
        """The embedded engine has no binary vectors: there, signs are kept as floats, which score the same."""
        return release.metric is Metric.HAMMING and not self._is_lite

    # Milvus itself

    def _connected(self, timeout: float) -> MilvusClient:
        with self._connecting:
            if self._client is None:
                with translated(lite=self._is_lite):
                    self._client = MilvusClient(
                        self._uri,
                        token=self._token,
                        timeout=timeout,
                        grpc_options=dict(channel_options(self._uri)),
                    )
            return self._client

    def _call(self, method: str, timeout: float, *arguments: Any, **options: Any) -> Any:
        client = self._connected(timeout)
        try:
            try:
                with translated(lite=self._is_lite):
                    return getattr(client, method)(*arguments, timeout=timeout, **options)
            except NotLoadedError:
                # An engine that was started again has its collections on disk, and not yet in memory.
                self._load(str(arguments[0]), timeout)
                with translated(lite=self._is_lite):
                    return getattr(client, method)(*arguments, timeout=timeout, **options)
        except CollectionAbsentError as error:
            if method in _OF_A_RELEASE:
                # Retired between our look and our call.
                gone = release_id_of(str(arguments[0]))
                self._known_releases.forget(gone)
                raise not_found(gone) from error
            raise

    def _load(self, collection: str, timeout: float) -> None:
        facts = self._facts(collection, timeout)
        if facts is None:
            raise not_found(release_id_of(collection))
        self._prepare(release_of(facts, serving=False), timeout)


def _lite_path(url: str) -> str:
    path = Path(url.removeprefix(_LITE))
    if not str(url.removeprefix(_LITE)):
        raise ValueError("vectors URL milvus-lite: needs a path")
    if path.suffix != ".db":
        path = path / "milvus.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    return str(path)
