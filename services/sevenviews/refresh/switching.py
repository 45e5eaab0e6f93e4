"""The searches move; the release before is kept for the way back, older ones go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sevenviews.backends.records import Release, ReleaseState
from sevenviews.backends.refreshes import Facts
from sevenviews.refresh.building import catch_up
from sevenviews.refresh.context import Context


def promote(context: Context) -> Facts:
    """Let the release serve. Gateways follow within their release_seconds, two at most.

    Raises:
        SevenviewsError: REFRESH_FENCED, another process has taken over.
    """
    if not context.plan.promotes:
        return {"skipped": True}
    context.lock.check()
    release = context.services.promote(context.release_id, context.lock.token)
    return {"promoted": release.promoted and release.promoted.isoformat()}


def settle(context: Context) -> Facts:
    """One more comparison: an import that began before the release was made may have ended after the last."""
    return catch_up(context)


def retire(context: Context) -> Facts:
    """Drop the releases whose rollback window has passed, and those that unfinished refreshes left behind."""
    if not context.plan.promotes:
        return {"skipped": True}
    context.lock.check()
    window = timedelta(hours=context.config.rollback_hours)
    going = outlived(context.services.releases(), window, datetime.now(UTC))
    abandoned = _abandoned(context)
    for release_id in (*going, *abandoned):
        context.services.retire(release_id)
    return {"retired": [*going, *abandoned]}


def outlived(releases: Sequence[Release], window: timedelta, now: datetime) -> tuple[str, ...]:
    """Kept releases whose successor was promoted longer ago than the window."""
    promoted = sorted(
        ((one.promoted, one) for one in releases if one.promoted is not None), key=lambda pair: pair[0]
    )
    return tuple(
        one.release_id
        for (_, one), (replaced, _) in pairwise(promoted)
        if one.state is ReleaseState.KEPT and now - replaced >= window
    )


def _abandoned(context: Context) -> tuple[str, ...]:
    """Releases that were being built by refreshes before this one, and will not be finished."""
    earlier = {
        one.refresh_id for one in context.services.refreshes(100) if one.started < context.record.started
    }
    return tuple(
        one.release_id
        for one in context.services.releases()
        if one.state is ReleaseState.BUILDING and one.release_id in earlier
    )
