"""What the browser is told to refuse, and what we refuse of it."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sevenviews.runtime.settings import MEBIBYTE

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: then browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_SAFE = {"GET", "HEAD", "OPTIONS"}


class Security:
    """Sets HEADERS on every answer, and refuses what another site's page sends.

    A method that changes something is served to our own pages alone: by `Sec-Fetch-Site` where the browser sends it,
    by `Origin` else. A program that sends neither has no cookies that somebody could borrow.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        if scope["method"] in _SAFE or _is_ours(Headers(scope=scope)):
            await self._app(scope, receive, send_with_headers)
        else:
            refusal = PlainTextResponse("This comes from another site, and is not done.\n", 403)
            await refusal(scope, receive, send_with_headers)


class Bounds:
    """Refuses bodies that say, or turn out, to be too large: HTTPException 413, for a page to be made of."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        declared, taken = int(length) if length.isdecimal() else 0, 0

        async def receive_within_bounds() -> Message:
            nonlocal taken
            message = {} if declared > self._most_bytes else await receive()
            taken += len(message.get("body", b""))
            if max(declared, taken) > self._most_bytes:
                most = self._most_bytes // MEBIBYTE
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"an upload has at most {most} MiB")
            return message

        await self._app(scope, receive_within_bounds, send)


def _is_ours(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
