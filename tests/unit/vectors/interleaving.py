"""Calls of an index that overlap in a chosen order, a step at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sevenviews.designs import SevenviewsError
from sevenviews.vectors.release_facts import Facts
from sevenviews.vectors.releases import Release
from sevenviews.vectors.turns import Turn
from tests.fakes.design_index import FakeDesignIndex

Call = Callable[["SteppedIndex"], object]


@dataclass
class Running:
    """A call under way.

    Attributes:
        thread: where it runs.
        may_go: is released for each step.
        has_stopped: is released before the next step, and at the end.
        outcome: what it returned, or raised.
        done: whether it has ended.
    """

    thread: threading.Thread
    may_go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    has_stopped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    outcome: object = None
    done: bool = False


class SteppedIndex(FakeDesignIndex):
    """Stops before each read and each write of what is shared, wherever a call of `overlap` runs."""

    def __init__(self) -> None:
        super().__init__()
        self._here = threading.local()
        self.turns_taken: list[tuple[int, Turn]] = []
        """By which call, in order."""

    def _step(self) -> None:
        running: Running | None = getattr(self._here, "running", None)
        if running is not None:
            running.has_stopped.release()
            running.may_go.acquire()

    def _turn(self, timeout: float) -> Turn:
        self._step()
        return super()._turn(timeout)

    def _facts(self, collection: str, timeout: float) -> Facts | None:
        self._step()
        return super()._facts(collection, timeout)

    def _note(self, release: Release, facts: Facts, timeout: float) -> None:
        self._step()
        super()._note(release, facts, timeout)

    def _take_turn(self, turn: Turn, timeout: float) -> bool:
        self._step()
        taken = super()._take_turn(turn, timeout)
        if taken and hasattr(self._here, "number"):
            self.turns_taken.append((self._here.number, turn))
        return taken

    def _drop(self, release: Release, timeout: float) -> None:
        self._step()
        super()._drop(release, timeout)

    def overlap(
        self, calls: Sequence[Call], choices: Iterator[int], ended: Callable[[int, object], None]
    ) -> list[object]:
        """Run all, each step by the call that the next choice names; what they returned, or raised.

        Args:
            calls: what to run.
            choices: numbers without end.
            ended: is told the number and the outcome of each call when it ends.
        """
        running = [self._start(number, call) for number, call in enumerate(calls)]
        waiting = list(range(len(calls)))
        while waiting:
            number = waiting[next(choices) % len(waiting)]
            one = running[number]
            one.may_go.release()
            one.has_stopped.acquire()
            if one.done:
                waiting.remove(number)
                one.thread.join()
                ended(number, one.outcome)
        return [one.outcome for one in running]

    def _start(self, number: int, call: Call) -> Running:
        def run() -> None:
            self._here.running, self._here.number = running, number
            running.may_go.acquire()
            try:
                running.outcome = call(self)
            except SevenviewsError as error:
                running.outcome = error
            finally:
                running.done = True
                running.has_stopped.release()

        running = Running(threading.Thread(target=run, daemon=True))
        running.thread.start()
        return running
