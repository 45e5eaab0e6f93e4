"""The whole system as a user runs it: `sevenviews up` in a process of its own, spoken to by command and client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sevenviews.cli.local import Addresses
from sevenviews.cli.supervisor import die_with_parent
from sevenviews.client import Client
from sevenviews.reconcile import Examination, examine, open_stores
from tests.processes import start_child

COMMAND = str(Path(sys.executable).with_name("sevenviews"))
_START_SECONDS = 150
_STOP_SECONDS = 60


@dataclass(slots=True)
class System:
    """A running system.

    Attributes:
        data: its directory.
        gateway: host:port.
        process: `sevenviews up`.
    """

    data: Path
    gateway: str
    process: subprocess.Popen[str]

    def client(self, timeout_seconds: float = 30) -> Client:
        return Client(self.gateway, timeout_seconds=timeout_seconds)

    def run(self, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command against this system."""
        environment = {**os.environ, "SEVENVIEWS_SERVER": self.gateway}
        done = subprocess.run(
            [COMMAND, *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            preexec_fn=die_with_parent,
        )
        if check:
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done

    def json(self, *arguments: str | Path) -> Any:
        """What a command prints with --json."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def reconcile(self) -> Any:
        """The agreement of the three stores; the command fails if there is none."""
        return self.json("reconcile", "--data", self.data)

    def examine(self) -> Examination:
        """The same, in this process: quicker where it is asked often."""
        addresses = Addresses.read(self.data)

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
        module = f"sevenviews.{service}"
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and _is_child(process, self.process.pid, module):
                return int(process.name)
        raise LookupError(f"{service} does not run")

    def logs(self) -> str:
        """The ends of all logs, for a failed test."""
        texts = [f"== {path.name}\n{path.read_text()[-3000:]}" for path in (self.data / "logs").glob("*")]
        return "\n".join(texts)


@contextmanager
def running_system(data: Path, *options: str | Path) -> Iterator[System]:
    """`sevenviews up` on any free ports; drained at the end, and that it drains is part of every test."""
    command = [COMMAND, "up", "--data", str(data), "--port", "0", *map(str, options)]
    process = start_child(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield System(data, _gateway_of(process, data), process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(_STOP_SECONDS) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _gateway_of(process: subprocess.Popen[str], data: Path) -> str:
    assert process.stdout is not None
    started = time.monotonic()
    for line in process.stdout:
        if line.startswith("ready: gateway "):
            return line.removeprefix("ready: gateway ").strip()
        assert time.monotonic() - started < _START_SECONDS
    logs = "\n".join(path.read_text()[-2000:] for path in (data / "logs").glob("*.log"))
    raise AssertionError(f"`sevenviews up` ended with {process.wait()}\n{logs}")


def _is_child(process: Path, parent: int, module: str) -> bool:
    try:
        status = (process / "stat").read_text().rpartition(")")[2].split()
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return int(status[1]) == parent and module.encode() in words
