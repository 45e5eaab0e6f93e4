"""Which views of a design its patent shows."""

from __future__ import annotations

from dataclasses import dataclass

from sevenviews.designs import STANDARD_VIEWS, FigureDescription, View
from sevenviews.synthetic.designs import SyntheticDesign, indefinite
from sevenviews.synthetic.dice import Dice

_FIGURES = 10
_VIEW_COUNTS = (2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7)
"""Half of all designs show all seven views; the others have two to six of them."""

_PLAIN_VIEWS = (View.TOP, View.BOTTOM)

_WORDINGS: dict[View, tuple[str, ...]] = {
    View.PERSPECTIVE: ("perspective view", "perspective view", "front perspective view", "isometric view"),
    View.FRONT: ("front view", "front elevational view", "front elevation view"),
    View.BACK: ("rear view", "rear elevational view", "back view"),
    View.LEFT: ("left side view", "left side elevational view", "left view"),
    View.RIGHT: ("right side view", "right side elevational view", "right view"),
    View.TOP: ("top view", "top plan view"),
    View.BOTTOM: ("bottom view", "bottom plan view"),
}


@dataclass(frozen=True)
class FigurePlan:
    """What a patent shows, in the order of its figure numbers, and what is kept back.

    Attributes:
        views: FIG. 1, FIG. 2 ...; each view once.
        query: the view of the query drawing; None where the design gives none.
    """

    views: tuple[View, ...]
    query: View | None = None


def plan_figures(design: SyntheticDesign, *, held_out: bool) -> FigurePlan:
    """Choose the views.

    The query of a held-out design shows, as often as not, a view that the patent then lacks; else a view that
    it has, which will be drawn in another style. Views from above and below make no good queries: many articles
    are plain circles and rectangles there.
    """
    dice = Dice(design.seed, design.index, _FIGURES)
    sides = [view for view in STANDARD_VIEWS if view is not View.PERSPECTIVE]
    count = dice.pick(_VIEW_COUNTS)
    has_perspective = count == len(STANDARD_VIEWS) or dice.chance(0.92)
    # The front is the side least often left out.
    chosen = [View.FRONT, *dice.sample(sides[1:], 5)] if dice.chance(0.8) else dice.sample(sides, 6)
    kept = set(chosen[: count - has_perspective]) | ({View.PERSPECTIVE} if has_perspective else set())
    views = [view for view in _order(dice) if view in kept]
    if not held_out:
        return FigurePlan(tuple(views))
    query = dice.pick([view for view in views if view not in _PLAIN_VIEWS] or views)
    if len(views) > 2 and dice.chance(0.5):  # noqa: PLR2004
        views.remove(query)
    return FigurePlan(tuple(views), query)


def _order(dice: Dice) -> list[View]:
    """As figures are usually numbered: mostly the perspective view first."""
    sides = [view for view in STANDARD_VIEWS if view is not View.PERSPECTIVE]
    return [View.PERSPECTIVE, *sides] if dice.chance(0.85) else [*sides, View.PERSPECTIVE]


def describe_figures(design: SyntheticDesign, plan: FigurePlan) -> tuple[FigureDescription, ...]:
    """A sentence a figure, without the words before it ("FIG. 1 is a") and the mark behind it."""
    dice = Dice(design.seed, design.index, _FIGURES, 1)
    wording = {view: dice.pick(options) for view, options in _WORDINGS.items()}
    article = indefinite(design.noun)
    first = dice.pick(
        (f"of {article}, showing my new design", f"of {article} showing our new design", f"of {article}")
    )
    return tuple(
        FigureDescription(str(number), f"{wording[view]} {first if number == 1 else 'thereof'}")
        for number, view in enumerate(plan.views, 1)
    )
