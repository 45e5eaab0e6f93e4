"""Deadlines are handed on: a call that is made for a request never outlives it."""

from __future__ import annotations

from typing import Any

import grpc

from sevenviews.designs import Reason, SevenviewsError

_MARGIN_SECONDS = 0.02
"""Kept back so that our own answer still arrives."""


def remaining(context: grpc.aio.ServicerContext[Any, Any], default: float) -> float:
    """Seconds that a request still has, at most `default`.

    Raises:
        SevenviewsError: DEADLINE_EXCEEDED, nothing is left.
    """
    left: float | None = context.time_remaining()
    if left is None:
        return default
    if left <= _MARGIN_SECONDS:
        raise SevenviewsError(Reason.DEADLINE_EXCEEDED, "the deadline passed before the work was done")
    return min(left - _MARGIN_SECONDS, default)
