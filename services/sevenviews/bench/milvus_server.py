"""A private Milvus server, where the binary of the PyPI package `milvus` is installed."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Self

_STARTED = b"started"
_STOP_SECONDS = 10


class MilvusProcess:
    """Started at once, and ready about 11 seconds later; stopped at the end of the context.

    Args:
        directory: for its data and logs.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._log = (directory / "start.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sevenviews.bench.milvus_main", str(directory.resolve()), str(self._port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            # Ctrl-C is for the benchmark, which then stops this.
            start_new_session=True,
        )

    @staticmethod
    def installed() -> bool:
        """Whether there is a server to start."""
        return find_spec("milvus") is not None

    @property
    def url(self) -> str:
        """Where it will answer."""
        return f"http://127.0.0.1:{self._port}"

    def wait(self, seconds: float) -> None:
        """Return when it answers.

        Raises:
            TimeoutError: not within so many seconds.
            RuntimeError: it ended.
        """
        assert self._process.stdout is not None  # noqa: S101 - Popen was given a pipe
        readable, _, _ = select.select([self._process.stdout], [], [], seconds)
        if not readable:
            raise TimeoutError(f"Milvus did not answer within {seconds:.0f} s; its log is {self._log.name}")
        if self._process.stdout.readline().strip() != _STARTED:
            raise RuntimeError(f"Milvus did not start; its log is {self._log.name}")

    def stop(self) -> None:
        """End it and its starter; more than once is no error."""
        with contextlib.suppress(subprocess.TimeoutExpired, BrokenPipeError):
            # Its standard input ends, and with it the server.
            self._process.communicate(timeout=_STOP_SECONDS)
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
