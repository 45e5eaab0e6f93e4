"""The seven standard views as orthographic cameras."""

from __future__ import annotations

import numpy as np

from sevenviews.designs import Reason, SevenviewsError, View
from sevenviews.synthetic.mesh import Points

_TURNS: dict[View, tuple[float, float]] = {
    View.FRONT: (0.0, 0.0),
    View.RIGHT: (90.0, 0.0),
    View.BACK: (180.0, 0.0),
    View.LEFT: (270.0, 0.0),
    View.TOP: (0.0, 90.0),
    View.BOTTOM: (0.0, -90.0),
}


def camera(view: View, perspective: tuple[float, float] = (35.0, 25.0)) -> Points:
    """The rotation [3, 3] from article to view: rows are right, up and away, as the viewer sees them.

    Args:
        perspective: azimuth and elevation of the perspective view in degrees; azimuth 0 is the front, 90 the
            right side. As in most patents the "perspective" view is an axonometry: parallels stay parallel.

    Raises:
        SevenviewsError: FIELD_OUT_OF_RANGE, the view is none of the seven standard views.
    """
    if view is not View.PERSPECTIVE and view not in _TURNS:
        raise SevenviewsError(
            Reason.FIELD_OUT_OF_RANGE,
            f"a synthetic design has the seven standard views, not {view.value!r}",
            {"field": "view"},
        )
    azimuth, elevation = np.radians(perspective if view is View.PERSPECTIVE else _TURNS[view])
    right = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    away = np.array(
        [-np.sin(azimuth) * np.cos(elevation), np.cos(azimuth) * np.cos(elevation), -np.sin(elevation)]
    )
    return np.stack([right, np.cross(right, away), away]).round(12)
