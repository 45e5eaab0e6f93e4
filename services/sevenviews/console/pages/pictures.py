"""The pictures of all pages: drawings of the catalogue, and previews of what was uploaded."""

from __future__ import annotations

import asyncio
import hashlib
import io
from http import HTTPStatus

from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sevenviews.console.gateway import Gateway
from sevenviews.console.pages.kept import Kept
from sevenviews.console.uploads import Uploads
from sevenviews.designs import CropBox, DrawingSize

_FOREVER = "private, max-age=86400, immutable"
_HOUR = "private, max-age=3600"
_SIZES = {one.value: one for one in DrawingSize}


class Pictures:
    """Served by this origin alone: the browser is given no other."""

    def __init__(self, gateway: Gateway, kept: Kept, uploads: Uploads) -> None:
        self._gateway = gateway
        self._kept = kept
        self._uploads = uploads

    async def drawing(self, request: Request) -> Response:
        """A drawing of the catalogue: ?size=thumbnail, preview or original."""
        size = _SIZES.get(request.query_params.get("size", ""), DrawingSize.THUMBNAIL)
        image = await self._gateway.of(request).get_drawing(request.path_params["drawing_id"], size)
        return _picture(request, image.content, image.media_type, _HOUR)

    async def figure(self, request: Request) -> Response:
        """A figure of a question as PNG: what its crop leaves, or with ?whole=1 all of it."""
        question = await self._kept.question(request)
        number = request.path_params["number"]
        if not 1 <= number <= len(question.figures) or not question.figures[number - 1].image:
            raise HTTPException(HTTPStatus.NOT_FOUND, "the search has no such figure")
        figure = question.figures[number - 1]
        content = await asyncio.to_thread(self._uploads.preview, figure.image)
        if figure.crop is not None and "whole" not in request.query_params:
            content = await asyncio.to_thread(_cropped, content, figure.crop)
        return _picture(request, content, "image/png", _FOREVER)


def _picture(request: Request, content: bytes, media_type: str, caching: str) -> Response:
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": caching}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _cropped(content: bytes, crop: CropBox) -> bytes:
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
        left, top = int(crop.left * width), int(crop.top * height)
        right, bottom = max(left + 1, round(crop.right * width)), max(top + 1, round(crop.bottom * height))
        part = io.BytesIO()
        picture.crop((left, top, right, bottom)).save(part, "PNG")
    return part.getvalue()
