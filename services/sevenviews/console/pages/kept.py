"""Questions as pages have them: found by the digest of the address, and gone to."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sevenviews.certificates import SealedCertificate
from sevenviews.console.question import Question
from sevenviews.console.uploads import Uploads


class Kept:
    """The uploads, beside the event loop."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    async def question(self, request: Request) -> Question:
        """That the address names. Raises HTTPException 410 where it is not kept (any more)."""
        found = await asyncio.to_thread(self._uploads.find, request.path_params["digest"])
        if found is None:
            raise HTTPException(HTTPStatus.GONE, "nothing is kept under this address")
        return found

    async def images(self, question: Question) -> dict[str, bytes]:
        """The bytes of all uploads that are searched with, by digest. Raises as `question`."""
        digests = sorted({one.image for one in question.used if one.image})
        try:
            contents = await asyncio.to_thread(lambda: list(map(self._uploads.image, digests)))
        except FileNotFoundError:
            raise HTTPException(HTTPStatus.GONE, "an image went meanwhile") from None
        return dict(zip(digests, contents, strict=True))

    async def go(self, question: Question, parameters: str = "") -> Response:
        """Keep a question, and go to its hits."""
        digest = await asyncio.to_thread(self._uploads.add, question)
        address = f"/s/{digest}" + (f"?{parameters}" if parameters else "")
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)

    async def keep_certificate(self, sealed: SealedCertificate | None) -> None:
        """Of a search, if it has one."""
        if sealed is not None:
            await asyncio.to_thread(self._uploads.add_certificate, sealed)

    async def certificate(self, request: Request) -> SealedCertificate:
        """That the address names. Raises HTTPException 410 where it is not kept (any more)."""
        found = await asyncio.to_thread(self._uploads.certificate, request.path_params["sha256"])
        if found is None:
            raise HTTPException(HTTPStatus.GONE, "no such certificate is kept")
        return found

    async def purge(self, request: Request) -> Response:
        """Forget what was uploaded, and say so."""
        await asyncio.to_thread(self._uploads.purge, request.path_params["digest"])
        return RedirectResponse("/?purged=1", HTTPStatus.SEE_OTHER)


def back(request: Request) -> str:
    """The hits that somebody comes from: an address of ours, and no other."""
    address = request.query_params.get("back", "")
    return address if address.startswith("/s/") else ""
