"""A refresh that is cut off, anywhere: it is resumed, and nothing shows that it ever was."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from sevenviews.corpus import CorpusPatent
from sevenviews.refresh.steps import STEPS
from tests.refreshing import (
    FIRST,
    Clients,
    configuration,
    releases,
    serving,
    start,
    started,
    steps_of,
    until,
)
from tests.system import System

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def system(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, patents: list[CorpusPatent]
) -> Iterator[System]:
    with started(request, "embedded", tmp_path_factory.mktemp("resumed"), patents) as running:
        yield running


def drawings(patents: list[CorpusPatent]) -> int:
    return sum(len(one.contents) for one in patents[:FIRST])


def proven(system: System, patents: list[CorpusPatent]) -> None:
    """Each drawing is in each release once, with the vector of its image."""
    found = system.examine()
    assert found.agrees, found.findings
    assert set(found.vectors.values()) == {drawings(patents)}


def test_killed_in_every_step(system: System, patents: list[CorpusPatent], tmp_path: Path) -> None:
    config = configuration(tmp_path)
    before = serving(system)
    queries = [next(iter(one.contents.values())) for one in patents[:4]]
    clients = Clients(system.gateway, queries)
    with clients.running(1):
        for step in STEPS:
            job = start(system, "--config", config, "--resume")
            for begun in steps_of(job):
                if begun == step.name:
                    job.kill()
                    break
            job.wait()
            assert job.returncode == -signal.SIGKILL
            if step.name not in {"settle", "retire"}:
                assert serving(system)["release_id"] == before["release_id"], step.name
        report = system.json("refresh", "--data", system.data, "--config", config, "--resume")
    assert report["state"] == "promoted"
    assert list(report["steps"]) == [step.name for step in STEPS]
    assert serving(system)["release_id"] == report["refresh_id"]
    # It was one refresh all the time.
    assert len(releases(system)) == 2
    assert clients.failures == []
    assert clients.count > len(STEPS)
    assert report["steps"]["verify"]["least_cosine"] > 0.9999
    proven(system, patents)


def _embedding_actor(job: subprocess.Popen[str], system: System) -> int | None:
    return _descendant(job.pid, "MapWorker")


def _replica(job: subprocess.Popen[str], system: System) -> int | None:
    return _descendant(system.process.pid, "ServeReplica")


def _vector_service(job: subprocess.Popen[str], system: System) -> int | None:
    return system.process_of("vectors")


def _descendant(parent: int, name: str) -> int | None:
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


@pytest.mark.parametrize("victim", [_embedding_actor, _replica, _vector_service])
def test_what_it_stands_on_is_killed_while_it_embeds(
    system: System,
    patents: list[CorpusPatent],
    victim: Callable[[subprocess.Popen[str], System], int | None],
) -> None:
    before = serving(system)["release_id"]
    job = start(system, "--skip-train")
    for step in steps_of(job):
        if step == "embed":
            os.kill(_awaited(lambda: victim(job, system)), signal.SIGKILL)
        if step == "promote":
            assert serving(system)["release_id"] in {before, _newest(system)}
    assert job.wait() == 0
    assert serving(system)["release_id"] == _newest(system) != before
    proven(system, patents)


def _awaited(find: Callable[[], int | None]) -> int:
    """A process, as soon as there is one."""
    found: list[int] = []

    def look() -> bool:
        if one := find():
            found.append(one)
        return bool(found)

    until(look, 120)
    return found[0]


def _newest(system: System) -> str:
    return str(releases(system)[0]["release_id"])


def test_a_paused_holder_cannot_promote(system: System, patents: list[CorpusPatent]) -> None:
    """It sleeps until its lock is another's, and then goes on where it was."""
    lock = system.data / "refresh.lock"
    job = start(system, "--skip-train")
    steps = steps_of(job, succeeds=False)
    for step in steps:
        if step == "verify":
            job.send_signal(signal.SIGSTOP)
            break
    # The kernel does not let go of a file lock that a process holds; Redis would: so the file goes.
    lock.unlink()
    report = system.json("refresh", "--data", system.data, "--skip-train")
    job.send_signal(signal.SIGCONT)
    assert list(steps)[-1:] != ["retire"]
    assert job.wait() == 1
    assert serving(system)["release_id"] == report["refresh_id"]
    proven(system, patents)
