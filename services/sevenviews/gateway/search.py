"""The search: images in, ranked patents out, wholly under one release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta

from sevenviews.backends.ports import PatentStore, VectorIndex
from sevenviews.backends.records import ImageInput, Release
from sevenviews.designs import CropBox, Patent, PatentFilter, Reason, SevenviewsError, View, ViewMatching
from sevenviews.gateway.candidates import Candidates, EmbeddedQuery
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.hydration import Hydration, Page
from sevenviews.gateway.locarno_votes import Neighbour, PredictedClass, predict_classes
from sevenviews.gateway.page_token import PageToken, PageTokens, mark
from sevenviews.gateway.query_embeddings import QueryEmbedder, image_digests
from sevenviews.gateway.ranking import RankedPatent
from sevenviews.gateway.releases import Releases
from sevenviews.gateway.timings import StageClock

MAX_QUERIES = 16
MAX_PAGE_SIZE = 200

# What a release says that is no longer what it was believed to be.
_OUTDATED = {Reason.RELEASE_NOT_FOUND, Reason.EMBEDDING_MODEL_MISMATCH, Reason.MODEL_NOT_FOUND}


@dataclass(frozen=True, slots=True)
class Query:
    """A drawing to search with. An unknown view prefers none; crop None takes the whole image."""

    content: bytes
    view: View = View.UNKNOWN
    crop: CropBox | None = None


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """As SearchDesignsRequest of search.proto."""

    queries: tuple[Query, ...]
    page_size: int
    patent_filter: PatentFilter = field(default_factory=PatentFilter)
    view_matching: ViewMatching = ViewMatching.PREFER
    page_token: str = ""
    release_id: str = ""
    allow_degraded: bool = False

    def check(self) -> None:
        """Raise FIELD_REQUIRED, FIELD_OUT_OF_RANGE or IMAGE_EMPTY for what no search can be made of."""
        if not self.queries:
            raise _required("queries", "a search needs at least one query image")
        _check_range("queries", len(self.queries), MAX_QUERIES)
        _check_range("page_size", self.page_size, MAX_PAGE_SIZE)
        for index, query in enumerate(self.queries):
            if not query.content:
                raise SevenviewsError(
                    Reason.IMAGE_EMPTY, f"queries[{index}] has no bytes", {"image": f"queries[{index}]"}
                )
            if self.view_matching is ViewMatching.REQUIRE and query.view is View.UNKNOWN:
                raise _required(
                    f"queries[{index}].view", "where the same view is required, each query image needs one"
                )


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """As SearchDesignsResponse of search.proto.

    Attributes:
        hits: best first.
        patents: the bibliography of the hits, by patent id; in a degraded answer some or all are missing.
        next_page_token: empty on the last page.
        release: the one that answered.
        degradations: what is missing, and why; empty in a full answer.
        predicted_classes: of the query's article, most probable first; on the first page alone.
        timings: "release", "embed" with "decode" and "infer" within it, "vector_search", "rank", "hydrate".
    """

    hits: tuple[RankedPatent, ...]
    patents: Mapping[str, Patent]
    next_page_token: str
    release: Release
    degradations: tuple[SevenviewsError, ...]
    timings: Mapping[str, timedelta]
    predicted_classes: tuple[PredictedClass, ...] = ()


class Searcher:
    """Answers searches. Keeps no state of its own between them."""

    def __init__(
        self,
        embedder: QueryEmbedder,
        index: VectorIndex,
        store: PatentStore,
        releases: Releases,
        tokens: PageTokens,
        timeouts: CallTimeouts,
    ) -> None:
        self._embedder = embedder
        self._index = index
        self._store = store
        self._releases = releases
        self._tokens = tokens
        self._timeouts = timeouts

    async def search(self, request: SearchRequest, deadline: Deadline) -> SearchAnswer:
        """One page of an answer.

        Raises:
            SevenviewsError: as SearchService.SearchDesigns documents.
        """
        request.check()
        images = tuple(ImageInput(query.content, query.crop) for query in request.queries)
        one = _OneSearch(request, images, await image_digests(images), deadline, StageClock())
        if request.page_token:
            return await self._next_page(one)
        if request.release_id:
            with one.clock.stage("release"):
                release = await self._releases.by_id(request.release_id, deadline)
            return await self._under(release, one, frozenset())
        return await self._under_serving(one)

    async def _next_page(self, one: _OneSearch) -> SearchAnswer:
        token = self._tokens.decode(one.request.page_token, one.request_digest)
        release = Release(token.release_id, token.model_version)
        try:
            return await self._under(release, one, token.considered)
        except SevenviewsError as error:
            if error.reason not in _OUTDATED:
                raise
            raise SevenviewsError(
                Reason.PAGE_TOKEN_EXPIRED,
                f"release {token.release_id}, which answered the page before, is retired; search anew",
                {"release_id": token.release_id},
            ) from error

    async def _under_serving(self, one: _OneSearch) -> SearchAnswer:
        with one.clock.stage("release"):
            release = await self._releases.serving(one.deadline)
        try:
            return await self._under(release, one, frozenset())
        except SevenviewsError as error:
            if error.reason not in _OUTDATED:
                raise
            self._releases.forget()
            with one.clock.stage("release"):
                actual = await self._releases.serving(one.deadline)
            if actual == release:
                raise
            return await self._under(actual, one, frozenset())

    async def _under(self, release: Release, one: _OneSearch, considered: frozenset[bytes]) -> SearchAnswer:
        request = one.request
        with one.clock.stage("embed"):
            vectors = await self._embedder.embed(
                one.images,
                one.digests,
                release.model_version,
                one.deadline.share(self._timeouts.embedding),
                one.clock,
            )
        queries = [
            EmbeddedQuery(*pair) for pair in zip(vectors, (q.view for q in request.queries), strict=True)
        ]
        candidates = Candidates(
            self._index,
            release,
            queries,
            request.patent_filter,
            request.view_matching,
            one.deadline,
            self._timeouts.vectors,
        )
        hydration = Hydration(
            self._store, one.deadline, self._timeouts.metadata, allow_degraded=request.allow_degraded
        )
        page = await hydration.page(
            candidates, request.view_matching, request.page_size, considered, one.clock
        )
        return SearchAnswer(
            hits=page.hits,
            patents=page.patents,
            next_page_token=self._token_after(page, release, one, considered),
            release=release,
            degradations=page.degradations,
            timings=one.clock.timings,
            predicted_classes=() if request.page_token else predict_classes(_neighbours(page)),
        )

    def _token_after(
        self, page: Page, release: Release, one: _OneSearch, considered: frozenset[bytes]
    ) -> str:
        if not page.more:
            return ""
        dealt_with = {mark(patent_id) for patent_id in (*page.unpublished, *(h.patent_id for h in page.hits))}
        return self._tokens.encode(
            PageToken(release.release_id, release.model_version, one.request_digest, considered | dealt_with)
        )


@dataclass(frozen=True, slots=True)
class _OneSearch:
    """A request with what is derived from it."""

    request: SearchRequest
    images: tuple[ImageInput, ...]
    digests: tuple[bytes, ...]
    deadline: Deadline
    clock: StageClock

    @property
    def request_digest(self) -> bytes:
        """16 bytes over all that must be the same on every page."""
        # The images are large and hashed already; token and tolerance may differ from page to page.
        asked = asdict(replace(self.request, queries=(), page_token="", allow_degraded=False))
        views = [query.view.value for query in self.request.queries]
        canonical = json.dumps([asked, views], default=str, sort_keys=True).encode()
        return hashlib.sha256(canonical + b"".join(self.digests)).digest()[:16]


def _neighbours(page: Page) -> list[Neighbour]:
    """The patents of a page that are known."""
    return [
        Neighbour(hit.score, page.patents[hit.patent_id].locarno)
        for hit in page.hits
        if hit.patent_id in page.patents
    ]


def _check_range(name: str, value: int, maximum: int) -> None:
    if not 1 <= value <= maximum:
        raise SevenviewsError(
            Reason.FIELD_OUT_OF_RANGE,
            f"{name}: {value} is not within 1 to {maximum}",
            {"field": name, "minimum": "1", "maximum": str(maximum)},
        )


def _required(name: str, message: str) -> SevenviewsError:
    return SevenviewsError(Reason.FIELD_REQUIRED, message, {"field": name})
