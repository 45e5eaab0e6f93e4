"""A Ray of this machine that did not start is ended and started again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest
import ray

from sevenviews.local_ray import start_local_ray
from sevenviews.ray_folder import ray_folder
from tests.processes import start_child


class SlowRay:
    """Fails some times, and leaves a process behind each time as Ray does.

    Attributes:
        left: what was left, in the order of the attempts.
        options: of the last attempt.
    """

    def __init__(self, failures: int, raylet: Path, error: Exception) -> None:
        self._failures = failures
        self._raylet = raylet
        self._error = error
        self.left: list[subprocess.Popen[bytes]] = []
        self.options: dict[str, Any] = {}

    def init(self, **options: Any) -> None:
        self.options = options
        if len(self.left) < self._failures:
            self.left.append(start_child([self._raylet, "600"]))
            raise self._error


@pytest.fixture
def raylet(tmp_path: Path) -> Path:
    """A program of that name that waits."""
    waits = shutil.which("sleep")
    assert waits is not None
    return Path(shutil.copy(waits, tmp_path / "raylet"))


def slow_ray(monkeypatch: pytest.MonkeyPatch, failures: int, raylet: Path, error: Exception) -> SlowRay:
    slow = SlowRay(failures, raylet, error)
    monkeypatch.setattr(ray, "init", slow.init)
    return slow


def test_a_slow_start_is_tried_again_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, raylet: Path
) -> None:
    other = start_child([raylet, "600"])
    try:
        slow = slow_ray(monkeypatch, 2, raylet, RuntimeError("timed out during startup"))
        start_local_ray(num_cpus=3)
        assert slow.options == {"address": "local", "num_cpus": 3, "_temp_dir": str(ray_folder())}
        assert len(slow.left) == 2
        assert not any(psutil.pid_exists(process.pid) for process in slow.left)
        assert psutil.Process(other.pid).is_running()
    finally:
        other.kill()
        other.wait()


def test_after_three_attempts_rays_own_error_is_raised(monkeypatch: pytest.MonkeyPatch, raylet: Path) -> None:
    slow = slow_ray(monkeypatch, 9, raylet, RuntimeError("timed out during startup"))
    with pytest.raises(RuntimeError, match="timed out during startup"):
        start_local_ray()
    assert len(slow.left) == 3
    assert not any(psutil.pid_exists(process.pid) for process in slow.left)


def test_a_wrong_option_is_not_tried_again(monkeypatch: pytest.MonkeyPatch, raylet: Path) -> None:
    slow = slow_ray(monkeypatch, 9, raylet, ValueError("num_cpus"))
    with pytest.raises(ValueError, match="num_cpus"):
        start_local_ray(num_cpus=-1)
    (left,) = slow.left
    os.kill(left.pid, 9)
    left.wait()
