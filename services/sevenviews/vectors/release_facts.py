"""What the collection of a release keeps of it: a property for each fact.

Engines merge the properties that they are given into those that there are, so writers of different facts never lose
each other's. Of one fact:

- created, model, index, calibration: written with the collection, and never again.
- ready: the first time stands, but for two that complete a release at the same moment, whose times are the same but
  for that moment.
- evaluation, promoted: the last one written stands, as it should.
- fence: a property a token, so that a smaller one written late never covers a larger one; the largest counts.
- retiring: is set, and stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sevenviews.backends.records import ReleaseState
from sevenviews.designs import Calibration
from sevenviews.vectors.releases import IndexKind, IndexParameters, Metric, Release

Facts = Mapping[str, str]
"""Properties of a collection by name; others than ours may be among them."""

_CREATED = "sevenviews.release"
_READY = "sevenviews.ready"
_EVALUATION = "sevenviews.evaluation"
_PROMOTED = "sevenviews.promoted"
_RETIRING = "sevenviews.retiring"
_FENCE_PREFIX = "sevenviews.fence."


def created(release: Release) -> Facts:
    """What a release is from its first moment."""
    return {
        _CREATED: json.dumps(
            {
                "release_id": release.release_id,
                "model_version": release.model_version,
                "dimension": release.dimension,
                "metric": release.metric.value,
                "m": release.index.m,
                "ef_construction": release.index.ef_construction,
                "ef": release.index.ef,
                "kind": release.index.kind.value,
                "created": release.created.isoformat() if release.created else "",
                "calibration": asdict(release.calibration),
            }
        )
    }


def ready(now: datetime) -> Facts:
    """It is complete."""
    return {_READY: now.isoformat()}


def evaluated(figures: Mapping[str, float]) -> Facts:
    """It was measured."""
    return {_EVALUATION: json.dumps(dict(figures))}


def promoted(now: datetime) -> Facts:
    """It serves since."""
    return {_PROMOTED: now.isoformat()}


def retiring(now: datetime) -> Facts:
    """It is about to go."""
    return {_RETIRING: now.isoformat()}


def not_retiring() -> Facts:
    """It stays after all. Properties can be emptied on every engine, but not removed on all."""
    return {_RETIRING: ""}


def fence(token: int) -> Facts:
    """Holders of smaller tokens are fenced off."""
    return {f"{_FENCE_PREFIX}{token}": "1"} if token else {}


def is_release(facts: Facts) -> bool:
    """Whether they are of a release, and not of somebody else's collection."""
    return _CREATED in facts


def release_of(facts: Facts, *, serving: bool) -> Release:
    """The release, but for the count of its vectors. Raises ValueError if the facts are none of ours."""
    first = json.loads(facts[_CREATED])
    promoted_at = _time(facts.get(_PROMOTED))
    state = ReleaseState.SERVING if serving else ReleaseState.KEPT if promoted_at else ReleaseState.BUILDING
    return Release(
        release_id=first["release_id"],
        model_version=first["model_version"],
        dimension=first["dimension"],
        index=IndexParameters(
            first["m"], first["ef_construction"], first["ef"], IndexKind(first.get("kind", IndexKind.HNSW))
        ),
        metric=Metric(first["metric"]),
        created=_time(first["created"]),
        state=state,
        promoted=promoted_at,
        ready=_time(facts.get(_READY)),
        evaluation=json.loads(facts.get(_EVALUATION, "{}")),
        fence=max((_token(name) for name in facts), default=0),
        is_retiring=bool(facts.get(_RETIRING)),
        calibration=Calibration(**first.get("calibration", {})),
    )


def _token(name: str) -> int:
    return int(name.removeprefix(_FENCE_PREFIX)) if name.startswith(_FENCE_PREFIX) else 0


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
