"""`/releases`: what serves, and for operators the way to another release and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sevenviews.client import Release, ReleaseState
from sevenviews.console.gateway import Gateway
from sevenviews.console.rendering import Rendering
from sevenviews.designs import Reason, SevenviewsError


class ReleasePages:
    """What the gateway lets the console's credential see and do. A promotion is asked about before it is made."""

    def __init__(self, rendering: Rendering, gateway: Gateway) -> None:
        self._rendering = rendering
        self._gateway = gateway

    async def show(self, request: Request) -> Response:
        """What serves, how much the server takes, and for operators all releases."""
        info = await self._gateway.of(request).server_info()
        releases = await self._releases(request)
        return self._rendering.page(
            request,
            "releases.html",
            info=info,
            releases=releases,
            before=_before(releases or ()),
            promoted=request.query_params.get("promoted", ""),
        )

    async def confirm(self, request: Request) -> Response:
        """Which release would serve instead of which, and a button."""
        found = {one.release_id: one for one in await self._gateway.of(request).releases()}
        release_id = request.path_params["release_id"]
        if release_id not in found:
            raise SevenviewsError(
                Reason.RELEASE_NOT_FOUND, f"there is no release {release_id}", {"release_id": release_id}
            )
        serving = next((one for one in found.values() if one.state is ReleaseState.SERVING), None)
        return self._rendering.page(request, "promotion.html", release=found[release_id], serving=serving)

    async def promote(self, request: Request) -> Response:
        """Let it serve."""
        release = await self._gateway.of(request).promote_release(request.path_params["release_id"])
        return RedirectResponse(f"/releases?promoted={release.release_id}", HTTPStatus.SEE_OTHER)

    async def help(self, request: Request) -> Response:
        """The keys, and what scores mean."""
        return self._rendering.page(request, "help.html")

    async def _releases(self, request: Request) -> Sequence[Release] | None:
        """None: the credential is no operator's."""
        try:
            return await self._gateway.of(request).releases()
        except SevenviewsError as error:
            if error.reason is Reason.ROLE_MISSING:
                return None
            raise


def _before(releases: Sequence[Release]) -> Release | None:
    """That served before the present one, as `sevenviews releases rollback` has it."""
    kept = [one for one in releases if one.state is ReleaseState.KEPT]
    return max(kept, key=lambda one: one.promoted or datetime.min.replace(tzinfo=UTC), default=None)
