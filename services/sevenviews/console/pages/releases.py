"""`/releases`: what serves, for operators."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from sevenviews.console.gateway import Gateway
from sevenviews.console.rendering import Rendering


class ReleasePages:
    """What the public API tells of releases: which one serves. They are changed by the command alone."""

    def __init__(self, rendering: Rendering, gateway: Gateway) -> None:
        self._rendering = rendering
        self._gateway = gateway

    async def show(self, request: Request) -> Response:
        """The serving release, the server's version, and how much it takes."""
        info = await self._gateway.of(request).server_info()
        return self._rendering.page(request, "releases.html", info=info)

    async def help(self, request: Request) -> Response:
        """The keys, and what scores mean."""
        return self._rendering.page(request, "help.html")
