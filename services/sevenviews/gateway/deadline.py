"""The time that a request has, shared out to the calls it makes."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sevenviews.designs import Reason, SevenviewsError


@dataclass(frozen=True, slots=True)
class CallTimeouts:
    """The longest that a call of each service may take, in seconds, however much time the request has."""

    embedding: float = 20.0
    vectors: float = 10.0
    metadata: float = 10.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point of the monotonic clock, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """That many seconds from now."""
        return cls(time.monotonic() + seconds)

    def share(self, cap_seconds: float) -> float:
        """Seconds for one call: what is left, at most the cap.

        Raises:
            SevenviewsError: DEADLINE_EXCEEDED, nothing is left.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise SevenviewsError(Reason.DEADLINE_EXCEEDED, "the deadline passed before the work was done")
        return min(left, cap_seconds)
