"""What the index has given for the query images so far, and what it leaves open."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sevenviews.backends.records import NearestDrawing
from sevenviews.designs import View, ViewMatching
from sevenviews.ranking import OTHER_VIEW_COST, QueryDrawing, free_views

Key = tuple[str, int]
"""A patent and its generation."""


class NearestList:
    """The nearest drawings of a query image, of all views or of some.

    Args:
        query: index of the image.
        views: that its drawings have; none: any.
        free: the views whose drawings cost nothing, where views are preferred; none: no drawing costs anything.
    """

    def __init__(self, query: int, views: tuple[View, ...] = (), free: tuple[View, ...] = ()) -> None:
        self.query = query
        self.views = views
        self._free = free
        self.floor = 1.0
        """The most that a drawing can be worth which no list of the image has."""
        self.exhausted = False
        self.best: dict[Key, NearestDrawing] = {}
        """The drawing of each patent that is worth most."""

    def fill(self, drawings: Sequence[NearestDrawing], depth: int) -> None:
        """Take what a deeper search found."""
        for drawing in drawings:
            key = drawing.patent_id, drawing.generation
            known = self.best.get(key)
            if known is None or self.worth(drawing) > self.worth(known):
                self.best[key] = drawing
        self.exhausted = len(drawings) < depth
        self.floor = -1.0
        if not self.exhausted:
            # Those that cost nothing have a list of their own.
            self.floor = drawings[-1].score - (OTHER_VIEW_COST if self._free else 0.0)

    def worth(self, drawing: NearestDrawing) -> float:
        """x(q, d) of the formula."""
        costs = self._free and drawing.view not in self._free
        return drawing.score - (OTHER_VIEW_COST if costs else 0.0)


def nearest_lists(queries: Sequence[QueryDrawing], matching: ViewMatching) -> list[NearestList]:
    """Of each image that is looked for.

    The views that are preferred have a list of their own. Their drawings cost nothing, and may lie far below those of
    other views, all of which would have to be fetched first.
    """
    lists = []
    for index, query in enumerate(queries):
        if query.weight < 0:
            continue
        if matching is ViewMatching.REQUIRE:
            lists.append(NearestList(index, (query.view,)))
        elif matching is ViewMatching.IGNORE or query.view is View.UNKNOWN:
            lists.append(NearestList(index))
        else:
            lists.append(NearestList(index, free=free_views(query.view)))
            lists.append(NearestList(index, free_views(query.view)))
    return lists


class Candidates:
    """What the lists say of each patent of which they have a drawing.

    Args:
        queries: how many images there are.
        lists: what was found for them.
    """

    def __init__(self, queries: int, lists: Sequence[NearestList]) -> None:
        self._queries = queries
        self._lists = lists

    @property
    def keys(self) -> list[Key]:
        return list({key: None for one in self._lists for key in one.best})

    def reach(self, keys: Sequence[Key]) -> npt.NDArray[np.float64]:
        """The most that each patent's best drawing can be worth to each image; [patents, queries]."""
        reach = np.full((len(keys), self._queries), -1.0)
        for one in self._lists:
            for row, key in enumerate(keys):
                found = one.best.get(key)
                value = one.floor if found is None else one.worth(found)
                reach[row, one.query] = max(reach[row, one.query], value)
        return reach

    def unseen(self) -> npt.NDArray[np.float64]:
        """The same of a patent that no list has; [1, queries]."""
        return self.reach([("", 0)])

    def best_drawing(self, key: Key) -> NearestDrawing | None:
        """Of a single image's lists: the drawing that is worth most; None if one they lack might be worth more."""
        known = [(one.worth(drawing), drawing) for one in self._lists if (drawing := one.best.get(key))]
        worth, drawing = max(known, key=lambda pair: (pair[0], pair[1].drawing_id))
        floors = [one.floor for one in self._lists if key not in one.best]
        return drawing if all(floor <= worth for floor in floors) else None
