"""Programs that tests start: each ends with the test run, however that ends.

A run that is stopped by a signal takes no fixture down. The kernel then ends what was started here: Milvus,
PostgreSQL, Redis and whole systems would otherwise go on, and hold their ports and their memory.
"""

from __future__ import annotations

import functools
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sevenviews.cli.supervisor import die_with_parent


def pytest_configure(config: pytest.Config) -> None:
    """A run that is told to end takes its fixtures down, as for Ctrl-C; its workers end with it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        die_with_parent(signal.SIGTERM)


def start_child(
    command: Sequence[str | Path], *, farewell: signal.Signals = signal.SIGTERM, **options: Any
) -> subprocess.Popen[Any]:
    """Start a program. Call it in the main thread: the kernel takes the end of a thread for that of its process.

    Args:
        command: the program and its arguments.
        farewell: what the program is sent when the test run ends before it.
        options: of `subprocess.Popen`.
    """
    return subprocess.Popen(command, preexec_fn=functools.partial(die_with_parent, farewell), **options)  # noqa: PLW1509
