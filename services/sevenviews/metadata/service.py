"""The use cases, without gRPC. Everything blocks, and is meant to be called from threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sevenviews.backends.records import PatentGeneration, Suggestions
from sevenviews.designs import (
    BY_ID,
    Facet,
    FacetCounts,
    Patent,
    PatentFilter,
    PatentOrder,
    Reason,
    SevenviewsError,
    size_of_page,
    without_own_conditions,
)
from sevenviews.metadata import page_token, suggestions
from sevenviews.metadata.audit import Audit
from sevenviews.metadata.checks import LARGEST, check_batch, checked_patent, with_images
from sevenviews.metadata.documents import content_digest
from sevenviews.metadata.drawing_images import DrawingImages
from sevenviews.metadata.objects import ObjectStore, key_of
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
    is_source,
)
from sevenviews.runtime.budget import Budget
from sevenviews.runtime.deadlines import Deadline
from sevenviews.runtime.wire import check_range

MAX_PAGE_SIZE = 1000

MAX_DELETED = 10_000

MAX_VALUES = 200
_DEFAULT_PAGE_SIZE = 100
_DEFAULT_VALUES = 20

_ATTEMPTS = 3
DECODING_BYTES = 384 * 1024**2
"""Of the images that are decoded at once: two of the largest, dozens of ordinary sheets."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class PutResult:
    """What is stored now.

    Attributes:
        content_digest: of the content that was put.
        state: of it.
        generation: of it.
        published_generation: what readers see now; 0: nothing.
        changed: whether it was not stored before.
    """

    content_digest: str
    state: State
    generation: int
    published_generation: int
    changed: bool


@dataclass(frozen=True, slots=True)
class PatentPage:
    """A page of a listing; an empty token ends it. The total is an estimate, and the same on all pages."""

    patents: tuple[PatentRecord, ...]
    next_page_token: str
    total_size: int


class PatentCatalogue:
    """Patents; `images` has those of their drawings.

    Args:
        table: the database.
        objects: the object store.
        orphan_seconds: as Audit takes it.
        decoding: memory for the images that are decoded at once; DECODING_BYTES, unless it is given.
    """

    def __init__(
        self, table: PatentTable, objects: ObjectStore, orphan_seconds: float, decoding: Budget | None = None
    ) -> None:
        self._table = table
        self._objects = objects
        self._orphan_seconds = orphan_seconds
        self.images = DrawingImages(table, objects, decoding or Budget(DECODING_BYTES, "decoding images"))

    def put(
        self,
        patent: Patent,
        contents: Mapping[str, bytes],
        *,
        replace_existing: bool,
        seen: int | None = None,
        validate_only: bool = False,
        deadline: Deadline | None = None,
    ) -> PutResult:
        """Stage a patent with its images.

        Args:
            replace_existing: take other content than what is published.
            seen: the generation that readers must see if this is not stored already; None: whichever.
            validate_only: store nothing; the answer is that of a put.
            deadline: until when room for decoding is waited for.

        Raises:
            SevenviewsError: as PatentService.PutPatent documents.
        """
        small: dict[str, bytes] = {}

        def size_of(content: bytes) -> tuple[int, int]:
            size, reduced = self.images.measure(content, deadline)
            small.update(reduced)
            return size

        complete = with_images(checked_patent(patent), contents, size_of)
        digest = content_digest(complete)
        keys = {one.drawing_id: key_of(one.content_digest) for one in complete.drawings}
        images = {key: contents[drawing_id] for drawing_id, key in keys.items()}
        for _ in range(_ATTEMPTS):
            known = self._table.versions(patent.patent_id)
            stored = _already(known, digest)
            if seen is not None and (stored is None or stored.state is State.STAGED):
                check_seen({patent.patent_id: seen}, {patent.patent_id: known})
            if known.published not in (None, digest) and not replace_existing:
                raise _conflict(patent.patent_id)
            if validate_only:
                return stored or _would_be(known, digest)
            if stored is not None:
                self.images.restore(images)
                if stored.state is State.PUBLISHED and is_source(patent.source_digest):
                    self._table.add_source(patent.patent_id, stored.generation, patent.source_digest)
                return stored
            generation = self._table.stage(complete, digest, keys, known)
            if generation is not None:
                # The record first: an image that a record names is deleted by no repair. Nobody can publish this
                # generation before its number is given out, here or to who puts the same and writes what lacks.
                self.images.put(images | small)
                return PutResult(digest, State.STAGED, generation, known.published_generation, changed=True)
        raise SevenviewsError(
            Reason.DEPENDENCY_UNAVAILABLE,
            f"{patent.patent_id} is being written by others; try again",
            {"service": "database"},
        )

    def publish(self, wanted: Sequence[PatentGeneration]) -> Sequence[SevenviewsError | None]:
        """Make generations visible; of each, in the order asked for, why it was refused: PATENT_NOT_FOUND,
        PATENT_GENERATION_STALE."""
        check_batch("patents", wanted)
        for at, one in enumerate(wanted):
            check_range(f"patents[{at}].generation", one.generation, 1, LARGEST)
        if len({one.patent_id for one in wanted}) < len(wanted):
            raise SevenviewsError(
                Reason.FIELD_MALFORMED, "patents: one of them is named twice", {"field": "patents"}
            )
        stored = self._table.publish(wanted)
        return [_refusal(one, versions) for one, versions in zip(wanted, stored, strict=True)]

    def batch_get(
        self, patent_ids: Sequence[str], *, include_staged: bool = False
    ) -> tuple[Sequence[PatentRecord], Sequence[str]]:
        """Published patents in the order asked for, and the ids of those that are not."""
        return _batch(patent_ids, lambda ids: self._table.get(ids, include_staged=include_staged))

    def staged(self, patent_ids: Sequence[str]) -> tuple[Sequence[PatentRecord], Sequence[str]]:
        """The same of what is staged, also behind what is published."""
        return _batch(patent_ids, self._table.staged)

    def summaries(self, patent_ids: Sequence[str]) -> tuple[Sequence[PublishedSummary], Sequence[str]]:
        """The same of the summaries of what is published."""
        return _batch(patent_ids, self._table.summaries)

    def list(
        self,
        patent_filter: PatentFilter,
        page_size: int,
        token: str,
        *,
        include_staged: bool,
        order: PatentOrder = BY_ID,
    ) -> PatentPage:
        """A page of patents in an order."""
        size = size_of_page(page_size, _DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
        listing = page_token.Listing(patent_filter, order, include_staged)
        going_on = page_token.decode(token, listing)
        after = None if going_on is None else going_on.place
        found = self._table.page(patent_filter, after, size + 1, include_staged=include_staged, order=order)
        page = tuple(found[:size])
        if going_on is None:
            total_size = self._table.estimate(patent_filter, include_staged=include_staged)
        else:
            total_size = going_on.total_size
        next_token = ""
        if len(found) > size:
            last = page[-1].patent
            place = Place(last.patent_id, order.day(last))
            next_token = page_token.encode(page_token.Continuation(place, total_size), listing)
        return PatentPage(page, next_token, total_size)

    def facets(
        self, patent_filter: PatentFilter, facets: Sequence[Facet], value_count: int
    ) -> Sequence[FacetCounts]:
        """What the published patents have that a filter lets through, but for what it says of each facet itself.

        Args:
            patent_filter: which patents are counted.
            facets: by what.
            value_count: of each facet; 0: 20; at most 200.
        """
        size = size_of_page(value_count, _DEFAULT_VALUES, MAX_VALUES, field="value_count")
        counted = []
        for facet in facets:
            values = self._table.facet(without_own_conditions(patent_filter, facet), facet, size + 1)
            counted.append(FacetCounts(facet, tuple(values[:size]), len(values) > size))
        return counted

    def suggest(self, patent_id: str, holders: Sequence[str], inventors: Sequence[str]) -> Suggestions:
        """What may have been meant by an id, and by those of the names, that no published patent has."""
        unknown = suggestions.unknown_names
        return Suggestions(
            suggestions.near_ids(self._table, patent_id) if patent_id else (),
            (*unknown(self._table, Role.HOLDER, holders), *unknown(self._table, Role.INVENTOR, inventors)),
        )

    def watermark(self) -> int:
        """The number of the last change, publication or deletion; 0: there was none."""
        return self._table.watermark()

    def sources(self, digests: Sequence[str]) -> Mapping[str, str]:
        """Which of 1 to MAX_BATCH sources gave what is published: the patent of each that did."""
        check_batch("source_digests", digests)
        return self._table.sources([one for one in dict.fromkeys(digests) if is_source(one)])

    def families(self, patent_ids: Sequence[str], *, same_drawings: bool) -> Mapping[str, Sequence[str]]:
        """The other published patents of the family of each of 1 to MAX_BATCH patents, of those that have some; those
        whose drawings are the same images among them, if so asked."""
        check_batch("patent_ids", patent_ids)
        return self._table.families(tuple(dict.fromkeys(patent_ids)), same_drawings=same_drawings)

    def ids(self, *, include_staged: bool) -> Iterator[Sequence[PatentGeneration]]:
        """All ids with their generations, in order, in portions."""
        return self._table.ids(include_staged=include_staged)

    def delete(
        self, patent_ids: Sequence[str], seen: Mapping[str, int] = NOTHING_SEEN
    ) -> Sequence[PatentGeneration]:
        """Those that were there, with the generation of their deletion. `seen`: what readers must see of some.

        Raises:
            SevenviewsError: as PatentService.DeletePatents documents.
        """
        check_batch("patent_ids", patent_ids, MAX_DELETED)
        return self._table.delete(tuple(dict.fromkeys(patent_ids)), seen)

    @property
    def audit(self) -> Audit:
        """What compares the database with the object store."""
        return Audit(self._table, self._objects, self._orphan_seconds)

    def check(self) -> None:
        """Return if the database answers. Without the object store there are no images, and all else goes on."""
        self._table.check()


def _batch(
    patent_ids: Sequence[str], find: Callable[[Sequence[str]], Mapping[str, Found]]
) -> tuple[list[Found], list[str]]:
    """What is found of 1 to MAX_BATCH patents, in the order asked for, and the ids of the others."""
    check_batch("patent_ids", patent_ids)
    wanted = list(dict.fromkeys(patent_ids))
    found = find(wanted)
    return [found[one] for one in wanted if one in found], [one for one in wanted if one not in found]


def _already(known: Versions, digest: str) -> PutResult | None:
    """The answer to a put of what is stored, and will be what readers see, without it."""
    if known.staged == digest:
        return PutResult(digest, State.STAGED, known.newest, known.published_generation, changed=False)
    if known.published == digest and known.staged is None:
        generation = known.published_generation
        return PutResult(digest, State.PUBLISHED, generation, generation, changed=False)
    return None


def _would_be(known: Versions, digest: str) -> PutResult:
    """The answer to a put of what is not stored, had it been one."""
    return PutResult(digest, State.STAGED, known.newest + 1, known.published_generation, changed=True)


def _conflict(patent_id: str) -> SevenviewsError:
    return SevenviewsError(
        Reason.PATENT_CONTENT_CONFLICT,
        f"{patent_id} is stored with other content; ask for replacement if this one is right",
        {"patent_id": patent_id},
    )


def _refusal(wanted: PatentGeneration, stored: Versions) -> SevenviewsError | None:
    """Why a generation is not the published one, if it is not."""
    if stored.published_generation == wanted.generation:
        return None
    patent_id = wanted.patent_id
    if stored.newest == 0:
        return SevenviewsError(
            Reason.PATENT_NOT_FOUND, f"there is no patent {patent_id}", {"patent_id": patent_id}
        )
    return SevenviewsError(
        Reason.PATENT_GENERATION_STALE,
        f"{patent_id} was stored anew or deleted meanwhile, and the newer one won; send this one again only if it is "
        "still wanted",
        {"patent_id": patent_id, "generation": str(wanted.generation), "newest": str(stored.newest)},
    )
