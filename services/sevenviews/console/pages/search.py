"""`/`: what to search with."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sevenviews.console.gateway import Gateway
from sevenviews.console.pages.kept import Kept
from sevenviews.console.question import MOST_FIGURES, Figure, Question, Trouble
from sevenviews.console.reading import File, Reader
from sevenviews.console.rendering import Rendering

_NAME_LENGTH = 120


class SearchPages:
    """The start page, and what its forms do.

    Args:
        most_bytes: of an upload.
    """

    def __init__(
        self, rendering: Rendering, gateway: Gateway, reader: Reader, kept: Kept, most_bytes: int
    ) -> None:
        self._rendering = rendering
        self._gateway = gateway
        self._reader = reader
        self._kept = kept
        self._most_bytes = most_bytes

    async def show(self, request: Request) -> Response:
        """The empty form."""
        return self._form(request)

    async def ask(self, request: Request) -> Response:
        """Keep what was uploaded, and go to its hits. Of several files, those that cannot be read are told there."""
        async with request.form(max_files=MOST_FIGURES, max_fields=MOST_FIGURES) as form:
            files = await _files(form)
            number, whole = str(form.get("number", "")).strip(), "whole" in form
        more: tuple[Figure, ...] = ()
        if number:
            patent = await self._gateway.of(request).get_patent(number)
            more = (Figure(patent_id=patent.patent_id),)
        if not files and not more:
            return self._form(request, HTTPStatus.UNPROCESSABLE_ENTITY, missing=True)
        question = await self._reader.read(files, whole=whole, more=more)
        if not question.figures:
            return self._form(request, HTTPStatus.UNPROCESSABLE_ENTITY, troubles=question.troubles)
        return await self._kept.go(question)

    async def ask_with_design(self, request: Request) -> Response:
        """Search with a design of the catalogue; the gateway leaves it out, and its family."""
        return await self._kept.go(Question((Figure(patent_id=request.path_params["patent_id"]),)))

    async def find(self, request: Request) -> Response:
        """A design by the number that somebody has typed."""
        number = request.query_params.get("number", "").strip()
        if not number:
            return RedirectResponse("/", HTTPStatus.SEE_OTHER)
        patent = await self._gateway.of(request).get_patent(number)
        return RedirectResponse(f"/designs/{quote(patent.patent_id, safe='')}", HTTPStatus.SEE_OTHER)

    def _form(
        self,
        request: Request,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        troubles: tuple[Trouble, ...] = (),
        missing: bool = False,
    ) -> Response:
        return self._rendering.page(
            request,
            "search.html",
            status,
            troubles=troubles,
            missing=missing,
            purged="purged" in request.query_params,
            most=MOST_FIGURES,
            most_bytes=self._most_bytes,
        )


async def _files(form: FormData) -> list[File]:
    found = [one for one in form.getlist("images") if isinstance(one, UploadFile) and one.filename]
    return [File((one.filename or "")[-_NAME_LENGTH:], await one.read()) for one in found]
