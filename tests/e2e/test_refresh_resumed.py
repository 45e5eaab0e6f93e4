"""A refresh that is cut off, anywhere: it is resumed, and nothing shows that it ever was."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sevenviews.corpus import CorpusPatent
from sevenviews.refresh.config import RefreshConfig
from sevenviews.refresh.job import begin
from sevenviews.refresh.plan import Kind
from sevenviews.refresh.steps import STEPS
from tests.fakes.engine import FakeEngine
from tests.refreshing import (
    FIRST,
    Clients,
    configuration,
    kill,
    start,
    start_light,
    steps_of,
)
from tests.system import System
from tests.systems import filled

FEW = ("train", "embed", "promote", "retire")
"""A long work, one that writes, the change itself, and the last; tests/unit/refresh/test_resumption.py has all of
them over fakes."""


@pytest.fixture(scope="module")
def system(tiny_embedded_system: System, patents: list[CorpusPatent]) -> System:
    return filled(tiny_embedded_system, patents[:FIRST])


def drawings(patents: list[CorpusPatent]) -> int:
    return sum(len(one.contents) for one in patents[:FIRST])


def proven(system: System, patents: list[CorpusPatent]) -> None:
    """Each drawing is in each release once, with the vector of its image."""
    found = system.examine()
    assert found.agrees, found.findings
    assert set(found.vectors.values()) == {drawings(patents)}


@pytest.mark.parametrize(
    ("begin_job", "steps"),
    [
        pytest.param(start_light, FEW, id="in-four-steps"),
        # Each starts a Ray of its own.
        pytest.param(start, [step.name for step in STEPS], id="in-every-step", marks=pytest.mark.slow),
    ],
)
def test_killed_in(
    system: System,
    patents: list[CorpusPatent],
    tmp_path: Path,
    begin_job: Callable[..., subprocess.Popen[str]],
    steps: Sequence[str],
) -> None:
    filled(system, patents[:FIRST])
    config = configuration(tmp_path)
    before = system.serving()
    queries = [next(iter(one.contents.values())) for one in patents[:4]]
    clients = Clients(system.gateway, queries)
    with clients.running(1):
        for step in steps:
            job = begin_job(system, "--config", config, "--resume")
            for begun in steps_of(job):
                if begun == step:
                    job.kill()
                    break
            job.wait()
            assert job.returncode == -signal.SIGKILL
            if step not in {"settle", "retire"}:
                assert system.serving()["release_id"] == before["release_id"], step
        last = begin_job(system, "--config", config, "--resume", "--json")
        assert last.stdout is not None
        report = json.loads(last.stdout.read())
        assert last.wait() == 0
    assert report["state"] == "promoted"
    assert list(report["steps"]) == [step.name for step in STEPS]
    assert system.serving()["release_id"] == report["refresh_id"]
    # It was one refresh all the time.
    assert len(system.releases()) == 2
    assert clients.failures == []
    assert clients.count > len(steps)
    assert report["steps"]["verify"]["least_cosine"] > 0.9999
    proven(system, patents)


def _embedding_service(system: System) -> int | None:
    return system.process_of("embedding")


def _vector_service(system: System) -> int | None:
    return system.process_of("vectors")


@pytest.mark.slow
@pytest.mark.parametrize("victim", [_embedding_service, _vector_service])
def test_what_it_stands_on_is_killed_while_it_embeds(
    system: System, patents: list[CorpusPatent], victim: Callable[[System], int | None]
) -> None:
    """That the services heal is in test_failures.py, that a refresh goes on after any error in tests/unit/refresh."""
    before = system.serving()["release_id"]
    job = start_light(system, "--skip-train")
    for step in steps_of(job):
        if step == "embed":
            kill(lambda: victim(system))
        if step == "promote":
            assert system.serving()["release_id"] in {before, _newest(system)}
    assert job.wait() == 0
    assert system.serving()["release_id"] == _newest(system) != before
    proven(system, patents)


def _newest(system: System) -> str:
    return str(system.releases()[0]["release_id"])


def test_a_paused_holder_cannot_promote(system: System, patents: list[CorpusPatent]) -> None:
    """It sleeps until its lock is another's, and then goes on where it was."""
    lock = system.data / "refresh.lock"
    job = start_light(system, "--skip-train")
    steps = steps_of(job, succeeds=False)
    for step in steps:
        if step == "verify":
            job.send_signal(signal.SIGSTOP)
            break
    # The kernel does not let go of a file lock that a process holds; Redis would: so the file goes.
    lock.unlink()
    with system.surroundings(FakeEngine()) as around:
        second = begin(around, RefreshConfig(), Kind.REINDEX)
    job.send_signal(signal.SIGCONT)
    assert list(steps)[-1:] != ["retire"]
    assert job.wait() == 1
    assert system.serving()["release_id"] == second.refresh_id
    proven(system, patents)
