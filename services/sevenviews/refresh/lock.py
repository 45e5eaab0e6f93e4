"""The lock that lets one refresh run at a time, with a fencing token that grows with every holder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, cast
from urllib.parse import unquote, urlsplit

from redis import Redis
from redis.exceptions import ReadOnlyError, RedisError

from sevenviews.designs import Reason, SevenviewsError

LEASE_SECONDS = 30.0
_LOCK_KEY = "sevenviews:refresh:lock"
_TOKEN_KEY = "sevenviews:refresh:token"  # noqa: S105

# A token is the time in microseconds, or one more than the last: so that it grows on even where Redis or the lock's
# file was lost, and with it the last token.
_ACQUIRE = """
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
local time = redis.call('TIME')
local token = math.max(time[1] * 1000000 + time[2], tonumber(redis.call('GET', KEYS[2]) or 0) + 1)
redis.call('SET', KEYS[2], string.format('%.0f', token))
return string.format('%.0f', token)
"""
_IF_MINE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call(ARGV[2], KEYS[1], unpack(ARGV, 3))
"""


class RefreshLock(Protocol):
    """Held between `__enter__` and `__exit__`."""

    @property
    def token(self) -> int:
        """Larger than every earlier holder's."""
        ...

    def check(self) -> None:
        """Return if the lock is still held. Raises REFRESH_FENCED if it was lost."""
        ...

    def __enter__(self) -> Self:
        """Raises REFRESH_LOCKED, naming the holder; DEPENDENCY_UNAVAILABLE."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def open_lock(url: str, holder: str = "") -> RefreshLock:
    """redis://HOST:PORT/DB, or file://PATH for the processes of one machine. Raises ValueError for another URL."""
    holder = holder or f"{socket.gethostname()}:{os.getpid()}"
    parts = urlsplit(url)
    if parts.scheme in {"redis", "rediss"}:
        return RedisLock(Redis.from_url(url, socket_timeout=5.0, socket_connect_timeout=5.0), holder)
    if parts.scheme == "file" and (parts.netloc or parts.path):
        return FileLock(Path(unquote(parts.netloc + parts.path)), holder)
    raise ValueError(f"lock URL {url!r} is neither redis://HOST:PORT/DB nor file://PATH")


class FileLock:
    """The kernel lets go of it when its holder ends, however it ends; a paused holder keeps it."""

    def __init__(self, path: Path, holder: str) -> None:
        self._path = path
        self._holder = holder
        self._token = 0

    @property
    def token(self) -> int:
        return self._token

    def check(self) -> None:
        """Nobody can take it away."""

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = self._read()[1]
            self._file.close()
            raise _locked(holder) from None
        self._token = max(self._read()[0] + 1, time.time_ns() // 1000)
        self._file.truncate(0)
        self._file.write(json.dumps({"token": self._token, "holder": self._holder}))
        self._file.flush()
        os.fsync(self._file.fileno())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def _read(self) -> tuple[int, str]:
        self._file.seek(0)
        try:
            known = json.loads(self._file.read() or "{}")
        except ValueError:
            # The holder is just writing.
            known = {}
        return int(known.get("token", 0)), str(known.get("holder", "another process"))


class RedisLock:
    """A lease: it ends by itself when a holder that died does not renew it.

    A holder that was paused for longer than the lease has lost it. `check` says so; what it may already have sent is
    stopped by its fencing token.

    Args:
        redis: a client of the server.
        holder: said to others who want the lock.
        lease_seconds: after which a silent holder has lost it.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        redis: Redis,
        holder: str,
        lease_seconds: float = LEASE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = redis
        # Unlike any other holder, even one of the same name: only then may it be renewed and let go.
        self._holder = f"{holder} {uuid.uuid4().hex}"
        self._lease = lease_seconds
        self._clock = clock
        self._token = 0
        self._held_until = float("-inf")
        self._ended = threading.Event()

    @property
    def token(self) -> int:
        return self._token

    def check(self) -> None:
        # Counted from before the renewal that Redis confirmed: the lease lasts at least as long.
        if self._clock() >= self._held_until:
            raise SevenviewsError(
                Reason.REFRESH_FENCED,
                f"this refresh has lost its lock: it was not renewed within {self._lease:.0f} s",
                {"fencing_token": str(self._token)},
            )

    def __enter__(self) -> Self:
        asked = self._clock()
        try:
            token = self._redis.eval(
                _ACQUIRE, 2, _LOCK_KEY, _TOKEN_KEY, self._holder, str(self._milliseconds)
            )
            held = None if token else cast("bytes | None", self._redis.get(_LOCK_KEY))
        except RedisError as error:
            raise SevenviewsError(
                Reason.DEPENDENCY_UNAVAILABLE, f"Redis gives no lock: {error}", {"service": "redis"}
            ) from error
        if not token:
            raise _locked((held or b"another process").decode().partition(" ")[0])
        self._token = int(cast(bytes, token))
        self._held_until = asked + self._lease
        self._ended.clear()  # it may have been held, and let go, before
        self._renewing = threading.Thread(target=self._renew_all_the_time, name="renew-lock", daemon=True)
        self._renewing.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._renewing.join()
        # Where Redis is away, the lease ends by itself.
        with contextlib.suppress(RedisError):
            self._if_mine("DEL")

    @property
    def _milliseconds(self) -> int:
        return round(self._lease * 1000)

    def _renew_all_the_time(self) -> None:
        while not self._ended.wait(self._lease / 3):
            asked = self._clock()
            try:
                renewed = self._if_mine("PEXPIRE", str(self._milliseconds))
            except ReadOnlyError:
                # A replica now: the name leads to another master.
                self._redis.connection_pool.disconnect()
                continue
            except RedisError:
                continue
            if not renewed:
                self._held_until = float("-inf")
                return
            self._held_until = asked + self._lease

    def _if_mine(self, *command: str) -> bool:
        """A command on the lock, unless another one holds it."""
        name, *arguments = command
        return bool(self._redis.eval(_IF_MINE, 1, _LOCK_KEY, self._holder, name, *arguments))


def _locked(holder: str) -> SevenviewsError:
    return SevenviewsError(
        Reason.REFRESH_LOCKED,
        f"another refresh is running: {holder} holds the lock",
        {"holder": holder},
    )
