"""The releases: made, completed, promoted, fenced, retired. Public methods check, hooks compute.

Several replicas do all this at once over one Milvus, and any of them may be killed in between. What holds:

- A release is there with all its facts, or not at all; its index and its loading are done again by who comes next.
- Facts are written one by one (`release_facts`), so none is lost to the writer of another.
- What serves changes by turns (`turns`), so that of two promotions, or of a promotion and a fence or a retirement
  that overlap, one comes first, and the other decides knowing it. A fence that was acknowledged holds.
- A promotion that is cut off behind its turn has taken effect; the time of it is written by the next one that comes.
  One that was overtaken behind its turn decides again, as if it had come later.

What does not: a release that is promoted while it is being retired may be dropped while it serves, if it was forced,
or if nothing served before.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sevenviews.backends.records import ReleaseState
from sevenviews.designs import PACKAGED, Calibration, Reason, SevenviewsError
from sevenviews.runtime.wire import required
from sevenviews.vectors import release_facts
from sevenviews.vectors.checks import check_release
from sevenviews.vectors.release_facts import Facts, release_of
from sevenviews.vectors.releases import (
    IndexParameters,
    Metric,
    Release,
    collection_of,
    fenced,
    incomplete,
    is_release_id,
    new_release_id,
    none_serves,
    not_found,
    state_forbids,
)
from sevenviews.vectors.turns import Turn


class ReleaseStore(ABC):
    """Blocking; safe to use from several threads and processes. `timeout` is in seconds, for the whole call.

    Every method raises SevenviewsError as vectors.proto documents for its rpc, and DEPENDENCY_UNAVAILABLE where the
    engine does not answer in time.

    Args:
        now: the clock, in UTC.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    def create_release(
        self,
        release_id: str,
        model_version: str,
        dimension: int,
        index: IndexParameters,
        timeout: float,
        metric: Metric = Metric.IP,
        calibration: Calibration = PACKAGED,
    ) -> Release:
        """Create a release with its empty collection; the same parameters again return it unchanged.

        It keeps the calibration that it is created with.

        By the metric HAMMING it takes the same unit vectors, keeps their signs, and lists unit vectors of signs.
        """
        wanted = Release(
            release_id or new_release_id(self._now()),
            model_version,
            dimension,
            index,
            created=self._now(),
            metric=metric,
            calibration=calibration,
        )
        check_release(wanted)
        existing = self._release(wanted.release_id, timeout)
        if existing is None:
            self._create(wanted, release_facts.created(wanted), timeout)
            existing = self._release(wanted.release_id, timeout)
        if existing is None or not existing.same_parameters(wanted):
            raise SevenviewsError(
                Reason.RELEASE_CONFLICT,
                f"release {wanted.release_id} exists with other parameters"
                if existing
                else f"the collection {wanted.collection} exists, and is not of a release",
                {"release_id": wanted.release_id},
            )
        # Also of one that exists already: whoever made it may have been cut off here.
        self._prepare(existing, timeout)
        return self.release(wanted.release_id, timeout)

    def release(self, release_id: str, timeout: float, *, counted: bool = True) -> Release:
        """A release, with its exact count of vectors unless it is not wanted."""
        found = self._known(release_id, timeout)
        return replace(found, vector_count=self._count(found, timeout)) if counted else found

    def serving_release(self, timeout: float) -> Release:
        """The release that answers searches, without its count."""
        found = self._serving(self._turn(timeout), timeout)
        if found is None:
            raise none_serves(self._releases(timeout))
        return found

    def releases(self, timeout: float, *, counted: bool = True) -> tuple[Release, ...]:
        """All that are not retired, newest first. Counted: as `release` has it."""
        found = self._releases(timeout)
        if counted:
            found = [replace(one, vector_count=self._count(one, timeout)) for one in found]
        oldest = datetime.min.replace(tzinfo=UTC)
        return tuple(sorted(found, key=lambda one: (one.created or oldest, one.release_id), reverse=True))

    def complete(self, release_id: str, evaluation: Mapping[str, float], timeout: float) -> Release:
        """Wait until a release's index is built; note the time, and the figures that it was measured by."""
        chosen = self._known(release_id, timeout)
        self._prepare(chosen, timeout)
        self._build_index(chosen, timeout)
        when = {} if chosen.ready else release_facts.ready(self._now())
        self._note(chosen, {**when, **release_facts.evaluated(evaluation)}, timeout)
        return self.release(release_id, timeout)

    def fence(self, token: int, timeout: float) -> None:
        """Refuse the promotions of holders of older tokens from now on."""
        if token < 1:
            raise required("fencing_token")
        for turn in self._turns(timeout):
            serving = self._serving(turn, timeout)
            if serving is None:
                raise none_serves(self._releases(timeout))
            if token < serving.fence:
                raise fenced(token, serving.fence)
            self._note(serving, release_facts.fence(token), timeout)
            if self._follow(turn, serving.collection, timeout):
                return

    def promote(
        self,
        release_id: str,
        timeout: float,
        fencing_token: int = 0,
        *,
        force: bool = False,
        only_first: bool = False,
    ) -> Release:
        """Let a release answer searches from now on; the one before is kept. One that serves already goes on.

        Args:
            release_id: which.
            timeout: in seconds.
            fencing_token: of the refresh that promotes; 0: a person does.
            force: also one that is not complete, or about to be retired.
            only_first: refuse where another one serves.
        """
        for turn in self._turns(timeout):
            chosen = self._known(release_id, timeout, turn)
            if chosen.state is ReleaseState.SERVING:
                self._note_promotion(chosen, timeout)
                break
            before = self._serving(turn, timeout)
            fence = before.fence if before else 0
            if fencing_token and fencing_token < fence:
                raise fenced(fencing_token, fence)
            if before and only_first:
                raise state_forbids(before, "serves already: this is not the first one")
            if not force:
                _check_promotable(chosen)
            if before:
                self._note_promotion(before, timeout)
            # The fence first, so that it goes wherever the searches go.
            stays = release_facts.not_retiring() if chosen.is_retiring else {}
            self._note(chosen, {**release_facts.fence(max(fence, fencing_token)), **stays}, timeout)
            if self._follow(turn, chosen.collection, timeout):
                self._note(chosen, release_facts.promoted(self._now()), timeout)
                break
        return self.release(release_id, timeout)

    def retire(self, release_id: str, timeout: float) -> None:
        """Drop a release and its collection for good."""
        for turn in self._turns(timeout):
            chosen = self._known(release_id, timeout, turn)
            if chosen.state is ReleaseState.SERVING:
                raise state_forbids(chosen, "is serving; promote another one first")
            # A promotion that has not seen this is overtaken by the turn; one that has refuses.
            self._note(chosen, release_facts.retiring(self._now()), timeout)
            serving = self._serving(turn, timeout)
            if serving is None or self._follow(turn, serving.collection, timeout):
                self._drop(chosen, timeout)
                return

    def _note_promotion(self, release: Release, timeout: float) -> None:
        """Of a release that serves: its promotion may have been cut off before it wrote the time."""
        if release.promoted is None:
            self._note(release, release_facts.promoted(self._now()), timeout)

    def _turns(self, timeout: float) -> Iterator[Turn]:
        """The newest turn, as often as the next one is lost to somebody else."""
        give_up = time.monotonic() + timeout
        while True:
            yield self._turn(timeout)
            if time.monotonic() > give_up:
                raise SevenviewsError(
                    Reason.DEPENDENCY_UNAVAILABLE,
                    "others change what serves all the time",
                    {"service": "milvus"},
                )

    def _follow(self, turn: Turn, collection: str, timeout: float) -> bool:
        """Take the turn after one; False if somebody else did.

        Another one may take it for the same collection, and both succeed. So what was noted must have been noted
        before there was that turn: whoever goes on from it has then read it.
        """
        return self._turn(timeout) == turn and self._take_turn(turn.next(collection), timeout)

    def _known(self, release_id: str, timeout: float, turn: Turn | None = None) -> Release:
        """A release, without its count."""
        if not release_id:
            raise required("release_id")
        found = self._release(release_id, timeout, turn) if is_release_id(release_id) else None
        if found is None:
            raise not_found(release_id)
        return found

    def _release(self, release_id: str, timeout: float, turn: Turn | None = None) -> Release | None:
        collection = collection_of(release_id)
        facts = self._facts(collection, timeout)
        if facts is None:
            return None
        serving = (turn or self._turn(timeout)).collection
        return release_of(facts, serving=collection == serving)

    def _releases(self, timeout: float) -> Sequence[Release]:
        serving = self._turn(timeout).collection
        described = ((name, self._facts(name, timeout)) for name in self._collections(timeout))
        return [release_of(facts, serving=name == serving) for name, facts in described if facts is not None]

    def _serving(self, turn: Turn, timeout: float) -> Release | None:
        facts = self._facts(turn.collection, timeout) if turn.collection else None
        return None if facts is None else release_of(facts, serving=True)

    # Hooks: what they are given has been checked.

    @abstractmethod
    def _collections(self, timeout: float) -> Sequence[str]:
        """Names of those that may be of releases."""

    @abstractmethod
    def _facts(self, collection: str, timeout: float) -> Facts | None:
        """None if there is no such collection, or it is of no release."""

    @abstractmethod
    def _turn(self, timeout: float) -> Turn:
        """The newest one."""

    @abstractmethod
    def _take_turn(self, turn: Turn, timeout: float) -> bool:
        """Make it the newest one; False if somebody else took it, or one behind it. Raises RELEASE_NOT_FOUND."""

    @abstractmethod
    def _note(self, release: Release, facts: Facts, timeout: float) -> None:
        """Add facts to those of a release, or replace those of the same names. Raises RELEASE_NOT_FOUND."""

    @abstractmethod
    def _create(self, release: Release, facts: Facts, timeout: float) -> None:
        """Make the collection with its facts, in one step; one that exists stays as it is."""

    @abstractmethod
    def _prepare(self, release: Release, timeout: float) -> None:
        """Give the collection what is missing before it can be written to and searched."""

    @abstractmethod
    def _build_index(self, release: Release, timeout: float) -> None:
        """Wait until all rows are in the index."""

    @abstractmethod
    def _drop(self, release: Release, timeout: float) -> None:
        """Remove the collection."""

    @abstractmethod
    def _count(self, release: Release, timeout: float) -> int:
        """Rows."""


def _check_promotable(release: Release) -> None:
    if release.is_retiring:
        raise state_forbids(release, "is being retired")
    # One that has served before was complete, or was forced then.
    if release.ready is None and release.promoted is None:
        raise incomplete(release)
