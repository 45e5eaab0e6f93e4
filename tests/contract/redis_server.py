"""A private Redis on a free port, for the tests that need a real one."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator

import pytest
import redis

from tests.processes import start_child


class RedisServer:
    """A process of its own; can be killed and started again on the same port."""

    def __init__(self, program: str, *options: str) -> None:
        self._program = program
        self._options = options
        self._folder = tempfile.TemporaryDirectory(prefix="sevenviews-redis-")
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Return when it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self._folder.name]
        options += self._options
        self._process = start_child([self._program, *options], stdout=subprocess.DEVNULL)
        with contextlib.closing(redis.Redis(port=self.port)) as client:
            for _ in range(200):
                with contextlib.suppress(redis.ConnectionError):
                    client.ping()
                    return
                time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"redis-server does not answer on port {self.port}")

    def kill(self) -> None:
        """Gone without a farewell."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.kill()
        self._folder.cleanup()


@contextlib.contextmanager
def running_redis(*options: str) -> Iterator[RedisServer]:
    """A started server, empty at first, with options of its own; the test is skipped where Redis is missing."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (make test-deps)")
    server = RedisServer(program, *options)
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    """Of one module: it may kill it and start it again."""
    with running_redis() as server:
        yield server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
