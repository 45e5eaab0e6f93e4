"""Brings the database's schema up to date. Safe when several replicas start at once."""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

ADVISORY_LOCK = 7_1203_5151
"""Any number, but the same for all replicas."""


def migrate(engine: Engine, revision: str = "head") -> None:
    """Apply all migrations that the database lacks, up to a revision, or none of them.

    Raises:
        sqlalchemy.exc.OperationalError: the database is down.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with _alone(engine), engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # Python's driver would begin at the first INSERT only, and leave tables behind a migration cut off.
            connection.execute(text("BEGIN IMMEDIATE"))
        else:
            _wait_for_the_others(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def wait_for_database(engine: Engine, seconds: float, pause_seconds: float = 1.0) -> None:
    """Return when the database answers, as one does that is started together with us.

    Raises:
        sqlalchemy.exc.OperationalError: it still does not after so many seconds.
        ValueError: a pooler answers, of which the URL says nothing.
    """
    give_up = time.monotonic() + seconds
    while True:
        try:
            with engine.connect():
                return
        except OperationalError as error:
            if "unsupported startup parameter" in str(error):
                raise ValueError(
                    "PgBouncer answers: the database URL has to say ?pooler=transaction"
                ) from None
            if time.monotonic() >= give_up:
                raise
        time.sleep(pause_seconds)


@contextlib.contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """One replica migrates, the others wait, and then find nothing to do. PostgreSQL has a lock for it."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        with Path(f"{engine.url.database}.migrate-lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    else:
        yield


def _wait_for_the_others(connection: Connection) -> None:
    """For as long as it takes, in this transaction; and a large table may take longer than a request."""
    for setting in ("statement_timeout", "lock_timeout"):
        connection.execute(text(f"SET LOCAL {setting} = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
