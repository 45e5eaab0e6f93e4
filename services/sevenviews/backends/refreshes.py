"""What is known of a refresh while it runs, and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

Facts = Mapping[str, Any]
"""What a step found out: JSON values by name."""


class RefreshState(StrEnum):
    """As protos/sevenviews/internal/v1/refreshes.proto has them."""

    RUNNING = "running"
    PROMOTED = "promoted"
    BUILT = "built"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DoneStep:
    """A step that need not be done again. Times are UTC."""

    name: str
    started: datetime
    finished: datetime
    facts: Facts

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished - self.started).total_seconds()


@dataclass(frozen=True, slots=True)
class Refresh:
    """The record. It changes by replacement; the journal keeps the last one.

    Attributes:
        refresh_id: also names the release that it builds.
        fencing_token: of the holder that wrote it.
        holder: host and process of that.
        steps: done ones, in order.
        current_step: under way or failed; empty: none.
        message: why it failed or was refused.
        configuration: the plan, as JSON.
    """

    refresh_id: str
    state: RefreshState
    fencing_token: int
    holder: str
    started: datetime
    steps: tuple[DoneStep, ...] = ()
    current_step: str = ""
    message: str = ""
    configuration: str = ""

    @property
    def unfinished(self) -> bool:
        """Whether it may be resumed."""
        return self.state in {RefreshState.RUNNING, RefreshState.FAILED}

    def facts(self, step: str) -> Facts | None:
        """Of a step that is done; None if it is not."""
        return next((one.facts for one in self.steps if one.name == step), None)

    def with_step(self, done: DoneStep) -> Refresh:
        """After a step."""
        return replace(self, steps=(*self.steps, done), current_step="", message="")
