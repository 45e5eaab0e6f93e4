"""A system to refresh, clients that search it meanwhile, and the job in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from sevenviews.client import Client, ImportItem
from sevenviews.corpus import CorpusPatent
from sevenviews.designs import SevenviewsError
from tests.processes import start_child
from tests.system import COMMAND, ROOT, System

FIRST = 14
"""Of the patents, imported before anything is refreshed; the others come meanwhile."""

TRAINING = {
    "name": "tiny",
    "data": {"cache_side": 64, "validation_share": 0.2},
    "model": {"backbone": "mobilenet_v3_small", "dimension": 32},
    "optimization": {"steps": 2, "batch_size": 8, "drawings_per_design": 2, "image_size": 64},
    "deployed_image_size": 64,
    "evaluate_every": 2,
    "threads": 1,
    "bfloat16": False,
}
REFRESH = {
    "learning": {"config": TRAINING, "start_from": "scratch"},
    # What two steps of training are worth is no matter here.
    "gate": {
        "margin": 1.0,
        "least_patents": 2,
        "least_queries": 2,
        "held_out_share": 0.3,
        "latency_ms": 10_000,
    },
}


def item(patent: CorpusPatent, *, replaced: bool = False) -> ImportItem:
    return ImportItem(patent.patent, patent.contents, replace=replaced)


def configuration(folder: Path, **changes: Any) -> Path:
    path = folder / "refresh.yaml"
    path.write_text(yaml.safe_dump({**REFRESH, **changes}))
    return path


@dataclass(slots=True)
class Clients:
    """Several that search without end, and what they were told."""

    gateway: str
    queries: Sequence[bytes]
    answers: set[tuple[str, str]] = field(default_factory=set)
    count: int = 0
    failures: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self, number: int = 2) -> Iterator[Clients]:
        threads = [threading.Thread(target=self._search, args=(one,)) for one in range(number)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self.ended.set()
            for thread in threads:
                thread.join(60)

    def _search(self, first: int) -> None:
        with Client(self.gateway, timeout_seconds=60) as client:
            position = first
            while not self.ended.wait(0.2):
                position += 1
                try:
                    page = client.search([self.queries[position % len(self.queries)]], limit=5)
                except SevenviewsError as error:
                    self.failures.append(f"{error.reason}: {error.message}")
                    continue
                if not page.hits:
                    self.failures.append("no hits")
                self.count += 1
                self.answers.add((page.release_id, page.model_version))


def start(system: System, *options: str | Path) -> subprocess.Popen[str]:
    """`sevenviews refresh` in a process of its own."""
    return _start([COMMAND, "refresh"], system, options)


def start_light(system: System, *options: str | Path) -> subprocess.Popen[str]:
    """The same job without torch and Ray; see `tests.light_refresh`."""
    return _start([sys.executable, "-m", "tests.light_refresh"], system, options)


def _start(program: list[str], system: System, options: Sequence[str | Path]) -> subprocess.Popen[str]:
    command = [*program, "--data", str(system.data), *map(str, options)]
    return start_child(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def steps_of(job: subprocess.Popen[str], *, succeeds: bool = True) -> Iterator[str]:
    """The steps of a job, as they begin; at its end it must have succeeded."""
    assert job.stderr is not None
    told = []
    for line in job.stderr:
        told.append(line)
        if match := re.match(r"\[\d+/\d+\] ([a-z-]+):", line):
            yield match[1]
    status = job.wait(120)
    assert not succeeds or status == 0, "".join(told)


def descendant(parent: int, name: str) -> int | None:
    """A process below another, by its command line."""
    try:
        processes = psutil.Process(parent).children(recursive=True)
    except psutil.NoSuchProcess:
        return None
    for process in processes:
        try:
            if name in " ".join(process.cmdline()):
                return process.pid
        except psutil.Error:
            continue
    return None


def kill(find: Callable[[], int | None]) -> None:
    """Kill a process as soon as there is one."""

    def killed() -> bool:
        if one := find():
            os.kill(one, signal.SIGKILL)
        return bool(one)

    until(killed, 120)


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = threading.Event()
    timer = threading.Timer(seconds, deadline.set)
    timer.start()
    try:
        while not condition():
            assert not deadline.wait(0.02), "it did not come to pass"
    finally:
        timer.cancel()
