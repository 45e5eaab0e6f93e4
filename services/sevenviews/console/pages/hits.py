"""`/s/{digest}`: what looks alike, grouped by design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from sevenviews.client import PatentHit, QueryMatch, SearchPage
from sevenviews.console.asking import APPLICATION, FILTER, PAGE_SIZES, SORTS, VIEWS, Asked, asked
from sevenviews.console.gateway import Gateway
from sevenviews.console.pages.kept import Kept
from sevenviews.console.question import Figure, Question
from sevenviews.console.rendering import Rendering
from sevenviews.console.searching import Searching
from sevenviews.console.words import STANDINGS
from sevenviews.designs import Facet, FacetCounts

_FACETS = {
    Facet.LOCARNO_CLASS: ("Locarno class", "locarno"),
    Facet.OFFICE: ("Office", "office"),
    Facet.HOLDER: ("Holder", "holder"),
}
"""Those that a value of narrows the search by: their names, and their parameter of the address."""

_VALUES_SHOWN = 8
_CLASSES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure that asked, and the drawing that it was matched with; the number of the figure begins at 1."""

    number: int
    figure: Figure
    match: QueryMatch


@dataclass(frozen=True, slots=True)
class Card:
    """A hit as it is shown. Best: the pair that is most alike."""

    rank: int
    hit: PatentHit
    pairs: tuple[Pair, ...]
    best: Pair


class HitPages:
    """The grid of hits, and its facets."""

    def __init__(self, rendering: Rendering, gateway: Gateway, kept: Kept, searching: Searching) -> None:
        self._rendering = rendering
        self._gateway = gateway
        self._kept = kept
        self._searching = searching

    async def show(self, request: Request) -> Response:
        """A page of hits. Without a filter that can be read there are none."""
        question = await self._kept.question(request)
        ask = asked(request.query_params.multi_items())
        page = None
        if not ask.problems:
            page = await self._searching.page(request, await self._searching.queries(question), ask)
        counts = await self._counts(request, ask) if "facets" in request.query_params else None
        return self._rendering.page(
            request,
            "hits.html",
            digest=request.path_params["digest"],
            question=question,
            ask=ask,
            page=page,
            cards=_cards(question, ask, page) if page else [],
            here=ask.parameters(page=(ask.page, ask.number) if ask.page else None),
            next=ask.parameters(page=(page.next_page_token, ask.number + 1)) if page else "",
            standings=_standings(page) if page else [],
            classes=page.predicted_classes[:_CLASSES_SHOWN] if page else (),
            counts=counts,
            facet_names=_FACETS,
            conditions=FILTER,
            application=APPLICATION,
            sorts=SORTS,
            views=VIEWS,
            sizes=PAGE_SIZES,
            address=f"{request.url.path}?{request.url.query}".rstrip("?"),
        )

    async def facets(self, request: Request) -> Response:
        """The facets alone, for a page that has them put in."""
        ask = asked(request.query_params.multi_items())
        return self._rendering.page(
            request,
            "facets.html",
            digest=request.path_params["digest"],
            ask=ask,
            counts=await self._counts(request, ask),
            facet_names=_FACETS,
        )

    async def _counts(self, request: Request, ask: Asked) -> Sequence[FacetCounts]:
        client = self._gateway.of(request)
        return await client.facets(ask.patent_filter, tuple(_FACETS), _VALUES_SHOWN)


def _standings(page: SearchPage) -> list[tuple[str, int]]:
    """How many hits of a page have each standing, in words."""
    told = Counter(hit.legal_dates.standing for hit in page.hits if hit.legal_dates)
    same = sum(bool(hit.legal_dates and hit.legal_dates.same_holder) for hit in page.hits)
    counts = [(words, told[one]) for one, (_, words) in STANDINGS.items()]
    return [one for one in (*counts, ("Same holder", same)) if one[1]]


def _cards(question: Question, ask: Asked, page: SearchPage) -> list[Card]:
    used = question.used
    numbers = {id(one): number for number, one in enumerate(question.figures, 1)}

    def card(rank: int, hit: PatentHit) -> Card:
        pairs = tuple(
            Pair(numbers[id(used[one.query_index])], used[one.query_index], one) for one in hit.matches
        )
        matched = [one for one in pairs if one.match.drawing_id]
        wanted = [one for one in matched if one.figure.weight > 0] or matched
        return Card(rank, hit, pairs, max(wanted, key=lambda one: one.match.score))

    return [card(rank, hit) for rank, hit in ask.sorted(page.hits)]
