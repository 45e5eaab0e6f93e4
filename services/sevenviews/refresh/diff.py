"""Two releases asked the same: what changed in the answers, and whether new patents or the new model did it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sevenviews.backends.blocking import Services
from sevenviews.backends.patent_client import MAX_PATENTS_PER_CALL
from sevenviews.backends.records import NearestDrawing, Release
from sevenviews.refresh.difference import portions

_DRAWINGS_PER_PATENT = 16
"""So many drawings are asked for, for each patent wanted: those of one patent come together."""

_MOST_DRAWINGS = 16_384


class Cause(StrEnum):
    """Why a patent is in one answer and not in the other, or at another rank."""

    NEW_PATENT = "new_patent"
    """Only one of the releases holds it."""

    NEW_MODEL = "new_model"
    """Both hold it, and rank it otherwise."""


@dataclass(frozen=True, slots=True)
class RankChange:
    """A patent among the first k of one answer. Ranks from 1; None: not among them."""

    patent_id: str
    before: int | None
    after: int | None
    cause: Cause


@dataclass(frozen=True, slots=True)
class QueryDifference:
    """One query's answers compared.

    Attributes:
        query: its name.
        overlap: share of the first k patents that both answers have, by the longer one.
        changes: of rank, best first in the second release.
    """

    query: str
    overlap: float
    changes: tuple[RankChange, ...]


def compare(
    services: Services,
    before: Release,
    after: Release,
    queries: Sequence[tuple[str, bytes]],
    k: int,
) -> list[QueryDifference]:
    """Ask both releases each query, embedded by the release's own model.

    Args:
        services: reaches them.
        before: a release.
        after: another.
        queries: name and encoded image.
        k: patents an answer.

    Raises:
        SevenviewsError: a query cannot be read, or a service does not answer.
    """
    return [_compared(services, before, after, name, image, k) for name, image in queries]


def _compared(
    services: Services,
    before: Release,
    after: Release,
    name: str,
    image: bytes,
    k: int,
) -> QueryDifference:
    old, new = (_first_patents(services, release, image, k) for release in (before, after))
    changed = [one for one in dict.fromkeys([*new, *old]) if _rank(old, one) != _rank(new, one)]
    held = {release.release_id: _holders(services, release, changed) for release in (before, after)}
    only_one = held[before.release_id] ^ held[after.release_id]
    changes = tuple(
        RankChange(
            one, _rank(old, one), _rank(new, one), Cause.NEW_PATENT if one in only_one else Cause.NEW_MODEL
        )
        for one in changed
    )
    longer = max(len(old), len(new))
    return QueryDifference(name, len(set(old) & set(new)) / longer if longer else 1.0, changes)


def _first_patents(services: Services, release: Release, image: bytes, k: int) -> list[str]:
    vector = services.embed(image, release.model_version)
    wanted = k * _DRAWINGS_PER_PATENT
    while True:
        nearest = services.search(release, vector, min(wanted, _MOST_DRAWINGS))
        patents = _published(services, nearest)
        if len(patents) >= k or len(nearest) < wanted:
            return patents[:k]
        wanted *= 4


def _published(services: Services, nearest: Sequence[NearestDrawing]) -> list[str]:
    """The patents of drawings, in their order; drawings of another generation than the published one do not count."""
    ids = list(dict.fromkeys(one.patent_id for one in nearest))
    published = {
        (one.patent_id, one.generation)
        for portion in portions(ids, MAX_PATENTS_PER_CALL)
        for one in services.patents(portion)
    }
    found = (one.patent_id for one in nearest if (one.patent_id, one.generation) in published)
    return list(dict.fromkeys(found))


def _holders(services: Services, release: Release, patent_ids: Sequence[str]) -> set[str]:
    """Those of some patents whose published generation a release holds."""
    if not patent_ids:
        return set()
    published = {(one.patent_id, one.generation) for one in services.patents(patent_ids)}
    rows = services.rows(release.release_id, patent_ids)
    return {one.patent_id for one in rows if (one.patent_id, one.generation) in published}


def _rank(patents: Sequence[str], patent_id: str) -> int | None:
    return patents.index(patent_id) + 1 if patent_id in patents else None
