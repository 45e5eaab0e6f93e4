"""The journal of refreshes in the database: a document each, which only the newest holder of the lock may write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.metadata.database import Database
from sevenviews.metadata.schema import refreshes


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A refresh as it is kept; `document` is the whole record."""

    refresh_id: str
    state: str
    fencing_token: int
    started: datetime
    document: str


class RefreshJournal:
    """Blocking; safe to use from several threads. Raises DEPENDENCY_UNAVAILABLE, STORAGE_FULL."""

    def __init__(self, engine: Engine) -> None:
        self._database = Database(engine)

    def put(self, entry: JournalEntry) -> None:
        """Write an entry, whole. Raises REFRESH_FENCED if a holder of a newer token has written it."""
        mine = refreshes.c.refresh_id == entry.refresh_id
        values = {
            "state": entry.state,
            "fencing_token": entry.fencing_token,
            "started": entry.started,
            "document": entry.document,
        }
        with self._database.writing() as connection:
            newest = connection.execute(
                select(refreshes.c.fencing_token).where(mine).with_for_update()
            ).scalar_one_or_none()
            if newest is None:
                connection.execute(insert(refreshes).values(refresh_id=entry.refresh_id, **values))
            elif entry.fencing_token < newest:
                raise SevenviewsError(
                    Reason.REFRESH_FENCED,
                    f"another process has taken over refresh {entry.refresh_id}",
                    {"fencing_token": str(entry.fencing_token), "newest": str(newest)},
                )
            else:
                connection.execute(update(refreshes).where(mine).values(**values))

    def get(self, refresh_id: str) -> str:
        """The document of a refresh. Raises REFRESH_NOT_FOUND."""
        query = select(refreshes.c.document).where(refreshes.c.refresh_id == refresh_id)
        with self._database.reading() as connection:
            document = connection.execute(query).scalar_one_or_none()
        if document is None:
            raise SevenviewsError(
                Reason.REFRESH_NOT_FOUND, f"there is no refresh {refresh_id!r}", {"refresh_id": refresh_id}
            )
        return str(document)

    def newest(self, limit: int) -> Sequence[str]:
        """Documents of the newest refreshes, the newest first."""
        query = select(refreshes.c.document).order_by(
            refreshes.c.started.desc(), refreshes.c.refresh_id.desc()
        )
        with self._database.reading() as connection:
            return [str(one) for one in connection.execute(query.limit(limit)).scalars()]
