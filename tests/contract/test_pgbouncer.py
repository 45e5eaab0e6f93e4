"""PostgreSQL behind PgBouncer, which hands each transaction the next connection that is free."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from sevenviews.metadata.migrate import migrate, wait_for_database
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine, open_objects
from tests.contract.postgresql_server import new_database
from tests.processes import start_child
from tests.unit.metadata.samples import put

SETTINGS = """
[databases]
* = host={server.hostname} port={server.port} user=sevenviews
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
"""


@pytest.fixture(scope="module")
def pooled_url(postgresql_url: str) -> Iterator[str]:
    """A new database behind two connections for all."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("PgBouncer is not installed (make test-deps)")
    server = urlsplit(new_database(postgresql_url))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Neither runs as root, nor may its user look into pytest's folders.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = Path(folder, "pgbouncer.ini")
        settings.write_text(SETTINGS.format(server=server, port=port))
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with start_child([program, str(settings)], user=user, cwd="/", **quiet) as process:
            while not answers(port):
                assert process.poll() is None, "PgBouncer ended"
                time.sleep(0.02)
            yield f"postgresql://sevenviews@127.0.0.1:{port}{server.path}"
            process.terminate()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def test_a_pooler_that_the_url_does_not_name_is_told_at_once(pooled_url: str) -> None:
    engine = open_engine(pooled_url, 5)
    with pytest.raises(ValueError, match=r"\?pooler=transaction"):
        wait_for_database(engine, seconds=60)
    with pytest.raises(ValueError, match="pooler=session"):
        open_engine(f"{pooled_url}?pooler=session", 5)


def test_many_share_two_connections(pooled_url: str, tmp_path: Path) -> None:
    """Replicas that migrate at once, and then patents that are stored, replaced and read side by side."""
    engines = [open_engine(f"{pooled_url}?pooler=transaction", 5) for _ in range(3)]
    with ThreadPoolExecutor(12) as threads:
        assert list(threads.map(migrate, engines)) == [None] * 3
        objects = open_objects(f"file://{tmp_path}", 3)
        catalogues = [PatentCatalogue(SqlPatentTable(one), objects, orphan_seconds=0) for one in engines]

        def work(number: int) -> list[str]:
            catalogue = catalogues[number % 3]
            put(catalogue, number, title=f"Design {number}")
            # Often enough that a driver would have prepared what it asks.
            reads = [catalogue.batch_get([f"USD{number:07d}"])[0] for _ in range(12)]
            return [one.patent.title for (one,) in reads]

        for number, titles in enumerate(threads.map(work, range(24))):
            assert titles == [f"Design {number}"] * 12
    for engine in engines:
        engine.dispose()


def test_a_transaction_has_its_time_and_leaves_the_next_its_own(pooled_url: str) -> None:
    hasty, patient = (open_engine(f"{pooled_url}?pooler=transaction", seconds) for seconds in (0.2, 60))
    with pytest.raises(OperationalError, match="statement timeout"), hasty.connect() as connection:
        connection.execute(text("SELECT pg_sleep(30)"))
    for engine, told in ((hasty, "200ms"), (patient, "1min"), (hasty, "200ms")):
        with engine.connect() as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar_one() == told
            assert connection.execute(text("SHOW lock_timeout")).scalar_one() == told
    for engine in (hasty, patient):
        engine.dispose()
