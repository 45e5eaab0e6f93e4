"""Nothing that a test starts outlives the test run, however that ends."""

from __future__ import annotations

import ast
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from tests.processes import start_child
from tests.refreshing import until

RUNS = {
    "a program": """
        from tests.processes import start_child
from tests.refreshing import until
        children = [start_child(["sleep", "600"])]
    """,
    "PostgreSQL and Redis": """
        from tests.contract.postgresql_server import running_postgresql
        from tests.contract.redis_server import running_redis
        kept = [running_postgresql(), running_redis()]
        children = [one.__enter__() for one in kept]
    """,
}


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("program", RUNS.values(), ids=RUNS)
def test_children_end_with_what_started_them(program: str, ended_by: signal.Signals) -> None:
    lines = [line.strip() for line in program.strip().splitlines()]
    whole = "\n".join([*lines, "print(len(children), flush=True)", "import signal", "signal.pause()"])
    run = start_child(
        [sys.executable, "-c", whole], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    assert run.stderr is not None
    if not run.stdout.readline():
        _, missing, reason = run.stderr.read().rpartition("Skipped: ")
        assert missing, reason
        pytest.skip(reason.strip())
    children = psutil.Process(run.pid).children(recursive=True)
    assert children
    run.send_signal(ended_by)
    run.wait()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive


SUITE = """
import time
from pathlib import Path

import pytest

from tests.processes import start_child
from tests.refreshing import until


@pytest.fixture
def child(tmp_path_factory):
    process = start_child(["sleep", "600"])
    (tmp_path_factory.getbasetemp().parent / f"{process.pid}.pid").touch()
    yield process
    process.kill()


@pytest.mark.parametrize("number", [1, 2])
def test_waits(child, number):
    time.sleep(600)
"""


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGKILL])
def test_children_of_two_runs_side_by_side_end_with_the_first_of_all(
    tmp_path: Path, ended_by: signal.Signals
) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE)
    folders = ["--rootdir", str(tmp_path), "--basetemp", str(tmp_path / "temporary")]
    options = ["-n", "2", "-p", "tests.processes", "-p", "no:cacheprovider", *folders]
    run = start_child(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    found: list[psutil.Process] = []

    def both_wait() -> bool:
        found[:] = [psutil.Process(int(path.stem)) for path in (tmp_path / "temporary").glob("*.pid")]
        return len(found) == 2

    until(both_wait)
    run.send_signal(ended_by)
    run.wait()
    _, alive = psutil.wait_procs(found, timeout=30)
    assert not alive


def test_every_program_is_started_so() -> None:
    starters = {path for path, called in _calls() if called == "subprocess.Popen"}
    assert starters == {"tests/processes.py"}


def _calls() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield str(path.relative_to(ROOT)), ast.unparse(node.func)
