"""The search that an address asks for."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from sevenviews.client import QueryImage, SearchPage
from sevenviews.console.asking import Asked
from sevenviews.console.gateway import Gateway
from sevenviews.console.pages.kept import Kept
from sevenviews.console.question import Question
from sevenviews.console.reading import checked


class Searching:
    """Asks the gateway on behalf of whoever asks for a page."""

    def __init__(self, gateway: Gateway, kept: Kept) -> None:
        self._gateway = gateway
        self._kept = kept

    async def queries(self, question: Question) -> list[QueryImage]:
        """What is searched with. Raises as `checked`, and HTTPException 410 where an image went meanwhile."""
        images = await self._kept.images(checked(question))
        return [
            QueryImage(images.get(one.image, b""), one.view, one.crop, one.weight, patent_id=one.patent_id)
            for one in question.used
        ]

    async def page(
        self,
        request: Request,
        queries: Sequence[QueryImage],
        ask: Asked,
        *,
        read_mask: Sequence[str] = (),
        certify: bool = False,
    ) -> SearchPage:
        """A page of hits. Raises SevenviewsError."""
        client = self._gateway.of(request)
        if ask.page:
            return await client.search(
                [],
                limit=ask.size,
                page_token=ask.page,
                allow_degraded=True,
                exact=ask.exact,
                application=ask.application,
                read_mask=read_mask,
            )
        return await client.search(
            queries,
            limit=ask.size,
            patent_filter=ask.patent_filter,
            view_matching=ask.view_matching,
            allow_degraded=not certify,
            exact=ask.exact,
            relevant_patents=ask.like,
            irrelevant_patents=ask.unlike,
            collapse_families=ask.families,
            application=ask.application,
            read_mask=read_mask,
            certify=certify,
        )
