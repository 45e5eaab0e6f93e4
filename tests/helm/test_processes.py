"""The chart's own commands and environments, started on this machine: addresses and folders rewritten, nothing else.

What a cluster adds is names, ports and volumes; what is left, this runs: the migration, the model's installation,
the four services with their probes, an import, a search, the chart's check, and the drain; with certificates, as
the tests of a cluster do it without.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from sevenviews.client import Client
from sevenviews.runtime.security import ClientTls
from sevenviews.synthetic import write_corpus
from tests.certificates import Authority
from tests.helm.chart import PREFIX, PROFILES, Object, Rendered, environment, render, settings
from tests.processes import start_child

SERVICES = ("vectors", "metadata", "embedding", "gateway")
DESIGNS = 4
_READY_SECONDS = 120
_SECRET = re.compile(r"secretKeyRef:(?P<name>[^/]+)/(?P<key>.+)")


@dataclass
class Machine:
    """What stands in for the cluster.

    Attributes:
        rendered: the chart.
        folder: in place of all volumes.
        ports: of this machine, by port of a service.
    """

    rendered: Rendered
    folder: Path
    ports: dict[tuple[str, str], int] = field(default_factory=dict)

    def port(self, service: str, port: str) -> int:
        """A free port, in place of that port of a service's pod."""
        if (service, port) not in self.ports:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                self.ports[service, port] = listener.getsockname()[1]
        return self.ports[service, port]

    def rewritten(self, service: str, text: str) -> str:
        """A command's word or a variable's value, as it is on this machine."""
        text = re.sub(
            rf"dns:///{PREFIX}-(\w+?)(?:-headless)?:(\d+)",
            lambda found: f"127.0.0.1:{self.port(found[1], found[2])}",
            text,
        )
        text = text.replace("/etc/sevenviews/tls", str(self.folder / "tls" / service))
        text = text.replace("/var/lib/sevenviews", str(self.folder))
        text = re.sub(r"^http://.+:19530$", f"milvus-lite:{self.folder / 'milvus'}", text)
        text = re.sub(r"^postgresql://.+$", f"sqlite:///{self.folder / 'patents.sqlite'}", text)
        text = re.sub(r"^redis://.+$", "memory://", text)
        return "127.0.0.1" if text == "0.0.0.0" else text  # noqa: S104  # what the pods listen on

    def variables(self, service: str, container: Object) -> dict[str, str]:
        """The container's environment on this machine, beside the machine's own."""
        found = {}
        for name, value in environment(container).items():
            secret = _SECRET.fullmatch(value)
            if secret is not None:
                value = self.secret(secret["name"], secret["key"])  # noqa: PLW2901
            if name.endswith("_PORT"):
                value = str(self.port(service, value))  # noqa: PLW2901
            found[name] = self.rewritten(service, value)
        return found

    def secret(self, name: str, key: str) -> str:
        secret = self.rendered.one("Secret", name.removeprefix(f"{PREFIX}-"))
        return str(secret["stringData"][key])

    def start(self, service: str, container: Object) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{service}.log").open("wb")
        return start_child(
            self._command(service, container),
            env={**_inherited(), **self.variables(service, container)},
            stdout=log,
            stderr=log,
            cwd=self.folder,
            start_new_session=True,
        )

    def run(self, service: str, container: Object) -> str:
        """Run a container's command to its end; what it printed."""
        done = subprocess.run(
            self._command(service, container),
            env={**_inherited(), **self.variables(service, container)},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _command(self, service: str, container: Object) -> list[str]:
        python, *rest = container["command"]
        assert python == "python"
        return [sys.executable, *(self.rewritten(service, word) for word in rest)]

    def container(self, owner: str, init: bool = False) -> Object:
        found: Object = dict(self.rendered.pods())[owner]["initContainers" if init else "containers"][0]
        return found

    def probe(self, service: str, kind: str) -> bool:
        """Whether the kubelet, which asks as often as the chart tells it to, is answered once in time."""
        times = self.container(f"Deployment/{service}")[kind].get("failureThreshold", 3)
        return any(self._asked(service, kind) for _ in range(times))

    def _asked(self, service: str, kind: str) -> bool:
        """Its question, in plaintext as it asks it."""
        asked = self.container(f"Deployment/{service}")[kind]["grpc"]
        address = f"127.0.0.1:{self.port(service, str(asked['port']))}"
        with grpc.insecure_channel(address) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            request = health_pb2.HealthCheckRequest(service=asked.get("service", ""))
            try:
                answer = stub.Check(request, timeout=3)
            except grpc.RpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def logs(self) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text()[-3000:]}" for path in self.folder.glob("*.log"))


def _inherited() -> Mapping[str, str]:
    """This machine's environment without our own settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SEVENVIEWS_")}


@contextmanager
def started(machine: Machine, services: Sequence[str]) -> Iterator[None]:
    """Started, and ready by the probe of the last; drained at the end."""
    processes: dict[str, subprocess.Popen[bytes]] = {}
    with ExitStack() as stack:
        for service in services:
            processes[service] = machine.start(service, machine.container(f"Deployment/{service}"))
            stack.callback(_kill, processes[service])
        give_up = time.monotonic() + _READY_SECONDS
        while not machine.probe(services[-1], "readinessProbe"):
            assert time.monotonic() < give_up, machine.logs()
            assert all(process.poll() is None for process in processes.values()), machine.logs()
            time.sleep(0.3)
        yield
        _drain(machine, processes)


def _drain(machine: Machine, processes: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for process in processes.values():
        process.send_signal(signal.SIGTERM)
    for service, process in processes.items():
        # Kubernetes kills what is not gone by then.
        allowed = dict(machine.rendered.pods())[f"Deployment/{service}"]["terminationGracePeriodSeconds"]
        assert process.wait(allowed) == 0, machine.logs()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


def test_what_the_chart_starts_imports_and_searches(tmp_path: Path) -> None:
    """With certificates where the chart mounts them; the embedding stays plaintext."""
    values = settings(
        *("tls.enabled=true", "tls.secrets.gateway=g", "tls.secrets.vectors=v", "tls.secrets.metadata=m"),
        "tls.clientCertificates=true",
    )
    machine = Machine(render(*PROFILES["dev"], *values), tmp_path)
    (tmp_path / "tls").mkdir()
    authority = Authority(tmp_path / "tls")
    for service in ("gateway", "vectors", "metadata"):
        authority.issue(service)
    check = machine.container("Pod/check")
    machine.run("embedding", machine.container("Deployment/embedding", init=True))
    machine.run("metadata", machine.container("Job/migrations"))
    with started(machine, SERVICES):
        for service in SERVICES:
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                assert machine.probe(service, probe), f"{probe} of {service}"
        before = machine.run("gateway", check)
        assert "releases: none yet" in before
        assert "search: nothing to search yet" in before

        write_corpus(tmp_path / "corpus", DESIGNS, seed=3, held_out=1, workers=1)
        server = f"127.0.0.1:{machine.port('gateway', '50051')}"
        mine = authority.issue("somebody")
        secured = ["--ca", str(mine.ca), "--certificate", str(mine.certificate), "--key", str(mine.key)]
        ingest = ["ingest", str(tmp_path / "corpus"), "--server", server, *secured]
        done = subprocess.run(
            [sys.executable, "-m", "sevenviews.cli", *ingest],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        (query, *_) = sorted((tmp_path / "corpus" / "queries").glob("*.png"))
        with Client(server, tls=ClientTls(mine.ca, mine.certificate, mine.key)) as client:
            page = client.search([query.read_bytes()], limit=3)
            assert len(client.list_patents().patents) == DESIGNS
        assert len(page.hits) == 3
        after = machine.run("gateway", check)
        assert f"under release {page.release_id}" in after
        assert "FAILED" not in after

        stranger = {
            **check,
            "command": [*check["command"][: check["command"].index("--ca")], "--patience", "0"],
        }
        with pytest.raises(AssertionError, match="FAILED  health of vectors"):
            machine.run("gateway", stranger)
