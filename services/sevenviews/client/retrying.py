"""When a refused call is made again: as the server's RetryInfo says, and only within the call's own time."""

from __future__ import annotations

import random
import time

from sevenviews.designs import SevenviewsError

_LEAST_SECONDS = 0.1
_SPREAD = 0.25
"""Of the pause: callers that were refused together do not come back together."""


def pause_before_retry(error: SevenviewsError, give_up: float) -> float | None:
    """Seconds to wait before the same call; None where it is not worth it.

    Args:
        give_up: on the monotonic clock, when the call's time is over.
    """
    if error.retry_seconds is None:
        return None
    pause = max(error.retry_seconds, _LEAST_SECONDS) * random.uniform(1, 1 + _SPREAD)  # noqa: S311
    return pause if time.monotonic() + pause < give_up else None
