"""`/s/{digest}`: what looks alike, grouped by design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from sevenviews.client import PatentHit, QueryImage, QueryMatch, SearchPage
from sevenviews.console.asking import CONDITIONS, PAGE_SIZES, SORTS, VIEWS, Asked, asked
from sevenviews.console.gateway import Gateway
from sevenviews.console.pages.kept import Kept
from sevenviews.console.question import Figure, Question
from sevenviews.console.reading import checked
from sevenviews.console.rendering import Rendering
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
    """The grid of hits, its facets, and the same search with what was marked."""

    def __init__(self, rendering: Rendering, gateway: Gateway, kept: Kept) -> None:
        self._rendering = rendering
        self._gateway = gateway
        self._kept = kept

    async def show(self, request: Request) -> Response:
        """A page of hits. Without a filter that can be read there are none."""
        question = await self._kept.question(request)
        ask = asked(request.query_params.multi_items())
        page = None if ask.problems else await self._search(request, question, ask)
        counts = await self._counts(request, ask) if "facets" in request.query_params else None
        return self._rendering.page(
            request,
            "hits.html",
            digest=request.path_params["digest"],
            question=question,
            ask=ask,
            page=page,
            cards=_cards(question, ask, page) if page else [],
            next=ask.parameters(page=(page.next_page_token, ask.number + 1)) if page else "",
            classes=page.predicted_classes[:_CLASSES_SHOWN] if page else (),
            counts=counts,
            facet_names=_FACETS,
            conditions=CONDITIONS,
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

    async def refine(self, request: Request) -> Response:
        """The same search, with drawings of hits that were marked as more and as less of what is looked for."""
        question = await self._kept.question(request)
        async with request.form(max_files=0) as form:
            liked, unliked = ([str(one) for one in form.getlist(name)] for name in ("like", "unlike"))
        weights = {**dict.fromkeys(liked, 0.5), **dict.fromkeys(unliked, -0.5)}
        kept = [one for one in question.figures if one.drawing_id not in weights]
        marked = [Figure(drawing_id=one, weight=weight) for one, weight in weights.items()]
        refined = checked(Question((*kept, *marked), question.troubles))
        return await self._kept.go(refined, asked(request.query_params.multi_items()).parameters())

    async def _search(self, request: Request, question: Question, ask: Asked) -> SearchPage:
        client = self._gateway.of(request)
        if ask.page:
            return await client.search(
                [], limit=ask.size, page_token=ask.page, allow_degraded=True, exact=ask.exact
            )
        images = await self._kept.images(checked(question))
        return await client.search(
            [_query(one, images.get(one.image, b"")) for one in question.used],
            limit=ask.size,
            patent_filter=ask.patent_filter,
            view_matching=ask.view_matching,
            allow_degraded=True,
            exact=ask.exact,
        )

    async def _counts(self, request: Request, ask: Asked) -> Sequence[FacetCounts]:
        client = self._gateway.of(request)
        return await client.facets(ask.patent_filter, tuple(_FACETS), _VALUES_SHOWN)


def _query(figure: Figure, content: bytes) -> QueryImage:
    return QueryImage(content, figure.view, figure.crop, figure.weight, figure.drawing_id, figure.patent_id)


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
