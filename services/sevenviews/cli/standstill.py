"""The services of one machine stand still for a moment, in which their stores are of one moment."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

_WRITERS = {"sevenviews.gateway", "sevenviews.vectors", "sevenviews.metadata"}
"""Modules; the embedding only reads."""
_LOOK_SECONDS = 0.005


@contextmanager
def standstill(up: int) -> Iterator[None]:
    """While the block runs, no service that writes takes a step: what they have on disk is what a crash would leave.

    Callers wait meanwhile. They go on afterwards, also if this process is killed.

    Args:
        up: the process id of `sevenviews up`.
    """
    writers = [one for one in psutil.Process(up).children() if _WRITERS & set(one.cmdline())]
    # Wakes them when its input ends, however we do.
    wake = ["sh", "-c", 'cat >/dev/null; kill -CONT "$@"', "sh", *(str(one.pid) for one in writers)]
    with subprocess.Popen(wake, stdin=subprocess.PIPE, start_new_session=True):  # noqa: S603
        for one in writers:
            one.suspend()
        while not all(map(_stands, writers)):
            time.sleep(_LOOK_SECONDS)
        yield


def _stands(process: psutil.Process) -> bool:
    """Whether none of its threads runs any more: one may have to end a write first."""
    threads = Path(f"/proc/{process.pid}/task")
    if not threads.is_dir():
        return process.status() == psutil.STATUS_STOPPED
    try:
        return all("State:\tT" in (one / "status").read_text() for one in threads.iterdir())
    except OSError:  # a thread ended
        return False
