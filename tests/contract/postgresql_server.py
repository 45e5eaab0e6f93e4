"""A private PostgreSQL on a free port."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

URL_VARIABLE = "SEVENVIEWS_TEST_POSTGRESQL_URL"


class PostgresqlServer:
    """Can be stopped, and started again with its data."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
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
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self._folder} -c fsync=off"
        self._run(
            "pg_ctl", "-D", f"{self._folder}/data", "-w", "-l", f"{self._folder}/log", "-o", options, "start"
        )

    def stop(self) -> None:
        """At once, as a crash would."""
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-m", "immediate", "-w", "stop")

    def close(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
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
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
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
