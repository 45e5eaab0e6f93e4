"""Nothing that a test starts outlives the test run, however that ends."""

from __future__ import annotations

import ast
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from tests.conftest import ROOT
from tests.processes import start_child

RUNS = {
    "a program": """
        from tests.processes import start_child
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


def test_every_program_is_started_so() -> None:
    starters = {path for path, called in _calls() if called == "subprocess.Popen"}
    assert starters == {"tests/processes.py"}


def _calls() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield str(path.relative_to(ROOT)), ast.unparse(node.func)
