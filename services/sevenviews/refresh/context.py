"""Where a refresh runs, and what every step of it is given."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from sevenviews.backends.blocking import Services
from sevenviews.backends.refreshes import Facts, Refresh
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.encoder.store import ModelStore
from sevenviews.refresh.config import RefreshConfig
from sevenviews.refresh.engine import Engine
from sevenviews.refresh.lock import RefreshLock
from sevenviews.refresh.plan import Plan


def free_bytes(folder: Path) -> int:
    """What may still be written on the disk of a folder."""
    return shutil.disk_usage(folder).free


@dataclass(slots=True)
class Surroundings:
    """Where a refresh runs.

    Attributes:
        services: the three services.
        models: the store that the embedding replicas read.
        work: where each refresh has a directory of its own; of a context, that directory. Who resumes a refresh
            must find it again, or it trains anew.
        lock: that lets one run at a time; held while the job runs.
        engine: trains and embeds.
        tell: is told what happens, a line at a time.
        free_bytes: of the disk of a folder.
    """

    services: Services
    models: ModelStore
    work: Path
    lock: RefreshLock
    engine: Engine
    tell: Callable[[str], None]
    free_bytes: Callable[[Path], int] = free_bytes


@dataclass(slots=True, kw_only=True)
class Context(Surroundings):
    """The tools of the steps, what is to be done, and in the record what earlier steps found out."""

    plan: Plan
    record: Refresh

    @classmethod
    def within(cls, around: Surroundings, plan: Plan, record: Refresh) -> Context:
        """Of one refresh."""
        tools = {one.name: getattr(around, one.name) for one in fields(around)}
        return cls(**{**tools, "work": around.work / record.refresh_id}, plan=plan, record=record)

    @property
    def config(self) -> RefreshConfig:
        """What was asked for."""
        return self.plan.config

    @property
    def release_id(self) -> str:
        """Of the release that is built."""
        return self.plan.release_id

    @property
    def model_version(self) -> str:
        """Of the release that is built."""
        published = self.facts("publish")
        return str(published["model_version"]) if published else self.plan.model_version

    def facts(self, step: str) -> Facts | None:
        """Of a step that is done."""
        return self.record.facts(step)

    def known(self, step: str, fact: str) -> object:
        """A fact of a step that must have been done before."""
        facts = self.record.facts(step)
        if facts is None:
            raise LookupError(f"step {step} has not been done")
        return facts[fact]

    def need_room(self, megabytes: int) -> None:
        """Raises STORAGE_FULL if the work directory has less."""
        self.work.mkdir(parents=True, exist_ok=True)
        if self.free_bytes(self.work) < megabytes * 2**20:
            raise SevenviewsError(
                Reason.STORAGE_FULL, f"{self.work} has less than {megabytes} MB left", {"store": "work"}
            )
