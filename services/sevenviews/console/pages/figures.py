"""`/s/{digest}/figures`: the figures of what was uploaded: which are used, what they show, which part counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from sevenviews.console.asking import asked
from sevenviews.console.pages.kept import Kept
from sevenviews.console.question import MOST_FIGURES, Figure, Question
from sevenviews.console.rendering import Rendering
from sevenviews.designs import CropBox, View

EDGES = ("left", "top", "right", "bottom")
MOST_WEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and its form: what is in the fields, and what is wrong with it."""

    number: int
    figure: Figure
    edges: Mapping[str, str]
    weight: str
    problem: str = ""


class FigurePages:
    """A question is never changed: its figures, told otherwise, ask another one."""

    def __init__(self, rendering: Rendering, kept: Kept) -> None:
        self._rendering = rendering
        self._kept = kept

    async def show(self, request: Request) -> Response:
        """The figures, a form each."""
        question = await self._kept.question(request)
        rows = [_row(number, one) for number, one in enumerate(question.figures, 1)]
        return self._page(request, question, rows)

    async def apply(self, request: Request) -> Response:
        """Search with the figures as they are told now; the filters stay."""
        question = await self._kept.question(request)
        async with request.form(max_files=0, max_fields=10 * len(question.figures) + 10) as form:
            rows = [_told(number, one, form) for number, one in enumerate(question.figures, 1)]
        changed = replace(question, figures=tuple(one.figure for one in rows))
        problem = _problem_of_all(changed)
        if problem or any(one.problem for one in rows):
            return self._page(request, question, rows, problem)
        return await self._kept.go(changed, asked(request.query_params.multi_items()).parameters())

    def _page(self, request: Request, question: Question, rows: list[Row], problem: str = "") -> Response:
        wrong = problem or any(one.problem for one in rows)
        return self._rendering.page(
            request,
            "figures.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
            digest=request.path_params["digest"],
            question=question,
            rows=rows,
            problem=problem,
            all_views=list(View),
            edges=EDGES,
            most_weight=MOST_WEIGHT,
            most=MOST_FIGURES,
            parameters=asked(request.query_params.multi_items()).parameters(),
        )


def _problem_of_all(question: Question) -> str:
    if len(question.used) > MOST_FIGURES:
        return f"{len(question.used)} figures are used; {MOST_FIGURES} can be."
    if not any(one.weight > 0 for one in question.used):
        return "At least one figure with a weight above 0 has to be used."
    return ""


def _row(number: int, figure: Figure) -> Row:
    crop = figure.crop or CropBox(0, 0, 1, 1)
    edges = {edge: f"{100 * getattr(crop, edge):g}" for edge in EDGES}
    return Row(number, figure, edges, f"{figure.weight:g}")


def _told(number: int, figure: Figure, form: FormData) -> Row:
    """As the form has it. What it does not have stays."""
    given = {name: str(form.get(f"{name}-{number}", "")).strip() for name in (*EDGES, "weight", "view")}
    edges = {
        edge: given[edge] or default for edge, default in zip(EDGES, ("0", "0", "100", "100"), strict=True)
    }
    weight = given["weight"] or "1"
    used = f"use-{number}" in form
    try:
        changed = replace(
            figure,
            used=used,
            view=View(given["view"]) if given["view"] else figure.view,
            crop=_crop(edges),
            weight=_weight(weight),
        )
    except ValueError as error:
        return Row(number, replace(figure, used=used), edges, weight, str(error))
    return Row(number, changed, edges, weight)


def _crop(edges: Mapping[str, str]) -> CropBox | None:
    try:
        numbers = [float(edges[edge]) / 100 for edge in EDGES]
    except ValueError:
        raise ValueError("The crop is told by four numbers, 0 to 100.") from None
    if numbers == [0, 0, 1, 1]:
        return None
    try:
        return CropBox(*numbers)
    except ValueError:
        raise ValueError("The crop is empty, or reaches beyond the image.") from None


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = 0.0
    if not 0 < abs(weight) <= MOST_WEIGHT:
        raise ValueError(f"The weight is a number of at most {MOST_WEIGHT:g}, and not 0.")
    return weight
