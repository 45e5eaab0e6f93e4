"""The search: release -> embed -> search patents -> records -> answer, wholly under one release.

The first page begins a cursor; the pages that follow continue it, and need no image.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta

from sevenviews.backends.records import PublishedSummary, Release, ScoredPatent, UnknownName
from sevenviews.certificates import Parameters, SealedCertificate
from sevenviews.designs import (
    PatentFilter,
    Reason,
    SevenviewsError,
    ViewMatching,
    cosine_by_signs,
    patent_id_of,
    size_of_page,
)
from sevenviews.gateway import cursor as cursors
from sevenviews.gateway.certifying import Certifier
from sevenviews.gateway.cursor import Cursor, KeptQuery
from sevenviews.gateway.cursor_store import CursorStore
from sevenviews.gateway.deadline import Deadline
from sevenviews.gateway.judgements import judged_patents
from sevenviews.gateway.locarno_votes import Neighbour, PredictedClass, predict_classes
from sevenviews.gateway.lookup import PatentLookup
from sevenviews.gateway.page_token import PageToken, PageTokens, invalid_token, new_cursor_key
from sevenviews.gateway.paging import Page, Pages
from sevenviews.gateway.query_sources import (
    AskedDrawing,
    CataloguePatent,
    Hashes,
    Query,
    QuerySources,
    check_queries,
    digest,
    hashes_of,
)
from sevenviews.gateway.releases import Releases
from sevenviews.gateway.timings import StageClock
from sevenviews.law import Application

MAX_PAGE_SIZE = 200
DEFAULT_PAGE_SIZE = 20

# What a release says that is no longer what it was believed to be.
_OUTDATED = {Reason.RELEASE_NOT_FOUND, Reason.EMBEDDING_MODEL_MISMATCH, Reason.MODEL_NOT_FOUND}


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """As SearchDesignsRequest of search.proto. Whole: the answer needs the patents themselves."""

    queries: tuple[Query, ...] = ()
    page_size: int = 0
    patent_filter: PatentFilter = field(default_factory=PatentFilter)
    view_matching: ViewMatching = ViewMatching.PREFER
    page_token: str = ""
    release_id: str = ""
    allow_degraded: bool = False
    exact: bool = False
    whole: bool = False
    application: Application | None = None
    relevant_patents: tuple[str, ...] = ()
    irrelevant_patents: tuple[str, ...] = ()
    collapse_families: bool = False
    include_query_families: bool = False
    certify: bool = False

    def check(self) -> None:
        """Raise FIELD_REQUIRED, FIELD_OUT_OF_RANGE, FIELD_MALFORMED or IMAGE_EMPTY for what no search can be."""
        if self.certify and self.page_token:
            raise SevenviewsError(
                Reason.FIELD_MALFORMED,
                "certify: the first page alone has a certificate",
                {"field": "certify", "value": "true"},
            )
        size_of_page(self.page_size, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
        if self.queries or not self.page_token:
            check_queries(self.queries, self.view_matching)

    @property
    def size(self) -> int:
        """Of the page."""
        return size_of_page(self.page_size, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)

    @property
    def parameters(self) -> Parameters:
        """As a certificate tells them."""
        return Parameters(
            self.view_matching.value,
            self.exact,
            self.size,
            self.collapse_families,
            self.include_query_families,
        )

    @property
    def digest(self) -> str:
        """Of all that must be the same on every page, but the queries."""
        asked: list[object] = [asdict(self.patent_filter), self.view_matching.value, self.release_id]
        # Gateways of the version before know no other searches, and continue those of this one.
        asked += ["exact"] if self.exact else []
        asked += ["families"] if self.collapse_families else []
        asked += ["own families"] if self.include_query_families else []
        if self.relevant_patents or self.irrelevant_patents:
            asked += [self.relevant_patents, self.irrelevant_patents]
        return hashlib.sha256(json.dumps(asked, default=str, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """As SearchDesignsResponse of search.proto.

    Attributes:
        hits: best first; their matches and coverage are those of `asked`.
        asked: what the queries became: the query and the drawing of the catalogue behind each.
        patents: what is told of the hits, by patent id; in a degraded answer some or all are missing.
        next_page_token: empty on the last page.
        release: the one that answered.
        degradations: what is missing, and why; empty in a full answer.
        predicted_classes: of the query's article, most probable first; on the first page alone.
        unknown_names: of the filter, those that no patent has; on the first page alone.
        total_size: an estimate of what all pages have together; None: not known.
        families: the others of the family of each hit, of those that have some; only where families are collapsed.
        left_out: patents that asked, and their families, in the order of ids.
        certificate: None where none was asked for, and in a degraded answer.
        timings: "release", "embed" with "decode" and "infer" within it, "vector_search", "hydrate".
    """

    hits: tuple[ScoredPatent, ...]
    asked: tuple[KeptQuery, ...]
    patents: Mapping[str, PublishedSummary]
    next_page_token: str
    release: Release
    degradations: tuple[SevenviewsError, ...]
    timings: Mapping[str, timedelta]
    predicted_classes: tuple[PredictedClass, ...] = ()
    unknown_names: tuple[UnknownName, ...] = ()
    total_size: int | None = None
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    certificate: SealedCertificate | None = None


class Searcher:
    """Answers searches. What they leave behind is in the cursor store alone."""

    def __init__(
        self,
        sources: QuerySources,
        pages: Pages,
        releases: Releases,
        lookup: PatentLookup,
        tokens: PageTokens,
        store: CursorStore,
        certifier: Certifier,
    ) -> None:
        self._sources = sources
        self._pages = pages
        self._releases = releases
        self._lookup = lookup
        self._tokens = tokens
        self._store = store
        self._certifier = certifier

    async def search(self, request: SearchRequest, deadline: Deadline) -> SearchAnswer:
        """One page of an answer.

        Raises:
            SevenviewsError: as SearchService.SearchDesigns documents.
        """
        request.check()
        clock = StageClock()
        if request.page_token:
            return await self._continue(request, deadline, clock)
        hashes = await hashes_of(request.queries)
        if request.release_id:
            with clock.stage("release"):
                release = await self._releases.by_id(request.release_id, deadline)
            return await self._begin(request, hashes, release, deadline, clock)
        with clock.stage("release"):
            release = await self._releases.serving(deadline)
        try:
            return await self._begin(request, hashes, release, deadline, clock)
        except SevenviewsError as error:
            if error.reason not in _OUTDATED:
                raise
            self._releases.forget()
            with clock.stage("release"):
                actual = await self._releases.serving(deadline)
            if actual == release:
                raise
            return await self._begin(request, hashes, actual, deadline, clock)

    async def _begin(
        self,
        request: SearchRequest,
        hashes: Hashes,
        release: Release,
        deadline: Deadline,
        clock: StageClock,
    ) -> SearchAnswer:
        watermark = await self._certifier.watermark(deadline) if request.certify else 0
        asked = await self._sources.vectors(request.queries, hashes, release, deadline, clock)
        cursor = Cursor(
            release.release_id,
            release.model_version,
            request.digest,
            digest(request.queries, hashes),
            tuple(map(cursors.kept, asked)),
            await self._lookup.meant_by(request.patent_filter, deadline),
            request.view_matching,
            exact=request.exact,
            collapse_families=request.collapse_families,
            left_out=await self._left_out(request, asked, deadline),
            judged=await judged_patents(
                request.relevant_patents, request.irrelevant_patents, self._lookup, deadline
            ),
        )
        page = await self._page(request, cursor, 0, deadline, clock)
        answer = await self._answer(page, "", cursor, clock)
        certificate = None
        if request.certify and not page.degradations:
            certificate = await asyncio.to_thread(
                self._certifier.certify, request.queries, asked, cursor, page, request.parameters, watermark
            )
        return replace(
            answer,
            certificate=certificate,
            predicted_classes=predict_classes(_neighbours(page, release), release.calibration),
            unknown_names=await self._lookup.unknown_names(request.patent_filter, deadline),
        )

    async def _left_out(
        self, request: SearchRequest, asked: Sequence[AskedDrawing], deadline: Deadline
    ) -> frozenset[str]:
        """The patents that ask, and their families."""
        if request.include_query_families:
            return frozenset()
        asking = {
            patent_id_of(one.drawing_id)
            for one in asked
            if isinstance(request.queries[one.query_index].source, CataloguePatent)
        }
        families = await self._lookup.families(sorted(asking), deadline)
        return frozenset(asking).union(*families.values())

    async def _continue(self, request: SearchRequest, deadline: Deadline, clock: StageClock) -> SearchAnswer:
        token = self._tokens.decode(request.page_token)
        content = await self._store.get(token.cursor)
        cursor = None if content is None else cursors.from_bytes(content)
        if cursor is None:
            raise SevenviewsError(
                Reason.PAGE_TOKEN_EXPIRED, "the search was not continued in time; search anew"
            )
        await _check_same(request, cursor)
        try:
            page = await self._page(request, cursor, token.position, deadline, clock)
        except SevenviewsError as error:
            if error.reason not in _OUTDATED:
                raise
            raise SevenviewsError(
                Reason.PAGE_TOKEN_EXPIRED,
                f"release {cursor.release_id}, which answered the page before, is retired; search anew",
                {"release_id": cursor.release_id},
            ) from error
        return await self._answer(page, token.cursor, cursor, clock)

    async def _page(
        self, request: SearchRequest, cursor: Cursor, position: int, deadline: Deadline, clock: StageClock
    ) -> Page:
        return await self._pages.page(
            cursor,
            position,
            request.size,
            deadline,
            clock,
            allow_degraded=request.allow_degraded,
            whole=request.whole,
        )

    async def _answer(self, page: Page, key: str, before: Cursor, clock: StageClock) -> SearchAnswer:
        next_page_token = ""
        if page.more:
            key = key or new_cursor_key()
            if page.cursor != before:
                await self._store.put(key, cursors.to_bytes(page.cursor))
            next_page_token = self._tokens.encode(PageToken(key, page.position))
        return SearchAnswer(
            hits=page.hits,
            asked=page.cursor.queries,
            patents=page.patents,
            next_page_token=next_page_token,
            release=page.cursor.release,
            degradations=page.degradations,
            timings=clock.timings,
            total_size=page.total_size,
            families=page.families,
            left_out=tuple(sorted(page.cursor.left_out)),
        )


async def _check_same(request: SearchRequest, cursor: Cursor) -> None:
    """What a page does not repeat is as it was; what it does repeat has to be. Raises PAGE_TOKEN_INVALID."""
    if request.exact and not cursor.exact:
        raise invalid_token("belongs to a search that is not exact")
    blank = SearchRequest(exact=request.exact).digest
    if request.digest not in {cursor.request_digest, *(() if request.queries else (blank,))}:
        raise invalid_token(
            "belongs to another search: filter, views, release and exact have to be as they were"
        )
    if request.queries and digest(request.queries, await hashes_of(request.queries)) != cursor.queries_digest:
        raise invalid_token("belongs to another search: it had other queries")


def _neighbours(page: Page, release: Release) -> list[Neighbour]:
    """The patents of a page that are known, by the cosines that their scores tell."""
    cosine = cosine_by_signs if release.metric == "HAMMING" else float
    return [
        Neighbour(cosine(2 * hit.score - 1), page.patents[hit.patent_id].locarno)
        for hit in page.hits
        if hit.patent_id in page.patents
    ]
