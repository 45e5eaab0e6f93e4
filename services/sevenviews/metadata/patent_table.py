"""The port to the database: patents by id, each with its generations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from sevenviews.backends.records import PatentGeneration
from sevenviews.designs import (
    BY_ID,
    Facet,
    FacetValue,
    Patent,
    PatentFilter,
    PatentOrder,
    Reason,
    SevenviewsError,
)
from sevenviews.runtime.encoded import EncodedPatent


class State(StrEnum):
    """Published content is seen by readers; a patent of which nothing is published is staged."""

    STAGED = "staged"
    PUBLISHED = "published"


class Role(StrEnum):
    """As what a name stands on a patent; each has its own key, as `designs.terms` gives it."""

    HOLDER = "holder"
    INVENTOR = "inventor"


@dataclass(frozen=True, slots=True)
class Versions:
    """What is stored under an id; of an id that was never used, nothing.

    Attributes:
        newest: the generation of the last put or deletion; 0: there was none. What is staged is always the newest.
        published_generation: what readers see; 0: nothing.
        published: digest of that content.
        staged: digest of the content that waits for its publication.
    """

    newest: int = 0
    published_generation: int = 0
    published: str | None = None
    staged: str | None = None


@dataclass(frozen=True, slots=True)
class PatentRecord:
    """A patent of a listing.

    Attributes:
        encoded: the published content; the staged, where none is published.
        state: which of them it is.
        generation: of this content.
        newest: higher than that where other content is staged behind what is published.
        change: that published it; 0: none is published, or it was before changes were numbered.
    """

    encoded: EncodedPatent
    state: State
    generation: int
    newest: int
    change: int = 0

    @property
    def patent_id(self) -> str:
        return self.encoded.patent_id

    @property
    def patent(self) -> Patent:
        """Parsed when it is first asked for."""
        return self.encoded.patent


@dataclass(frozen=True, slots=True)
class PublishedSummary:
    """What a list of hits needs of a published generation: an encoded sevenviews.internal.v1.PatentSummary.

    Change: as PatentRecord has it.
    """

    patent_id: str
    generation: int
    content: bytes
    change: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A patent's in a listing: its id, and the day by which the listing is ordered, if any, and if it is known."""

    patent_id: str
    day: date | None = None


MAX_SOURCE_LENGTH = 256
"""Of the digest of a source."""


def is_source(digest: str) -> bool:
    """Whether the digest of a source says something that every database can keep."""
    return 0 < len(digest) <= MAX_SOURCE_LENGTH and "\0" not in digest


NOTHING_SEEN: Mapping[str, int] = MappingProxyType({})


def check_seen(seen: Mapping[str, int], stored: Mapping[str, Versions]) -> None:
    """Raise ETAG_MISMATCH for the first patent of which readers see another generation than was seen."""
    for patent_id, generation in seen.items():
        if stored[patent_id].published_generation != generation:
            raise SevenviewsError(
                Reason.ETAG_MISMATCH,
                f"{patent_id} was replaced or deleted since it was read; read it again",
                {"patent_id": patent_id},
            )


class PatentTable(Protocol):
    """Blocking; safe to use from several threads. Raises DEPENDENCY_UNAVAILABLE, STORAGE_FULL."""

    def versions(self, patent_id: str) -> Versions:
        """What is stored under an id."""
        ...

    def stage(
        self, patent: Patent, digest: str, object_keys: Mapping[str, str], known: Versions
    ) -> int | None:
        """Keep content as staged, in place of what was. Its generation; None, and nothing happens, if what is stored
        is not `known` any more."""
        ...

    def publish(self, wanted: Sequence[PatentGeneration]) -> Sequence[Versions]:
        """Make each generation that is staged the published one. What is stored under each id now, in the order asked
        for: a generation was refused if it is not the published one."""
        ...

    def watermark(self) -> int:
        """The number of the last change: each call that publishes or deletes something is one, from 1, in the order
        in which readers see them."""
        ...

    def get(self, patent_ids: Sequence[str], *, include_staged: bool) -> Mapping[str, PatentRecord]:
        """Those that are published; or staged, if so asked."""
        ...

    def staged(self, patent_ids: Sequence[str]) -> Mapping[str, PatentRecord]:
        """What is staged, also behind what is published."""
        ...

    def summaries(self, patent_ids: Sequence[str]) -> Mapping[str, PublishedSummary]:
        """Those of published patents."""
        ...

    def page(
        self,
        patent_filter: PatentFilter,
        after: Place | None,
        limit: int,
        *,
        include_staged: bool,
        order: PatentOrder = BY_ID,
    ) -> Sequence[PatentRecord]:
        """Up to `limit` patents behind a place, or from the first one on, in an order."""
        ...

    def ids(self, *, include_staged: bool) -> Iterator[Sequence[PatentGeneration]]:
        """All ids with the generation that a listing shows, in order, in portions."""
        ...

    def estimate(self, patent_filter: PatentFilter, *, include_staged: bool) -> int:
        """How many patents a listing has, exactly if they are few: it takes no time in proportion to all of them."""
        ...

    def facet(self, patent_filter: PatentFilter, facet: Facet, limit: int) -> Sequence[FacetValue]:
        """Up to `limit` values of the published patents that the filter lets through, in the order of FacetCounts."""
        ...

    def delete(
        self, patent_ids: Sequence[str], seen: Mapping[str, int] = NOTHING_SEEN
    ) -> Sequence[PatentGeneration]:
        """Those that were there, with the generation of their deletion; nothing else is kept of them.

        Raises ETAG_MISMATCH, and deletes nothing, if readers see another generation of a patent than `seen` has.
        """
        ...

    def published_ids(self, wanted: Sequence[str], around: str, count: int) -> Sequence[str]:
        """Those of the wanted that are published, and so many before and behind an id in the order of ids."""
        ...

    def known_keys(self, role: Role, wanted: Sequence[str]) -> set[str]:
        """Those of the keys of names that a published patent has."""
        ...

    def keys_from(self, role: Role, start: str, limit: int) -> Sequence[str]:
        """Keys of names of published patents that begin so, in any order."""
        ...

    def printed_names(self, role: Role, keys: Sequence[str]) -> Mapping[str, str]:
        """By key, a name as a published patent prints it."""
        ...

    def sources(self, digests: Sequence[str]) -> Mapping[str, str]:
        """Of the sources that gave what is published of a patent, those that are asked for: the patent's id."""
        ...

    def add_source(self, patent_id: str, generation: int, digest: str) -> None:
        """Say that this source, too, gave a generation; nothing happens if it is not the published one any more."""
        ...

    def families(self, patent_ids: Sequence[str], *, same_drawings: bool) -> Mapping[str, Sequence[str]]:
        """The other published patents of each one's family, in the order of ids; of those that have some. Those whose
        drawings are the same images count as well, if so asked."""
        ...

    def drawing_keys(self, drawing_ids: Sequence[str]) -> Mapping[str, str]:
        """Where the images of those drawings lie that are published."""
        ...

    def names(self, object_key: str) -> bool:
        """Whether a record, staged or published, names an object."""
        ...

    def object_keys(self, after: str = "") -> Iterator[tuple[str, str]]:
        """Every object key behind one that a record names, with a drawing id, in the order of keys; none twice."""
        ...

    def check(self) -> None:
        """Return if the database answers."""
        ...
