"""`/designs/{id}` and `/compare`: a design with all its views, and several side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from sevenviews.console.gateway import Gateway
from sevenviews.console.pages.kept import Kept, back
from sevenviews.console.question import Figure
from sevenviews.console.rendering import Rendering
from sevenviews.designs import STANDARD_VIEWS, Drawing, Patent, View

LEAST, MOST = 2, 4
"""Designs that are compared."""

_ORDER = (*STANDARD_VIEWS, *(one for one in View if one not in STANDARD_VIEWS and one is not View.UNKNOWN))


@dataclass(frozen=True, slots=True)
class Row:
    """What shows one view: the figures that ask, and the drawings of each design, in their order."""

    view: View
    figures: Sequence[tuple[int, Figure]]
    drawings: Sequence[Sequence[Drawing]]


class DesignPages:
    """Designs of the catalogue."""

    def __init__(self, rendering: Rendering, gateway: Gateway, kept: Kept) -> None:
        self._rendering = rendering
        self._gateway = gateway
        self._kept = kept

    async def show(self, request: Request) -> Response:
        """All drawings and the bibliography."""
        patent = await self._gateway.of(request).get_patent(request.path_params["patent_id"])
        return self._rendering.page(
            request,
            "design.html",
            patent=patent,
            missing=[
                one for one in STANDARD_VIEWS if all(one != drawing.view for drawing in patent.drawings)
            ],
            described={one.figure_number: one.text for one in patent.figure_descriptions},
            back=back(request),
        )

    async def compare(self, request: Request) -> Response:
        """Two to four designs, a row a view; with ?s=DIGEST the figures of a search before them."""
        ids = list(dict.fromkeys(one for one in request.query_params.getlist("id") if one))
        if not LEAST <= len(ids) <= MOST:
            status = HTTPStatus.OK if not ids else HTTPStatus.UNPROCESSABLE_ENTITY
            return self._rendering.page(
                request, "compare_choice.html", status, ids=ids, least=LEAST, most=MOST, back=back(request)
            )
        client = self._gateway.of(request)
        patents = [one.get().patent async for one in client.get_patents(ids)]
        digest = request.query_params.get("s", "")
        figures: Sequence[Figure] = ()
        if digest:
            request.path_params["digest"] = digest
            figures = (await self._kept.question(request)).figures
        return self._rendering.page(
            request,
            "compare.html",
            patents=patents,
            rows=list(_rows(figures, patents)),
            digest=digest,
            back=back(request),
        )


def _rows(figures: Sequence[Figure], patents: Sequence[Patent]) -> Iterable[Row]:
    asking = [(number, one) for number, one in enumerate(figures, 1) if one.used and one.image]
    # What asks without its view stands first: everything below is to be held against it.
    unknown_first = any(one.view is View.UNKNOWN for _, one in asking)
    for view in (View.UNKNOWN, *_ORDER) if unknown_first else (*_ORDER, View.UNKNOWN):
        row = Row(
            view,
            [one for one in asking if one[1].view is view],
            [[one for one in patent.drawings if one.view is view] for patent in patents],
        )
        if row.figures or any(row.drawings):
            yield row
