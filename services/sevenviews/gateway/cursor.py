"""What a search leaves behind, so that its pages can be continued without its images."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError

from sevenviews.backends.records import (
    JudgedPatent,
    PatentQuery,
    PatentRanking,
    Release,
    ReleaseState,
    ScoredPatent,
    Vector,
)
from sevenviews.designs import PatentFilter, View, ViewMatching
from sevenviews.gateway.query_sources import AskedDrawing

_VALUE = np.dtype("<f4")
_QUICKLY = 1

Key = tuple[str, int]
"""A patent and its generation."""


@dataclass(frozen=True, slots=True)
class KeptQuery:
    """An AskedDrawing at rest: its vector as little-endian 32-bit floats."""

    __pydantic_config__ = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    query_index: int
    drawing_id: str
    vector: bytes
    view: View
    weight: float


@dataclass(frozen=True, slots=True)
class Cursor:
    """A search, and its ranking as far as it was asked for.

    A ranking only ever grows at its end, so that a position in it stays what it is while patents are imported,
    replaced and deleted.

    Attributes:
        release_id, model_version: what answers all its pages.
        request_digest: of all that must be the same on every page but the queries.
        queries_digest: of what it was asked with.
        queries: what that became, as judged patents have moved them.
        patent_filter, matching: as they were asked for.
        ranked: no patent of the same generation twice.
        complete: nothing else can be found.
        dropped: of `ranked`, what was not shown when its place came: no reader may see it, or one of its family was
            shown before.
        outdated: some of these have been replaced since. What took their place is ranked when the end is reached.
        exact, collapse_families: as they were asked for.
        left_out: patents that are never shown, for they asked, or one of their family did.
        judged: patents that move the queries before anything is ranked; none, once they have.
    """

    release_id: str
    model_version: str
    request_digest: str
    queries_digest: str
    queries: tuple[KeptQuery, ...]
    patent_filter: PatentFilter
    matching: ViewMatching
    ranked: tuple[ScoredPatent, ...] = ()
    complete: bool = False
    dropped: frozenset[Key] = frozenset()
    outdated: bool = False
    exact: bool = False
    collapse_families: bool = False
    left_out: frozenset[str] = frozenset()
    judged: tuple[JudgedPatent, ...] = ()

    @property
    def release(self) -> Release:
        """The release as a search names it."""
        return Release(self.release_id, self.model_version, ReleaseState.SERVING)

    @property
    def patent_queries(self) -> tuple[PatentQuery, ...]:
        """What the vector service is asked."""
        return tuple(
            PatentQuery(np.frombuffer(one.vector, _VALUE).astype(np.float32), one.view, one.weight)
            for one in self.queries
        )

    def grown(self, ranking: PatentRanking) -> Cursor:
        """With what a later ranking has that this one has not, behind it."""
        known = set(map(key_of, self.ranked))
        new = tuple(one for one in ranking.patents if key_of(one) not in known)
        grown = replace(self, ranked=self.ranked + new, complete=ranking.complete, outdated=False)
        if not ranking.moved:
            return grown
        # What comes later has to be ranked with the same: what was judged may be replaced meanwhile.
        moved = zip(self.queries, ranking.moved, strict=True)
        queries = tuple(replace(query, vector=_at_rest(vector)) for query, vector in moved)
        return replace(grown, queries=queries, judged=())

    def without(self, dropped: Iterable[ScoredPatent], *, outdated: bool) -> Cursor:
        """With some patents of the ranking never to be shown."""
        keys = frozenset(map(key_of, dropped))
        return replace(self, dropped=self.dropped | keys, outdated=self.outdated or outdated)

    def shown(self, position: int) -> set[str]:
        """The patents that the pages before a position have."""
        ahead = {one.patent_id for one in self.ranked[:position] if key_of(one) not in self.dropped}
        return ahead - self.left_out


def key_of(patent: ScoredPatent) -> Key:
    return patent.patent_id, patent.generation


def kept(drawing: AskedDrawing) -> KeptQuery:
    asked = drawing.asked
    vector = _at_rest(asked.vector)
    return KeptQuery(drawing.query_index, drawing.drawing_id, vector, asked.view, asked.weight)


def _at_rest(vector: Vector) -> bytes:
    return vector.astype(_VALUE).tobytes()


_ADAPTER = TypeAdapter(Cursor)


def to_bytes(cursor: Cursor) -> bytes:
    """Compressed: a ranking of 64 patents has their ids over and over."""
    return zlib.compress(_ADAPTER.dump_json(cursor), _QUICKLY)


def from_bytes(content: bytes) -> Cursor | None:
    """None for what is no cursor of this version: another one wrote it."""
    try:
        return _ADAPTER.validate_json(zlib.decompress(content))
    except (zlib.error, ValidationError):
        return None
