"""A private PostgreSQL on a free port."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.processes import start_child

URL_VARIABLE = "SEVENVIEWS_TEST_POSTGRESQL_URL"
_IMMEDIATE = signal.SIGQUIT
"""PostgreSQL takes it for its shutdown mode `immediate`."""


class PostgresqlServer:
    """Can be stopped, and started again with its data."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None
        # Not below pytest's own folder: that is closed to the user that PostgreSQL runs as.
        self._folder = tempfile.mkdtemp(prefix="sevenviews-postgresql-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        # PostgreSQL refuses to run as root; its Debian package brings a user for it.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", f"{self._folder}/data", "-U", "sevenviews", "-A", "trust", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgresql://sevenviews@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Return when it answers."""
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", "fsync=off"]
        options = [word for setting in settings for word in ("-c", setting)]
        # Not by pg_ctl, which would make a daemon of it that outlives the tests.
        self._process = start_child(
            [str(self._programs / "postgres"), "-D", f"{self._folder}/data", "-k", self._folder, *options],
            farewell=_IMMEDIATE,
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url).close()
                return
            if self._process.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended with {self._process.returncode}")
            time.sleep(0.05)

    def stop(self) -> None:
        """At once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(_IMMEDIATE)
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, user=self._user, cwd=self._folder, check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def running_postgresql() -> Iterator[PostgresqlServer]:
    """A started server; the test is skipped where PostgreSQL is missing."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [
        Path(path) for path in [shutil.which("initdb")] if path
    ]
    if not found:
        pytest.skip("PostgreSQL is not installed (make test-deps)")
    server = PostgresqlServer(found[-1].parent)
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Of one server for the whole run."""
    if url := os.environ.get(URL_VARIABLE):
        yield url
        return
    with running_postgresql() as server:
        yield server.url


def new_database(url: str) -> str:
    """An empty database of that server, by its URL."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"
