"""A service dies under a stream of searches: clear errors, recovery by itself, never a wrong answer."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from sevenviews.client import Client
from sevenviews.designs import Reason, SevenviewsError
from tests.patience import HANG_SECONDS
from tests.system import System
from tests.systems import SyntheticCorpus

_DEADLINE_SECONDS = 8.0
_RECOVERY_SECONDS = 90.0

# What a caller may be told while a service is away.
_HONEST = {Reason.DEPENDENCY_UNAVAILABLE, Reason.DEADLINE_EXCEEDED, Reason.DRAINING}


@dataclass(slots=True)
class Stream:
    """Searches one after the other, and what became of them.

    Attributes:
        expected: patents by query, as they were found before anything died.
        answered: right answers since the last reset.
        wrong: answers that were not as expected.
        errors: what was refused.
    """

    expected: dict[Path, list[str]]
    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    errors: list[SevenviewsError] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    progress: threading.Condition = field(default_factory=threading.Condition)

    def run(self, gateway: str) -> None:
        with Client(gateway, timeout_seconds=_DEADLINE_SECONDS) as client:
            while not self.ended.is_set():
                for path in self.expected:
                    self._one(client, path)

    def _one(self, client: Client, path: Path) -> None:
        try:
            ids = _ids(client, path)
        except SevenviewsError as error:
            self.errors.append(error)
        else:
            if ids != self.expected[path]:
                self.wrong.append(f"{path.name}: {ids}")
            with self.progress:
                self.answered += 1
                self.progress.notify_all()

    def wait_for_answers(self, count: int) -> None:
        """Until so many more searches were answered."""
        with self.progress:
            wanted = self.answered + count
            arrived = self.progress.wait_for(lambda: self.answered >= wanted, _RECOVERY_SECONDS)
        assert arrived, f"no recovery; last errors: {[str(error) for error in self.errors[-3:]]}"


def _ids(client: Client, path: Path) -> list[str]:
    return [hit.patent_id for hit in client.search([path], limit=5).hits]


@contextmanager
def stream_of_searches(system: System, corpus: SyntheticCorpus) -> Iterator[Stream]:
    paths = [path for path, _, _ in corpus.queries]
    with system.client() as client:
        stream = Stream({path: _ids(client, path) for path in paths})
    thread = threading.Thread(target=stream.run, args=(system.gateway,), daemon=True)
    thread.start()
    try:
        yield stream
    finally:
        stream.ended.set()
        thread.join(HANG_SECONDS)
    assert not thread.is_alive(), "a call outlived its deadline"


@pytest.mark.parametrize("service", ["gateway", "metadata", "vectors", "replica"])
def test_a_killed_service_is_survived(system: System, corpus: SyntheticCorpus, service: str) -> None:
    with stream_of_searches(system, corpus) as stream:
        stream.wait_for_answers(5)
        os.kill(_replica(system) if service == "replica" else system.process_of(service), signal.SIGKILL)
        # More than may have been under way: these are answers from after the death.
        stream.wait_for_answers(10)
    assert stream.wrong == []
    assert {error.reason for error in stream.errors} <= _HONEST
    assert system.examine().agrees


def _replica(system: System) -> int:
    """The Ray Serve replica that embeds."""
    # Ray detaches its workers from the process that asked for them, but not from its session's directory.
    for process in psutil.process_iter(["name", "cmdline"]):
        title = " ".join(process.info["cmdline"] or [])
        if "ServeReplica" in title and _belongs_to(process, system):
            return int(process.pid)
    raise LookupError("no replica runs")


def _belongs_to(process: psutil.Process, system: System) -> bool:
    embedding = system.process_of("embedding")
    return any(parent.pid == embedding for parent in process.parents())
