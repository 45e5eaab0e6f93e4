"""The whole system as a user runs it: `sevenviews up` in a process of its own, spoken to by command and client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.cli.local import Addresses as LocalAddresses
from sevenviews.cli.local import LocalStores
from sevenviews.cli.supervisor import die_with_parent
from sevenviews.client import Client
from sevenviews.encoder.store import ModelStore
from sevenviews.reconcile import Examination, examine, open_stores
from sevenviews.refresh.context import Surroundings
from sevenviews.refresh.engine import Engine
from sevenviews.refresh.lock import open_lock
from tests.commands import Done, command, json_of
from tests.processes import start_child

ROOT = Path(__file__).resolve().parent.parent
COMMAND = str(Path(sys.executable).with_name("sevenviews"))
UP = (COMMAND, "up")
LIGHT_UP = (sys.executable, "-m", "tests.light_up")
"""The same without Ray, and there in a few seconds."""
_START_SECONDS = 150
_STOP_SECONDS = 60


@dataclass(slots=True)
class System:
    """A running system.

    Attributes:
        data: its directory.
        gateway: host:port.
        process: `sevenviews up`.
        program: that command, or one like it.
        options: of it.
        environment: besides this process's.
    """

    data: Path
    gateway: str
    process: subprocess.Popen[str]
    program: Sequence[str]
    options: Sequence[str | Path]
    environment: Mapping[str, str]

    def client(self, timeout_seconds: float = 30) -> Client:
        return Client(self.gateway, timeout_seconds=timeout_seconds)

    def run(self, *arguments: str | Path, check: bool = True) -> Done:
        """A command against this system, in this process."""
        return command(*arguments, check=check, environment=self._environment)

    def json(self, *arguments: str | Path) -> Any:
        """What it prints with --json; it must succeed."""
        return json_of(*arguments, environment=self._environment)

    def json_of_process(self, *arguments: str | Path) -> Any:
        """The same of a process of its own, as a user starts it: for tests of the command itself."""
        done = subprocess.run(
            [COMMAND, *map(str, arguments), "--json"],
            env={**os.environ, **self._environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            preexec_fn=die_with_parent,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return json.loads(done.stdout)

    @property
    def _environment(self) -> dict[str, str]:
        return {"SEVENVIEWS_SERVER": self.gateway}

    def reconcile(self) -> Any:
        """The agreement of the three stores; the command fails if there is none."""
        return self.json("reconcile", "--data", self.data)

    @contextmanager
    def services(self) -> Iterator[Services]:
        """The services behind the gateway, as a refresh that is not patient sees them."""
        with Services(self._addresses(), patience_seconds=0) as services:
            yield services

    @contextmanager
    def surroundings(self, engine: Engine, **elsewhere: Any) -> Iterator[Surroundings]:
        """Of a refresh in this process that is not patient; some addresses may lead nowhere."""
        stores = LocalStores.read(self.data)
        models, lock = ModelStore(stores.models), open_lock(stores.lock_url)
        with Services(replace(self._addresses(), **elsewhere), patience_seconds=0) as services:
            yield Surroundings(services, models, stores.work, lock, engine, lambda _: None)

    def _addresses(self) -> Addresses:
        local, stores = LocalAddresses.read(self.data), LocalStores.read(self.data)
        return Addresses(local.embedding, local.vectors, local.metadata, stores.drawings_url)

    def releases(self) -> list[Any]:
        """Those that are not retired, newest first, as `sevenviews releases list` tells them."""
        found = self.json("releases", "list", "--data", self.data)
        assert isinstance(found, list)
        return found

    def serving(self) -> Any:
        """The release that answers."""
        (one,) = [one for one in self.releases() if one["state"] == "serving"]
        return one

    def stop(self) -> None:
        """Drain it; that it drains is part of every test."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(_STOP_SECONDS) == 0

    def restart(self) -> None:
        """Stop it, and start it again over what it has stored."""
        self.stop()
        self.process = _up(self.program, self.data, self.options, self.environment)
        self.gateway = _gateway_of(self.process, self.data)

    def examine(self) -> Examination:
        """The same, as it was found."""
        addresses = LocalAddresses.read(self.data)

        async def compare() -> Examination:
            async with open_stores(addresses.embedding, addresses.vectors, addresses.metadata) as stores:
                return await examine(stores)

        return asyncio.run(compare())

    def metrics_ports(self) -> dict[str, int]:
        """Of the services' Prometheus pages, by service; of a system that runs with --metrics."""
        ports: dict[str, int] = json.loads((self.data / "up.json").read_text())["metrics_ports"]
        return ports

    def process_of(self, service: str) -> int:
        """The process id of a service, as it is now."""
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and _serves(process, self.process.pid, service):
                return int(process.name)
        raise LookupError(f"{service} does not run")

    def logs(self) -> str:
        """The ends of all logs, for a failed test."""
        texts = [f"== {path.name}\n{path.read_text()[-3000:]}" for path in (self.data / "logs").glob("*")]
        return "\n".join(texts)


@contextmanager
def running_system(
    data: Path,
    *options: str | Path,
    program: Sequence[str] = UP,
    environment: Mapping[str, str] | None = None,
) -> Iterator[System]:
    """`sevenviews up` on any free ports; drained at the end.

    Args:
        data: its directory.
        options: of the command.
        program: LIGHT_UP for one without Ray.
        environment: besides this process's.
    """
    told = dict(environment or {})
    system = System(data, "", _up(program, data, options, told), program, options, told)
    try:
        system.gateway = _gateway_of(system.process, data)
        yield system
        system.stop()
    finally:
        if system.process.poll() is None:
            system.process.kill()
            system.process.wait()


def _up(
    program: Sequence[str], data: Path, options: Sequence[str | Path], environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    return start_child(
        [*program, "--data", str(data), "--port", "0", *map(str, options)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _gateway_of(process: subprocess.Popen[str], data: Path) -> str:
    assert process.stdout is not None
    started = time.monotonic()
    for line in process.stdout:
        if line.startswith("ready: gateway "):
            return line.removeprefix("ready: gateway ").strip()
        assert time.monotonic() - started < _START_SECONDS
    logs = "\n".join(path.read_text()[-2000:] for path in (data / "logs").glob("*.log"))
    raise AssertionError(f"`sevenviews up` ended with {process.wait()}\n{logs}")


def _serves(process: Path, parent: int, service: str) -> bool:
    """Whether it is the child `python -m sevenviews.SERVICE`, or the light one of the tests."""
    try:
        status = (process / "stat").read_text().rpartition(")")[2].split()
        words = (process / "cmdline").read_text().split("\0")
    except OSError:
        return False
    return int(status[1]) == parent and any(word.endswith(service) for word in words[2:3])
