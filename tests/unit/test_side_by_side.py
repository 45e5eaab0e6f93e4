"""Tests that share a server are never given to two processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from tests.conftest import ROOT
from tests.side_by_side import GROUPS, group_of

SUITE = """
import pytest

@pytest.mark.parametrize("number", range(20))
def test_runs(number):
    pass
"""


def test_groups_are_of_places_that_exist() -> None:
    assert all((ROOT / place).exists() for places in GROUPS.values() for place in places)
    assert group_of("tests/e2e/test_search.py::test_x[a::b]") == "packaged"
    assert group_of("tests/e2e/test_refresh.py::test_x[servers]") == "servers"
    assert group_of("tests/e2e/test_refresh.py::test_x[embedded]") == "packaged"
    assert group_of("tests/e2e/test_restart.py::test_x") == "embedded"
    assert group_of("tests/unit/x.py::test_x") == "tests/unit/x.py"


def test_each_group_has_one_process(tmp_path: Path) -> None:
    """With the pytest and the pytest-xdist that are installed: a release of either has broken groups before."""
    for file in ("contract/test_a.py", "contract/test_b.py", "unit/test_c.py", "unit/test_d.py"):
        (tmp_path / "tests" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tests" / file).write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-v", "-p", "tests.side_by_side", "-p", "no:cacheprovider"]
    options = ["--rootdir", str(tmp_path), "-n", "2", "--no-loadscope-reorder", str(tmp_path / "tests")]
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, *options], cwd=tmp_path, env=here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    workers: dict[str, set[str]] = defaultdict(set)
    for worker, test in re.findall(r"^\[(gw\d)\].* PASSED (\S+)", done.stdout, re.MULTILINE):
        workers[group_of(test)].add(worker)
    assert set(workers) == {"servers", "tests/unit/test_c.py", "tests/unit/test_d.py"}
    assert all(len(found) == 1 for found in workers.values())
    assert len(set.union(*workers.values())) == 2
