"""A directory of JSON lines, only ever appended to: a file a day and gateway. Those that are too old are deleted."""

from __future__ import annotations

import heapq
import os
import re
import socket
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

log = structlog.get_logger()

_NAME = re.compile(r"audit-(\d{4}-\d{2}-\d{2})-.+\.jsonl")
_MODE = 0o640


class AuditEvent(BaseModel):
    """As audit.proto documents it; the duration in seconds."""

    model_config = ConfigDict(frozen=True)

    time: AwareDatetime
    caller: str
    credential: str = ""
    address: str = ""
    method: str
    code: str = ""
    reason: str = ""
    request_id: str
    seconds: float = 0.0
    ids: tuple[str, ...] = ()
    failed: dict[str, str] = {}


class AuditTrail:
    """Written by one gateway, and read whole.

    Args:
        directory: made if absent.
        days: that a file is kept; 0: for ever.
        host: of this gateway, different from the others'.

    Raises:
        OSError: it cannot be written to.
    """

    def __init__(self, directory: Path, days: int, host: str = "") -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._days = days
        self._host = re.sub(r"[^A-Za-z0-9.-]", "_", host or socket.gethostname())
        self._day: date | None = None
        self._file = -1
        self._turn_to(datetime.now(UTC).date())

    def write(self, event: AuditEvent) -> None:
        """Append an event. One that cannot be written is no reason to fail the call, which is over: it is logged."""
        line = event.model_dump_json(exclude_defaults=True) + "\n"
        try:
            self._turn_to(event.time.date())
            # One write, so that a line is whole or not there, whoever else appends.
            os.write(self._file, line.encode())
        except OSError as error:
            log.error("audit event not written", error=str(error), audit_event=line.strip())

    def read(self, start: datetime | None, end: datetime | None) -> Iterator[AuditEvent]:
        """The events of all gateways from start on and before end, oldest first."""
        for day, paths in sorted(self._paths_by_day().items()):
            if (start and day < start.astimezone(UTC).date()) or (end and day > end.astimezone(UTC).date()):
                continue
            for event in heapq.merge(*map(_events, paths), key=lambda one: one.time):
                if (start is None or start <= event.time) and (end is None or event.time < end):
                    yield event

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            self._day = None

    def _turn_to(self, day: date) -> None:
        if day == self._day:
            return
        path = self._directory / f"audit-{day}-{self._host}.jsonl"
        opened = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, _MODE)
        self.close()
        self._file, self._day = opened, day
        if self._days:
            self._delete_before(day - timedelta(days=self._days))

    def _delete_before(self, oldest: date) -> None:
        for day, paths in self._paths_by_day().items():
            for path in paths if day < oldest else ():
                # Another gateway may have done it.
                path.unlink(missing_ok=True)

    def _paths_by_day(self) -> dict[date, list[Path]]:
        found: dict[date, list[Path]] = {}
        for path in self._directory.iterdir():
            if (named := _NAME.fullmatch(path.name)) is not None:
                found.setdefault(date.fromisoformat(named[1]), []).append(path)
        return found


def _events(path: Path) -> Iterable[AuditEvent]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                yield AuditEvent.model_validate_json(line)
            except ValidationError:
                continue  # the last line of a disk that was full
