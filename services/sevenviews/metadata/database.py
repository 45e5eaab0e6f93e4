"""Transactions of the database, and what its failures mean."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from sevenviews.designs import Reason, SevenviewsError


class Database:
    """Safe to use from several threads. Both transactions raise DEPENDENCY_UNAVAILABLE, STORAGE_FULL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing."""
        with _translated(), self._engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at its end."""
        with _translated(), self._engine.begin() as connection:
            if self._engine.dialect.name == "sqlite":
                # From the first statement on: a transaction that reads and then writes could not wait its turn.
                connection.execute(text("BEGIN IMMEDIATE"))
            yield connection


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeoutError) as error:
        raise _unavailable(error) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise _unavailable(error) from error
        raise


def _unavailable(error: Exception) -> SevenviewsError:
    cause = str(getattr(error, "orig", error)).strip()
    if "is full" in cause or "No space left" in cause:
        return SevenviewsError(Reason.STORAGE_FULL, "the database has no room left", {"store": "database"})
    return SevenviewsError(
        Reason.DEPENDENCY_UNAVAILABLE, f"the database does not answer: {cause}", {"service": "database"}
    )
