"""Which releases outlive their rollback window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sevenviews.backends.records import Release, ReleaseState
from sevenviews.refresh.switching import outlived

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WINDOW = timedelta(hours=72)


def release(name: str, promoted_hours_ago: float | None, state: ReleaseState) -> Release:
    promoted = None if promoted_hours_ago is None else NOW - timedelta(hours=promoted_hours_ago)
    return Release(name, "m", state, promoted=promoted)


def test_a_release_goes_when_its_successor_has_served_for_the_window() -> None:
    releases = [
        release("building", None, ReleaseState.BUILDING),
        release("serving", 1, ReleaseState.SERVING),
        release("just-replaced", 500, ReleaseState.KEPT),
        release("old", 700, ReleaseState.KEPT),
    ]
    assert outlived(releases, WINDOW, NOW) == ("old",)
    assert outlived(releases, timedelta(0), NOW) == ("old", "just-replaced")
    assert outlived(releases, timedelta(hours=501), NOW) == ()


def test_what_was_rolled_back_to_never_goes() -> None:
    # Serving again is an old promotion only until the rollback promotes it anew; a later one is then kept.
    releases = [
        release("bad", 1, ReleaseState.KEPT),
        release("good", 0.5, ReleaseState.SERVING),
    ]
    assert outlived(releases, WINDOW, NOW) == ()
    assert outlived(releases, timedelta(0), NOW) == ("bad",)
