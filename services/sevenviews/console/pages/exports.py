"""`/s/{digest}/hits.csv`, `.json`, `.pdf` and `/certificates/{sha256}`: what was found, to be kept and proven."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sevenviews.certificates import SealedCertificate
from sevenviews.client import QueryImage, SearchPage
from sevenviews.client.export import READ_MASK, Form, drawings_of, rendered
from sevenviews.console.asking import Asked, asked
from sevenviews.console.gateway import Gateway
from sevenviews.console.pages.kept import Kept, back
from sevenviews.console.rendering import Rendering
from sevenviews.console.searching import Searching
from sevenviews.designs import DrawingSize, Reason, SevenviewsError


class ExportPages:
    """Files of hits, and certificates. Each search of a first page that leaves here has one, which is kept.

    Args:
        concurrency: files that are made at once; others wait.
    """

    def __init__(
        self, rendering: Rendering, gateway: Gateway, kept: Kept, searching: Searching, concurrency: int
    ) -> None:
        self._rendering = rendering
        self._gateway = gateway
        self._kept = kept
        self._searching = searching
        self._turn = asyncio.Semaphore(concurrency)

    async def download(self, request: Request) -> Response:
        """The hits of a page as a file."""
        form = next((one for one in Form if one == request.path_params["form"]), None)
        if form is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"files are {', '.join(Form)}")
        ask = asked(request.query_params.multi_items())
        queries, page = await self._search(request, ask)
        drawings = await self._drawings(request, form, queries, page)
        first_rank = (ask.number - 1) * ask.size + 1
        async with self._turn:
            content = await asyncio.to_thread(rendered, form, page, queries, drawings, first_rank)
        return _file(
            content, form.media_type, f"hits-{request.path_params['digest'][:8]}-{first_rank}.{form}"
        )

    async def certify(self, request: Request) -> Response:
        """Search again, for a certificate, and go to it."""
        ask = asked(request.query_params.multi_items())
        if ask.page:
            raise SevenviewsError(
                Reason.FIELD_MALFORMED, "a certificate is of a first page", {"field": "page"}
            )
        _, page = await self._search(request, ask)
        if page.certificate is None:
            raise HTTPException(HTTPStatus.NOT_IMPLEMENTED, "the gateway gives no certificates")
        parameters = ask.parameters()
        hits = f"/s/{request.path_params['digest']}" + (f"?{parameters}" if parameters else "")
        address = f"/certificates/{page.certificate.sha256}?{urlencode({'back': hits})}"
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)

    async def show(self, request: Request) -> Response:
        """What a certificate says."""
        sealed = await self._kept.certificate(request)
        return self._rendering.page(
            request, "certificate.html", sealed=sealed, said=sealed.verified(), back=back(request)
        )

    async def save(self, request: Request) -> Response:
        """A certificate as the command writes it, and reads it to repeat the search."""
        sealed: SealedCertificate = await self._kept.certificate(request)
        content = JSONResponse(sealed.as_json()).body
        return _file(bytes(content), "application/json", f"search-{sealed.sha256[:8]}.certificate.json")

    async def _search(self, request: Request, ask: Asked) -> tuple[list[QueryImage], SearchPage]:
        if ask.problems:
            name, problem = next(iter(ask.problems.items()))
            raise SevenviewsError(Reason.FIELD_MALFORMED, problem, {"field": name})
        queries = await self._searching.queries(await self._kept.question(request))
        page = await self._searching.page(request, queries, ask, read_mask=READ_MASK, certify=not ask.page)
        await self._kept.keep_certificate(page.certificate)
        return queries, page

    async def _drawings(
        self, request: Request, form: Form, queries: Sequence[QueryImage], page: SearchPage
    ) -> Mapping[str, bytes]:
        wanted = drawings_of(form, queries, page)
        results = self._gateway.of(request).get_drawings(wanted, DrawingSize.MEDIUM)
        return {one.drawing_id: one.image.content async for one in results if one.image is not None}


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
