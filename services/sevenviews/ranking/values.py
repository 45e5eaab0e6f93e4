"""What a drawing is worth to a query image: their cosine, and what their views say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sevenviews.designs import View, ViewMatching

OTHER_VIEW_COST = 0.02
"""In cosine: decides between drawings about equally similar; never lifts an unlike one over a like one."""

MIRRORED = {View.LEFT: View.RIGHT, View.RIGHT: View.LEFT}
"""A side, and the one that its mirror image shows."""

UNNAMED = frozenset({View.UNKNOWN, View.OTHER})
"""Views that may be any: OTHER is "a side view", without saying which."""

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_NUMBER = {view: number for number, view in enumerate(View)}
_MIRRORED_NUMBER = np.array([_NUMBER[MIRRORED.get(view, view)] for view in View])
_MAY_BE_A_SIDE = np.array([view in MIRRORED or view in UNNAMED for view in View])


def free_views(view: View) -> tuple[View, ...]:
    """The views whose drawings cost nothing to a query image of a view that is known and preferred."""
    return (view, MIRRORED[view]) if view in MIRRORED else (view,)


class ViewPairs:
    """How the views of query images stand to those of drawings; flags are [queries, drawings].

    Attributes:
        same: both have the same view, if only an unknown one.
        mirrored: one shows the left side, the other the right.
    """

    def __init__(self, queries: Sequence[View], drawings: Sequence[View]) -> None:
        self._queries = np.array([_NUMBER[view] for view in queries], np.int64)
        self._drawings = np.array([_NUMBER[view] for view in drawings], np.int64)
        self.same: Flags = self._queries[:, None] == self._drawings
        self.mirrored: Flags = ~self.same & (_MIRRORED_NUMBER[self._queries][:, None] == self._drawings)

    def worth(self, cosines: Values, matching: ViewMatching) -> Values:
        """x(q, d) of the formula, -inf where a match is forbidden; [queries, drawings]."""
        if matching is ViewMatching.IGNORE:
            return cosines
        if matching is ViewMatching.REQUIRE:
            return np.where(self.same, cosines, -np.inf)
        known = self._queries != _NUMBER[View.UNKNOWN]
        return cosines - np.where(known[:, None] & ~self.same & ~self.mirrored, OTHER_VIEW_COST, 0.0)

    @property
    def may_be_mirrored(self) -> Flags:
        """Whether the drawing may be one side and the query image the other, by all that is known of them."""
        sides = _MAY_BE_A_SIDE[self._queries][:, None] & _MAY_BE_A_SIDE[self._drawings]
        one_side = self.same & (_MIRRORED_NUMBER[self._drawings] != self._drawings)
        mirrored: Flags = sides & ~one_side
        return mirrored


def checked_cosines(similarities: npt.NDArray[np.floating], shape: tuple[int, ...]) -> Values:
    """Cosines within -1 and 1. Raises ValueError if the shape is another, or one is not finite."""
    if similarities.shape != shape:
        raise ValueError(f"cosines of shape {shape} are needed, not {similarities.shape}")
    if not np.isfinite(similarities).all():
        raise ValueError("a cosine is not finite")
    return np.clip(np.asarray(similarities, np.float64), -1, 1)
