"""Releases that were looked up a moment ago, for calls that name one.

What a search needs of a release is written with its collection, and never again: model, dimension, metric, index,
calibration. So what was read stays true for as long as the collection is there, and a call that meets a collection
which is not there says so. All that can be believed in error is a release that was retired and made again under the
same id with other parameters, by another replica; and that for a moment only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from sevenviews.vectors.releases import Release

SECONDS = 2.0
"""As long as a gateway believes which release serves."""

_MOST = 64


class KnownReleases:
    """Safe to use from several threads.

    Args:
        seconds: how long a release is believed.
        clock: in seconds, never set back.
    """

    def __init__(self, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._known: dict[str, tuple[float, Release]] = {}
        self._lock = Lock()

    def get(self, release_id: str) -> Release | None:
        """The release, if it was put here a moment ago."""
        with self._lock:
            until, release = self._known.get(release_id, (0.0, None))
            return release if release is not None and self._clock() < until else None

    def put(self, release: Release, looked_at: float) -> None:
        """Believe a release for as long as is right since it was looked at."""
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[release.release_id] = (looked_at + self._seconds, release)

    def now(self) -> float:
        """The clock, before a release is looked at."""
        return self._clock()

    def forget(self, release_id: str) -> None:
        """Look again: it was made, dropped, or is not there."""
        with self._lock:
            self._known.pop(release_id, None)
