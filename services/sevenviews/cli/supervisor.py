"""Runs the services of one machine as child processes: starts them, restarts what dies, drains on stop."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger()

# Whoever starts children with `die_with_parent` forks. Where gRPC is at work in another thread, its own handling of
# forks may abort the child before its program runs, now and then. It is read when gRPC begins.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
_STABLE_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class ServiceProcess:
    """How one service is started: `python -m module`, told by its environment."""

    name: str
    module: str
    environment: Mapping[str, str]
    log_path: Path


class Supervisor:
    """Keeps child processes running until it is stopped.

    Args:
        services: in the order in which they are stopped: those that call come before those that are called.
        grace_seconds: how long a child may drain before it is killed.
    """

    def __init__(self, services: Sequence[ServiceProcess], grace_seconds: float = 20.0) -> None:
        self._services = services
        self._grace_seconds = grace_seconds
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: list[asyncio.Task[None]] = []

    def process_ids(self) -> dict[str, int]:
        """Of the services that run now."""
        return {name: process.pid for name, process in self._running.items() if process.returncode is None}

    async def start(self) -> None:
        """Start every service, and keep it started."""
        for service in self._services:
            self._running[service.name] = await _launch(service)
            self._keepers.append(asyncio.create_task(self._keep(service), name=f"keep-{service.name}"))

    async def stop(self) -> None:
        """Drain the services one after another, callers first; kill what does not stop in time."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for service in self._services:
            await self._end(self._running.get(service.name))

    async def _end(self, process: asyncio.subprocess.Process | None) -> None:
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), self._grace_seconds)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _keep(self, service: ServiceProcess) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            started = time.monotonic()
            code = await self._running[service.name].wait()
            pause = _FIRST_PAUSE_SECONDS if time.monotonic() - started > _STABLE_SECONDS else pause
            log.warning("service died; starting it again", service=service.name, exit_code=code)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            self._running[service.name] = await _launch(service)


async def _launch(service: ServiceProcess) -> asyncio.subprocess.Process:
    service.log_path.parent.mkdir(parents=True, exist_ok=True)
    with service.log_path.open("ab") as sink:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            service.module,
            env={**os.environ, **service.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            # Ctrl-C goes to the whole foreground group; only the supervisor may act on it.
            start_new_session=True,
            # A supervisor that is killed must not leave services behind that hold its ports and its directory.
            preexec_fn=die_with_parent,
        )


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send the signal to this process when the thread that started it ends, however it ends.

    To be called in a child before its program runs. Linux alone knows this; elsewhere nothing happens.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
