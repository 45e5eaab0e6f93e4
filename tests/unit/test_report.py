"""The end of a run: what was skipped fails it unless it is allowed, and the last line counts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.report import Skip, closing_line, read_allowances

SUITE = """
    import pytest

    def test_passes():
        pass

    def test_needs_redis():
        pytest.skip("redis-server is not installed (make test-deps)")

    @pytest.mark.parametrize("broken", [False, True])
    def test_breaks(broken):
        assert not broken
"""


def run(folder: Path, *options: str, side_by_side: bool) -> subprocess.CompletedProcess[str]:
    suite = folder / "test_suite.py"
    suite.write_text("\n".join(line[4:] for line in SUITE.splitlines()))
    command = [sys.executable, "-m", "pytest", "--rootdir", str(folder), "-p", "tests.report", str(suite)]
    beside = ["-n", "2"] if side_by_side else []
    return subprocess.run(
        [*command, *beside, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize("side_by_side", [False, True])
def test_the_last_line_counts_and_names_the_target(tmp_path: Path, side_by_side: bool) -> None:
    done = run(tmp_path, side_by_side=side_by_side)
    assert done.returncode == 1
    assert last_line(done) == "2 passed, 1 failed, 1 skipped (make test-deps installs what 1 of them need)"
    assert "   1  test_suite.py" in done.stdout


@pytest.mark.parametrize(
    ("allowed", "status", "side_by_side"),
    [
        ("*::test_needs_redis  redis-server is not installed*  # where there is no apt", 0, True),
        ("test_suite.py  *", 0, False),
        ("*::test_needs_redis  docker is not here", 1, True),
        ("", 1, False),
    ],
)
def test_a_skip_that_is_not_allowed_fails(
    tmp_path: Path, allowed: str, status: int, side_by_side: bool
) -> None:
    file = tmp_path / "allowed"
    file.write_text(f"# What may be.\n{allowed}\n")
    options = ("--allowed-skips", str(file), "--deselect", "test_suite.py::test_breaks[True]")
    done = run(tmp_path, *options, side_by_side=side_by_side)
    assert done.returncode == status, done.stdout
    assert ("not allowed to be skipped: test_suite.py::test_needs_redis" in done.stdout) == bool(status)
    assert last_line(done).startswith(f"2 passed, {status} failed, 1 skipped")


def test_a_line_that_is_no_allowance_is_named(tmp_path: Path) -> None:
    file = tmp_path / "allowed"
    file.write_text("tests/x.py reason\n")
    with pytest.raises(ValueError, match="allowed:1: "):
        read_allowances(file)


def test_skips_that_no_target_would_end_are_only_counted() -> None:
    assert closing_line(3, 0, [Skip("a", "docker is not here")]) == "3 passed, 0 failed, 1 skipped"
