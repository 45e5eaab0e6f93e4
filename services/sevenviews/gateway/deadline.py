"""The time that a request has, shared out to the calls it makes."""

from __future__ import annotations

from dataclasses import dataclass

from sevenviews.runtime.deadlines import Deadline

__all__ = ["CallTimeouts", "Deadline"]


@dataclass(frozen=True, slots=True)
class CallTimeouts:
    """The longest that a call of each service may take, in seconds, however much time the request has."""

    embedding: float = 20.0
    vectors: float = 10.0
    metadata: float = 10.0
