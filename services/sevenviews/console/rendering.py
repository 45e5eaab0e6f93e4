"""Templates to answers, and failures to pages that say what to do."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sevenviews.client.export.words import rule_told
from sevenviews.console import words

_HERE = Path(__file__).parent
STATIC = _HERE / "static"


class Rendering:
    """Renders templates/*.html."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(
            likeness=words.likeness,
            band=words.band,
            view=words.view_words,
            day=_day,
            month=lambda day: f"{day:%B %Y}",  # of a citation often no day is known
            id=lambda text: quote(text, safe=""),
        )
        self._templates.globals.update(
            drawing_words=words.drawing_words,
            bands=words.BANDS,
            standing_words=words.STANDINGS,
            rule_told=rule_told,
            static=_addresses(STATIC),
        )

    def page(
        self,
        request: Request,
        template: str,
        status: int = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """A page. A `number` in the context fills the field of the head."""
        text = self._templates.get_template(template).render(request=request, **context)
        return HTMLResponse(text, status, headers)

    def failure(self, request: Request, error: Exception) -> Response:
        """The page of a failure, with its reason for programs; handles SevenviewsError and HTTPException."""
        told = words.told(error)
        wait = math.ceil(told.retry_seconds) if told.retry_seconds is not None else None
        headers = None if wait is None else {"Retry-After": str(max(1, wait))}
        first = request.url.remove_query_params(["page", "n"]) if "page" in request.query_params else None
        return self.page(
            request,
            "failure.html",
            told.status,
            headers,
            told=told,
            wait=wait,
            again=_address(request.url) if request.method == "GET" else "",
            first=_address(first) if first else "",
        )


def _address(url: URL) -> str:
    """Within this site."""
    return url.path + (f"?{url.query}" if url.query else "")


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else "not known"


def _addresses(folder: Path) -> Mapping[str, str]:
    """Of the static files: an address changes with its content, so that browsers may keep what they have."""
    return {
        path.name: f"/static/{path.name}?{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
        for path in folder.iterdir()
    }
