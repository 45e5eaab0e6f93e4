"""The searches move; the release before is kept for the way back, older ones go."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sevenviews.backends.records import Release, ReleaseState
from sevenviews.backends.refreshes import Facts
from sevenviews.refresh.building import catch_up
from sevenviews.refresh.context import Context
from sevenviews.refresh.report import FILE as REPORT


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
    """Drop the releases whose rollback window has passed, and what refreshes left behind: releases and work."""
    if not context.plan.promotes:
        return {"skipped": True}
    context.lock.check()
    window = timedelta(hours=context.config.rollback_hours)
    going = outlived(context.services.releases(), window, datetime.now(UTC))
    abandoned = _abandoned(context)
    for release_id in (*going, *abandoned):
        context.services.retire(release_id)
    cleared = [
        one for one in (context.record.refresh_id, *_earlier(context)) if clear(context.work.parent / one)
    ]
    return {"retired": [*going, *abandoned], "cleared": cleared}


def clear(work: Path) -> bool:
    """Remove what a refresh has worked with: drawings, checkpoints, the bundle that the store has. Its report stays.

    Returns:
        Whether there was anything.
    """
    useless = [one for one in work.iterdir() if one.name != REPORT] if work.is_dir() else []
    for one in useless:
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()
    return bool(useless)


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
    earlier = _earlier(context)
    return tuple(
        one.release_id
        for one in context.services.releases()
        if one.state is ReleaseState.BUILDING and one.release_id in earlier
    )


def _earlier(context: Context) -> set[str]:
    """Ids of refreshes before this one: only the newest is ever resumed."""
    return {one.refresh_id for one in context.services.refreshes(100) if one.started < context.record.started}
