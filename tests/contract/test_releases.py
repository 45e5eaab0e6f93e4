"""One suite over the fake, Milvus Lite and a real Milvus server: releases."""

from __future__ import annotations

from sevenviews.backends.records import ReleaseState
from sevenviews.designs import (
    Reason,
)
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.releases import IndexParameters, Release
from tests.contract.designs import (
    CALIBRATION,
    DIMENSION,
    MODEL,
    SECONDS,
    create,
    found,
    patent,
    promoted,
    refused,
)


def test_creating_again_changes_nothing(index: DesignIndex, release: Release) -> None:
    again = index.create_release(release.release_id, MODEL, DIMENSION, IndexParameters(), SECONDS)
    assert again == index.release(release.release_id, SECONDS) == release
    assert again.calibration == CALIBRATION
    assert again.state is ReleaseState.BUILDING
    error = refused(
        lambda: index.create_release(release.release_id, "other", DIMENSION, IndexParameters(), SECONDS)
    )
    assert error.reason is Reason.RELEASE_CONFLICT


def test_a_promotion_switches_what_serves(index: DesignIndex) -> None:
    first, second = create(index), create(index)
    assert promoted(index, first).state is ReleaseState.SERVING
    assert promoted(index, second).state is ReleaseState.SERVING
    assert index.serving_release(SECONDS).release_id == second.release_id
    assert index.release(first.release_id, SECONDS).state is ReleaseState.KEPT
    assert refused(lambda: index.retire(second.release_id, SECONDS)).reason is Reason.RELEASE_STATE
    # The way back.
    index.promote(first.release_id, SECONDS)
    assert index.serving_release(SECONDS).release_id == first.release_id
    index.retire(second.release_id, SECONDS)
    assert refused(lambda: index.release(second.release_id, SECONDS)).reason is Reason.RELEASE_NOT_FOUND


def test_what_is_not_complete_serves_only_by_force(index: DesignIndex) -> None:
    made, other = create(index), create(index)
    error = refused(lambda: index.promote(made.release_id, SECONDS))
    assert (error.reason, error.metadata) == (
        Reason.RELEASE_STATE,
        {"release_id": made.release_id, "state": "BUILDING"},
    )
    assert index.release(made.release_id, SECONDS).state is ReleaseState.BUILDING
    forced = index.promote(made.release_id, SECONDS, force=True)
    assert (forced.state, forced.ready) == (ReleaseState.SERVING, None)
    promoted(index, other)
    # What has served may serve again.
    assert index.promote(made.release_id, SECONDS).state is ReleaseState.SERVING
    index.retire(other.release_id, SECONDS)


def test_the_first_to_serve_is_no_second(index: DesignIndex) -> None:
    serving, other = create(index), create(index)
    promoted(index, serving)
    index.complete(other.release_id, {}, SECONDS)
    error = refused(lambda: index.promote(other.release_id, SECONDS, only_first=True))
    assert error.reason is Reason.RELEASE_STATE
    assert index.serving_release(SECONDS).release_id == serving.release_id
    assert index.promote(serving.release_id, SECONDS, only_first=True).state is ReleaseState.SERVING
    index.retire(other.release_id, SECONDS)


def test_what_serves_may_be_completed_and_fenced_at_once(index: DesignIndex) -> None:
    made = create(index)
    index.promote(made.release_id, SECONDS, force=True)
    fence = index.serving_release(SECONDS).fence + 1
    index.fence(fence, SECONDS)
    index.complete(made.release_id, {"map": 0.5}, SECONDS)
    serving = index.serving_release(SECONDS)
    assert serving.promoted is not None
    assert serving.ready is not None
    assert (serving.fence, serving.evaluation) == (fence, {"map": 0.5})


def test_releases_are_listed_newest_first(index: DesignIndex) -> None:
    made = [create(index).release_id for _ in range(2)]
    listed = [one.release_id for one in index.releases(SECONDS) if one.release_id in made]
    assert listed == made[::-1]


def test_a_complete_release_says_since_when_and_by_which_figures(index: DesignIndex) -> None:
    made = create(index)
    assert made.ready is None
    index.upsert(made.release_id, [patent(1)], SECONDS)
    complete = index.complete(made.release_id, {"map": 0.5, "recall_at_10": 1.0}, SECONDS)
    assert complete.ready is not None
    assert complete.evaluation == {"map": 0.5, "recall_at_10": 1.0}
    assert complete.state is ReleaseState.BUILDING
    again = index.complete(made.release_id, {"map": 0.6}, SECONDS)
    assert (again.ready, again.evaluation) == (complete.ready, {"map": 0.6})
    assert found(index, made) == {"USD0000001"}
    index.retire(made.release_id, SECONDS)


def test_an_overtaken_holder_cannot_promote(index: DesignIndex) -> None:
    serving, old, new = create(index), create(index), create(index)
    promoted(index, serving)
    newest = index.serving_release(SECONDS).fence + 10
    index.fence(newest, SECONDS)
    index.fence(newest, SECONDS)
    for overtaken in (
        lambda: index.promote(old.release_id, SECONDS, newest - 1),
        lambda: index.fence(newest - 1, SECONDS),
    ):
        error = refused(overtaken)
        assert error.reason is Reason.REFRESH_FENCED
        assert error.metadata == {"fencing_token": str(newest - 1), "newest": str(newest)}
    assert index.serving_release(SECONDS).release_id == serving.release_id
    promoted(index, new, newest)
    # The fence goes along, also where a person promotes.
    assert refused(lambda: index.promote(old.release_id, SECONDS, newest - 1)).reason is Reason.REFRESH_FENCED
    promoted(index, old)
    assert index.serving_release(SECONDS).release_id == old.release_id
    assert refused(lambda: index.promote(new.release_id, SECONDS, newest - 1)).reason is Reason.REFRESH_FENCED
    for one in (serving, new):
        index.retire(one.release_id, SECONDS)
