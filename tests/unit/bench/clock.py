"""A clock that makes figures of benchmarks known in advance."""

from __future__ import annotations


class CountingClock:
    """The first thing that is timed takes one second, the second two, and so on: a figure tells what it is of."""

    def __init__(self) -> None:
        self._looks = 0
        self._seconds = 0.0

    def __call__(self) -> float:
        self._looks += 1
        if self._looks % 2 == 0:
            self._seconds += self._looks / 2
        return self._seconds
