"""The embedded default: all services on this machine, their stores in one directory.

The same services as on a cluster, with smaller parts chosen by URL: Milvus Lite, SQLite, a directory of
drawings, an in-process cache, a local Ray.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from sevenviews.cli.console import CommandError
from sevenviews.cli.supervisor import ServiceProcess, Supervisor
from sevenviews.encoder.bundle import load_bundle
from sevenviews.encoder.store import ModelStore, default_bundle_path
from sevenviews.runtime.channels import open_channel

_STATE_FILE = "up.json"
_METRICS_PORT = 9464
_CONSOLE_SECONDS = 60.0

GATEWAY_SERVICES = (
    "sevenviews.v1.SearchService",
    "sevenviews.v1.CatalogService",
    "sevenviews.v1.ServerService",
)
"""The gateway is ready while it can answer one of them; all is well when it can answer both."""


class StartError(CommandError):
    """The services could not be started; the message says why and where to look."""


class NotRunningError(CommandError):
    """No services run on a data directory."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services of one machine listen, host:port."""

    gateway: str
    embedding: str
    vectors: str
    metadata: str

    @classmethod
    def of(cls, port: int, host: str = "127.0.0.1") -> Addresses:
        """The standard ports from `port` on; four free ones for 0. The host is that of the gateway."""
        gateway, *others = _free_ports(4) if port == 0 else range(port, port + 4)
        return cls(f"{host}:{gateway}", *(f"127.0.0.1:{number}" for number in others))

    @classmethod
    def read(cls, directory: Path) -> Addresses:
        """Of the services that run on a data directory. Raises NotRunningError if none do."""
        return cls(**_state(directory)["addresses"])


@dataclass(frozen=True, slots=True)
class LocalStores:
    """What lies beside the services of one machine, for those who work on it directly."""

    drawings_url: str
    models: Path
    lock_url: str
    work: Path

    @classmethod
    def read(cls, directory: Path) -> LocalStores:
        """Of the services that run on a data directory. Raises NotRunningError if none do."""
        stores = _state(directory)["stores"]
        folder = directory.resolve()
        return cls(stores["drawings_url"], folder / "models", stores["lock_url"], folder / "refreshes")


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """What `sevenviews up` can be told. The URLs choose larger parts than the embedded ones.

    Attributes:
        console: host:port of the web page; empty: there is none.
        embedding: the module that serves it: another does where Ray is not wanted.
    """

    data: Path
    addresses: Addresses
    console: str = ""
    model: Path | None = None
    replicas: int = 1
    vectors_url: str = ""
    database_url: str = ""
    drawings_url: str = ""
    cache_url: str = ""
    metrics_ports: Mapping[str, int] = field(default_factory=dict)
    start_seconds: float = 120.0
    api_keys: Path | None = None
    anonymous: bool = False
    embedding: str = "sevenviews.embedding"


def console_address(port: int) -> str:
    """Of the web page: on this port, or on a free one where it is 0, or taken by another program."""
    if port:
        try:
            _listen_once(f"127.0.0.1:{port}")
        except OSError:
            port = 0
    return f"127.0.0.1:{port or _free_ports(1)[0]}"


def metrics_ports(port: int) -> dict[str, int]:
    """Ports of the services' Prometheus pages: the standard ones, or four free ones where `port` is 0."""
    names = [service.name for service in fields(Addresses)]
    ports = _free_ports(len(names)) if port == 0 else range(_METRICS_PORT, _METRICS_PORT + len(names))
    return dict(zip(names, ports, strict=True))


class LocalServices:
    """Everything that answers searches, as child processes over one data directory.

    Args:
        options: where, and with which parts.
        tell: is told what happens, a line at a time.
    """

    def __init__(self, options: LocalOptions, tell: Callable[[str], None]) -> None:
        self._options = options
        self._tell = tell
        self._supervisor = Supervisor(_services(options))

    @property
    def addresses(self) -> Addresses:
        """Where the services listen."""
        return self._options.addresses

    def process_ids(self) -> dict[str, int]:
        """Of the services that run now."""
        return self._supervisor.process_ids()

    async def start(self) -> None:
        """Start, and wait until searches are served.

        Raises:
            StartError: not ready within `options.start_seconds`, or nobody can listen where a service is to.
        """
        for name, address in asdict(self.addresses).items():
            try:
                _listen_once(address)
            except OSError as error:
                raise StartError(
                    f"the {name} service cannot listen on {address}: {error.strerror}"
                ) from error
        _install_model(self._options)
        await self._supervisor.start()
        self._write_state()
        try:
            await asyncio.wait_for(self._until_ready(), self._options.start_seconds)
        except TimeoutError:
            await self.stop()
            logs = self._options.data / "logs"
            raise StartError(
                f"not ready after {self._options.start_seconds:.0f} s; the logs are in {logs}"
            ) from None

    async def console_is_served(self) -> bool:
        """Wait for the web page, which is no part of being ready; False where there is none after a while."""
        host, _, port = self._options.console.rpartition(":")
        give_up = time.monotonic() + _CONSOLE_SECONDS
        while self._options.console and time.monotonic() < give_up:
            try:
                _, writer = await asyncio.open_connection(host, int(port))
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return True
        return False

    async def stop(self) -> None:
        """Drain and stop everything."""
        await self._supervisor.stop()
        (self._options.data / _STATE_FILE).unlink(missing_ok=True)

    async def _until_ready(self) -> None:
        async with open_channel(self.addresses.gateway) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            for service in GATEWAY_SERVICES:
                while not await _becomes_serving(stub, service):
                    pass  # the gateway died while starting; the supervisor brings it back

    def _write_state(self) -> None:
        state = {
            "addresses": asdict(self.addresses),
            "console": self._options.console,
            "metrics_ports": dict(self._options.metrics_ports),
            "stores": {
                "drawings_url": _drawings_url(self._options),
                "lock_url": _lock_url(self._options),
            },
            "pid": os.getpid(),
            "pids": self.process_ids(),
        }
        (self._options.data / _STATE_FILE).write_text(json.dumps(state, indent=2) + "\n")


def _state(directory: Path) -> Any:
    try:
        return json.loads((directory / _STATE_FILE).read_text())
    except (FileNotFoundError, NotADirectoryError):
        raise NotRunningError(
            f"nothing runs on {directory}; start it with: sevenviews up --data {directory}"
        ) from None


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold a data directory for one `sevenviews up`.

    Raises:
        StartError: another one holds it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StartError(f"{directory} is in use by process {lock.read().strip()}") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


async def _becomes_serving(stub: Any, service: str) -> bool:
    """Watch the health of a service until it is SERVING; False if the server goes away before."""
    try:
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=service), wait_for_ready=True)
        async for answer in watch:
            if answer.status == health_pb2.HealthCheckResponse.SERVING:
                return True
    except grpc.aio.AioRpcError:
        pass
    return False


def _install_model(options: LocalOptions) -> None:
    """Put the chosen model, or the packaged one, into the data directory's model store."""
    store = ModelStore(options.data / "models")
    bundle = load_bundle(options.model or default_bundle_path())
    store.add(bundle.path)
    store.set_default(bundle.version)


def _services(options: LocalOptions) -> tuple[ServiceProcess, ...]:
    data = options.data.resolve()
    environments: dict[str, dict[str, str]] = {
        "gateway": {
            "EMBEDDING_ADDRESS": options.addresses.embedding,
            "VECTORS_ADDRESS": options.addresses.vectors,
            "METADATA_ADDRESS": options.addresses.metadata,
            **_given("CACHE_URL", options.cache_url),
            **_given("API_KEYS_FILE", str(options.api_keys.resolve()) if options.api_keys else ""),
            **_given("AUDIT_DIRECTORY", str(data / "audit") if options.api_keys else ""),
            **_given("ALLOW_ANONYMOUS", "true" if options.anonymous else ""),
        },
        "embedding": {
            "MODEL_STORE": str(data / "models"),
            "NUM_REPLICAS": str(options.replicas),
        },
        "vectors": {"URL": options.vectors_url or f"milvus-lite:{data / 'vectors'}"},
        "metadata": {
            "DATABASE_URL": options.database_url or f"sqlite:///{data / 'patents.sqlite'}",
            "DRAWINGS_URL": _drawings_url(options),
        },
    }
    services = [
        _service(
            name,
            options.embedding if name == "embedding" else f"sevenviews.{name}",
            getattr(options.addresses, name),
            {"METRICS_PORT": str(options.metrics_ports.get(name, 0)), **environment},
            data,
        )
        for name, environment in environments.items()
    ]
    if options.console:
        # First: it calls, and is stopped before what it calls.
        services.insert(
            0, _service("console", "sevenviews.cli.web", options.console, _console(options), data)
        )
    return tuple(services)


def _console(options: LocalOptions) -> dict[str, str]:
    return {
        "GATEWAY_ADDRESS": options.addresses.gateway,
        "UPLOADS": str(options.data.resolve() / "uploads"),
        # Another site's name that is made to mean this machine is none of these.
        "ALLOWED_HOSTS": json.dumps(["127.0.0.1", "localhost"]),
    }


def _service(
    name: str, module: str, address: str, environment: Mapping[str, str], data: Path
) -> ServiceProcess:
    host, _, port = address.rpartition(":")
    common = {"HOST": host, "PORT": port}
    prefix = f"SEVENVIEWS_{name.upper()}_"
    return ServiceProcess(
        name,
        module,
        {prefix + key: value for key, value in {**common, **environment}.items()},
        data / "logs" / f"{name}.log",
    )


def _drawings_url(options: LocalOptions) -> str:
    return options.drawings_url or f"file://{options.data.resolve() / 'drawings'}"


def _lock_url(options: LocalOptions) -> str:
    """Of the lock of refreshes: in Redis where there is one."""
    if options.cache_url.startswith(("redis://", "rediss://")):
        return options.cache_url
    return f"file://{options.data.resolve() / 'refresh.lock'}"


def _given(key: str, value: str) -> dict[str, str]:
    return {key: value} if value else {}


def _listen_once(address: str) -> None:
    """Raises OSError where that is impossible."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
