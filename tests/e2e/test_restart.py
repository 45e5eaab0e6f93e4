"""What is there after the command was stopped, or an import killed; and that nobody else starts meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.processes import start_child
from tests.system import COMMAND, System
from tests.systems import DESIGNS, SyntheticCorpus, emptied, with_corpus


@pytest.fixture(scope="module")
def system(tiny_embedded_system: System, corpus: SyntheticCorpus) -> System:
    return with_corpus(tiny_embedded_system, corpus)


def test_an_import_that_is_killed_is_finished_by_the_next(system: System, corpus: SyntheticCorpus) -> None:
    emptied(system)
    command = [COMMAND, "ingest", "--server", system.gateway, "--workers", "1", str(corpus.folder)]
    importing = start_child(command, start_new_session=True, stderr=subprocess.DEVNULL)
    with system.client() as client:
        while client.list_patents(page_size=1).total_size < 3:
            assert importing.poll() is None, "it ended before it was killed"
            time.sleep(0.01)
    os.killpg(importing.pid, signal.SIGKILL)
    importing.wait()
    report = system.json("ingest", corpus.folder)["patents"]
    assert report["failed"] == report["replaced"] == 0
    assert report["created"] + report["unchanged"] == DESIGNS
    assert report["created"] > 0
    assert report["unchanged"] >= 3
    found = system.reconcile()
    assert found["agrees"]
    assert found["patents"] == DESIGNS


def test_everything_is_there_after_a_restart(system: System, corpus: SyntheticCorpus) -> None:
    query = corpus.queries[0][0]
    before = _ranking(system, query)
    assert before
    system.restart()
    assert _ranking(system, query) == before
    assert system.examine().agrees


def _ranking(system: System, query: Path) -> list[tuple[str, float]]:
    """Patents and scores; the last digits may differ between the engine's indexes."""
    return [(hit["patent_id"], round(hit["score"], 4)) for hit in system.json("search", query)["hits"]]


def test_a_directory_is_used_by_one_system_at_a_time(system: System) -> None:
    done = subprocess.run(
        [COMMAND, "up", "--data", str(system.data), "--port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert f"in use by process {system.process.pid}" in " ".join(done.stderr.split())
