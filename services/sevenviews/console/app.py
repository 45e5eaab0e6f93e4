"""The console, wired."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sevenviews.console.gateway import Gateway
from sevenviews.console.pages.designs import DesignPages
from sevenviews.console.pages.exports import ExportPages
from sevenviews.console.pages.figures import FigurePages
from sevenviews.console.pages.hits import HitPages
from sevenviews.console.pages.kept import Kept
from sevenviews.console.pages.pictures import Pictures
from sevenviews.console.pages.releases import ReleasePages
from sevenviews.console.pages.search import SearchPages
from sevenviews.console.reading import Cut, Reader, uncut
from sevenviews.console.rendering import STATIC, Rendering
from sevenviews.console.searching import Searching
from sevenviews.console.security import Bounds, Security
from sevenviews.console.settings import ConsoleSettings
from sevenviews.console.uploads import Uploads
from sevenviews.designs import SevenviewsError


class Console:
    """All pages.

    Args:
        settings: the gateway, and how much is kept for how long.
        cut: sheets into their figures; without it each image is one drawing.
    """

    def __init__(self, settings: ConsoleSettings, cut: Cut = uncut) -> None:
        self.draining = False
        self._gateway = Gateway(settings)
        rendering = Rendering()
        uploads = Uploads(settings.uploads, settings.upload_seconds, settings.uploads_bytes)
        kept = Kept(uploads)
        reader = Reader(uploads, cut, settings.read_concurrency)
        search = SearchPages(rendering, self._gateway, reader, kept, settings.max_upload_bytes)
        searching = Searching(self._gateway, kept)
        hits = HitPages(rendering, self._gateway, kept, searching)
        exports = ExportPages(rendering, self._gateway, kept, searching, settings.read_concurrency)
        figures = FigurePages(rendering, kept)
        designs = DesignPages(rendering, self._gateway, kept)
        pictures = Pictures(self._gateway, kept, uploads)
        releases = ReleasePages(rendering, self._gateway)
        self.app = Starlette(
            routes=[
                Route("/", search.show),
                Route("/", search.ask, methods=["POST"]),
                Route("/s/{digest}", hits.show),
                Route("/s/{digest}/facets", hits.facets),
                Route("/s/{digest}/hits.{form}", exports.download),
                Route("/s/{digest}/certificate", exports.certify, methods=["POST"]),
                Route("/s/{digest}/purge", kept.purge, methods=["POST"]),
                Route("/s/{digest}/figures", figures.show),
                Route("/s/{digest}/figures", figures.apply, methods=["POST"]),
                Route("/s/{digest}/figures/{number:int}", pictures.figure),
                Route("/designs", search.find),
                Route("/designs/{patent_id}", designs.show),
                Route("/designs/{patent_id}/search", search.ask_with_design, methods=["POST"]),
                Route("/drawings/{drawing_id}", pictures.drawing),
                Route("/compare", designs.compare),
                Route("/certificates/{sha256}.json", exports.save),
                Route("/certificates/{sha256}", exports.show),
                Route("/releases", releases.show),
                Route("/releases/{release_id}/promote", releases.confirm),
                Route("/releases/{release_id}/promote", releases.promote, methods=["POST"]),
                Route("/help", releases.help),
                Route("/healthz", self._health),
                Mount("/static", _Static(directory=STATIC)),
            ],
            middleware=[
                Middleware(Security),
                Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.allowed_hosts)),
                Middleware(GZipMiddleware, minimum_size=1024),
                Middleware(Bounds, most_bytes=settings.max_upload_bytes),
            ],
            exception_handlers={
                SevenviewsError: rendering.failure,
                HTTPException: rendering.failure,
                Exception: rendering.failure,
            },
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._gateway.open()
        yield
        await self._gateway.close()

    async def _health(self, _: Request) -> Response:
        """Whether this process takes requests. The gateway's troubles are told on its pages, and are none of ours."""
        return PlainTextResponse(
            "draining\n" if self.draining else "ok\n",
            HTTPStatus.SERVICE_UNAVAILABLE if self.draining else HTTPStatus.OK,
        )


class _Static(StaticFiles):
    """Files whose addresses change with their content."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
