"""Which releases outlive their rollback window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from sevenviews.internal.v1 import vectors_pb2
from sevenviews.refresh.switching import outlived

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WINDOW = timedelta(hours=72)


def release(name: str, promoted_hours_ago: float | None, state: int) -> vectors_pb2.Release:
    made = vectors_pb2.Release(release_id=name, state=state)  # type: ignore[arg-type]
    if promoted_hours_ago is not None:
        stamp = Timestamp()
        stamp.FromDatetime(NOW - timedelta(hours=promoted_hours_ago))
        made.promoted_time.CopyFrom(stamp)
    return made


def test_a_release_goes_when_its_successor_has_served_for_the_window() -> None:
    releases = [
        release("building", None, vectors_pb2.RELEASE_STATE_BUILDING),
        release("serving", 1, vectors_pb2.RELEASE_STATE_SERVING),
        release("just-replaced", 500, vectors_pb2.RELEASE_STATE_KEPT),
        release("old", 700, vectors_pb2.RELEASE_STATE_KEPT),
    ]
    assert outlived(releases, WINDOW, NOW) == ("old",)
    assert outlived(releases, timedelta(0), NOW) == ("old", "just-replaced")
    assert outlived(releases, timedelta(hours=501), NOW) == ()


def test_what_was_rolled_back_to_never_goes() -> None:
    # Serving again is an old promotion only until the rollback promotes it anew; a later one is then kept.
    releases = [
        release("bad", 1, vectors_pb2.RELEASE_STATE_KEPT),
        release("good", 0.5, vectors_pb2.RELEASE_STATE_SERVING),
    ]
    assert outlived(releases, WINDOW, NOW) == ()
    assert outlived(releases, timedelta(0), NOW) == ("bad",)
