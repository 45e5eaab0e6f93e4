"""One contract over both locks: a file of one machine, and Redis."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import redis

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.refresh.lock import RedisLock, open_lock
from tests.contract.redis_server import RedisServer


@pytest.fixture(params=["file", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"file://{tmp_path / 'refresh.lock'}"
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    with redis.Redis(port=server.port) as client:
        client.flushall()
    yield server.url


def refusal(url: str, holder: str = "second") -> SevenviewsError:
    with pytest.raises(SevenviewsError) as caught, open_lock(url, holder):
        pass
    return caught.value


def test_the_second_is_told_who_holds_it(url: str) -> None:
    with open_lock(url, "host-1:4711") as lock:
        lock.check()
        error = refusal(url)
        assert error.reason is Reason.REFRESH_LOCKED
        assert error.metadata == {"holder": "host-1:4711"}
    with open_lock(url, "second") as again:
        again.check()


def test_tokens_grow_with_every_holder(url: str) -> None:
    tokens = []
    for _ in range(3):
        with open_lock(url, "me") as lock:
            tokens.append(lock.token)
    assert tokens == sorted(set(tokens))
    assert tokens[0] > 0


def test_a_holder_that_fails_lets_go(url: str) -> None:
    with pytest.raises(RuntimeError), open_lock(url, "first"):
        raise RuntimeError
    with open_lock(url, "second") as lock:
        lock.check()


def test_tokens_grow_even_if_the_lock_was_lost(url: str) -> None:
    with open_lock(url, "first") as lock:
        before = lock.token
    if url.startswith("file://"):
        Path(url.removeprefix("file://")).unlink()
    else:
        with redis.Redis.from_url(url) as client:
            client.flushall()
    with open_lock(url, "second") as lock:
        assert lock.token > before


def hold(url: str, held: Any) -> None:
    with open_lock(url, "child"):
        held.put(os.getpid())
        signal.pause()


def test_a_holder_that_is_killed_loses_the_file_at_once(tmp_path: Path) -> None:
    url = f"file://{tmp_path / 'refresh.lock'}"
    context = multiprocessing.get_context("spawn")
    held: Queue[int] = context.Queue()  # type: ignore[assignment]
    child = context.Process(target=hold, args=(url, held))
    child.start()
    held.get(timeout=60)
    assert refusal(url).metadata == {"holder": "child"}
    child.kill()
    child.join()
    with open_lock(url, "second") as lock:
        lock.check()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_paused_holder_has_lost_its_lease(redis_server: RedisServer) -> None:
    with redis.Redis(port=redis_server.port) as client:
        client.flushall()
        clock = Clock()
        paused = RedisLock(client, "paused", lease_seconds=3600, clock=clock)
        with paused:
            paused.check()
            # While it slept its lease ended, and another one came.
            clock.now += 3600
            client.delete("sevenviews:refresh:lock")
            with open_lock(redis_server.url, "other") as other:
                assert other.token > paused.token
                with pytest.raises(SevenviewsError) as caught:
                    paused.check()
                assert caught.value.reason is Reason.REFRESH_FENCED
                # Its end does not take the other's lock away.
                paused.__exit__(None, None, None)
                assert refusal(redis_server.url).metadata == {"holder": "other"}


def test_a_lease_is_renewed_as_long_as_the_work_lasts(redis_server: RedisServer) -> None:
    with redis.Redis(port=redis_server.port) as client:
        client.flushall()
        with RedisLock(client, "busy", lease_seconds=0.6) as lock:
            renewed = lock._held_until
            while lock._held_until == renewed:
                lock.check()
            # More than the first lease is over, or soon will be; it holds on.
            lock.check()
            assert refusal(redis_server.url).metadata == {"holder": "busy"}


def test_a_lock_that_was_let_go_is_renewed_when_it_is_held_again(redis_server: RedisServer) -> None:
    """As `refresh --resume` does, that finds nothing to resume and begins anew."""
    with redis.Redis(port=redis_server.port) as client:
        client.flushall()
        lock = RedisLock(client, "again", lease_seconds=0.6)
        with lock:
            first = lock.token
        with lock:
            assert lock.token > first
            renewed = lock._held_until
            while lock._held_until == renewed:
                lock.check()


def test_an_unreachable_redis_is_named() -> None:
    error = refusal("redis://127.0.0.1:1/0")
    assert error.reason is Reason.DEPENDENCY_UNAVAILABLE
    assert error.metadata == {"service": "redis"}


@pytest.mark.parametrize("url", ["memcached://x", "lock", "file://"])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="neither redis"):
        open_lock(url)
