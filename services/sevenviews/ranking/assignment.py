"""Which drawing serves which query image, for many patents at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from sevenviews.ranking.soft_mean import SOFTNESS
from sevenviews.ranking.values import Flags, Values

Places = npt.NDArray[np.int64]
"""[patents, queries]: which of the patent's drawings a query image is matched with; LEFT_OUT: none."""

LEFT_OUT = -1

_FORBIDDEN = -2.0
"""Less than any gain, and than that of leaving a query image out, which is 0."""


def assign(
    worth: Values, twice: Flags, weights: Values, levels: Values, softness: float = SOFTNESS
) -> Places:
    """The assignment of one drawing at least that has the largest soft mean.

    Args:
        worth: x(q, d), -inf where forbidden; [patents, queries, drawings].
        twice: whether the drawing may serve this query image though it serves another one; same shape.
        weights, levels: of the query images, the weights positive; [queries].
        softness: τ.
    """
    gains = _gains(worth, weights, levels, softness)
    best = gains.argmax(-1)
    places = np.where(np.take_along_axis(gains, best[..., None], -1)[..., 0] > 0, best, LEFT_OUT)
    contested = np.flatnonzero(_contested(places))
    if len(contested):
        places[contested] = _hungarian(gains[contested], twice[contested])
    unlike = np.flatnonzero((places == LEFT_OUT).all(-1) & np.isfinite(worth).any((1, 2)))
    for patent in unlike:
        query, place = np.unravel_index(gains[patent].argmax(), gains[patent].shape)
        places[patent, query] = place
    return places


def _gains(worth: Values, weights: Values, levels: Values, softness: float) -> Values:
    """What each match adds to Σ w · e^(y / τ), beyond what leaving the query image out adds: -1 to 1.

    The largest soft mean is the largest sum. Each patent is measured from its best, lest those that are all unlike
    be lost in rounding.
    """
    highest = np.maximum(worth.max((1, 2)), levels.max())[:, None, None]
    shares = (weights / weights.max())[:, None]
    gains = shares * (np.exp((worth - highest) / softness) - np.exp((levels[:, None] - highest) / softness))
    return np.where(np.isfinite(worth), gains, _FORBIDDEN)


def _contested(places: Places) -> Flags:
    """[patents]: whether two query images want the same drawing. Where none do, each has its best."""
    ordered = np.sort(places, axis=-1)
    contested: Flags = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] != LEFT_OUT)).any(-1)
    return contested


def _hungarian(gains: Values, twice: Flags) -> Places:
    patents, queries, drawings = gains.shape
    table = np.zeros((patents, queries, 2 * drawings + queries))
    table[..., :drawings] = gains
    table[..., drawings : 2 * drawings] = np.where(twice, gains, _FORBIDDEN)
    columns = np.array([linear_sum_assignment(one, maximize=True)[1] for one in table], np.int64)
    return np.where(columns < 2 * drawings, columns % drawings, LEFT_OUT)
