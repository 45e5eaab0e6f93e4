"""`sevenviews doctor`: is this machine, and what runs on it, in order?"""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import grpc
import typer
from grpc_health.v1 import health_pb2, health_pb2_grpc

from sevenviews.cli.console import print_json, table
from sevenviews.cli.credentials import credential
from sevenviews.cli.extras import EXTRAS, listed, missing
from sevenviews.cli.local import GATEWAY_SERVICES, Addresses, NotRunningError
from sevenviews.client import Client
from sevenviews.ray_folder import ray_folder
from sevenviews.runtime.channels import open_blocking_channel
from sevenviews.runtime.proxies import named
from sevenviews.runtime.settings import MEBIBYTE

_PACKAGES = ("grpcio", "protobuf", "ray", "torch", "torchvision", "pymilvus", "redis", "onnxruntime-gpu")
_UNUSED_BY_UP = {"training", "lab", "refresh", "bench", "tracing"}
"""Extras without which everything is served: their commands say what they need."""
_PARTS = {"gateway": GATEWAY_SERVICES, "metadata": ("drawings",)}
"""What a service may do without while it is ready otherwise, as its health names it."""
_LEAST_FREE_BYTES = 2 * 1024**3
_LEAST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Its status is ok, broken, warning (what stands in the way of nothing yet) or absent (what was not asked for).
    """

    check: str
    status: str
    detail: str


def doctor(
    data: Annotated[Path, typer.Option(help="Data directory of `sevenviews up`.")] = Path(".sevenviews"),
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Check the installation, the packaged model, the disk, Ray's folder, and the services on a data directory.

    Exits with 1 if something is broken.

    Example:  sevenviews doctor --data patents --json
    """
    findings = list(_examine(data))
    if json_output:
        print_json([asdict(finding) for finding in findings])
    else:
        rows = ((finding.check, finding.status, finding.detail) for finding in findings)
        table("Findings", ("check", "status", "detail"), rows)
    if any(finding.status == "broken" for finding in findings):
        raise typer.Exit(1)


def _examine(data: Path) -> Iterator[Finding]:
    yield _python()
    yield from _packages()
    yield from map(_extra, EXTRAS)
    yield _guarded("model", _model)
    yield _guarded("execution", _providers)
    yield _disk(data)
    yield _guarded("ray folder", lambda: str(ray_folder()))
    yield _proxy(os.environ)
    yield from _services(data)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", "ok" if sys.version_info >= _LEAST_PYTHON else "broken", version)


def _packages() -> Iterator[Finding]:
    """Versions of what is installed; what is not is told by its extra."""
    for name in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            yield Finding(name, "ok", importlib.metadata.version(name))


def _extra(name: str) -> Finding:
    check = f"extra {name}"
    absent = missing(name)
    if not absent:
        return Finding(check, "ok", "installed")
    detail = f"not installed (without {listed(absent)}); `make install` brings all extras"
    return Finding(check, "absent" if name in _UNUSED_BY_UP else "warning", detail)


def _guarded(check: str, examine: Callable[[], str]) -> Finding:
    try:
        return Finding(check, "ok", examine())
    except Exception as error:
        return Finding(check, "broken", f"{type(error).__name__}: {error}")


def _model() -> str:
    from sevenviews.encoder.bundle import load_bundle
    from sevenviews.encoder.store import default_bundle_path

    bundle = load_bundle(default_bundle_path())
    return f"{bundle.manifest.name}, version {bundle.version}, {bundle.manifest.dimension} dimensions"


def _providers() -> str:
    import onnxruntime

    return ", ".join(onnxruntime.get_available_providers())


def _disk(data: Path) -> Finding:
    place = data if data.exists() else Path.cwd()
    free = shutil.disk_usage(place).free
    status = "ok" if free >= _LEAST_FREE_BYTES else "warning"
    return Finding("disk", status, f"{free / 1024**3:.1f} GiB free at {place.resolve()}")


def _proxy(environment: Mapping[str, str]) -> Finding:
    proxies = named(environment)
    if not proxies:
        return Finding("proxy", "ok", "none is set")
    listed_names = ", ".join(f"{name} ({host})" for name, host in proxies.items())
    return Finding(
        "proxy",
        "warning",
        f"{listed_names}: used for addresses outside this machine, its network and its cluster alone",
    )


def _services(data: Path) -> Iterator[Finding]:
    try:
        addresses = Addresses.read(data)
    except NotRunningError as error:
        yield Finding("services", "warning", str(error))
        return
    for name, address in asdict(addresses).items():
        yield _reachable(name, address) if name == "embedding" else _healthy(name, address)
    for name, parts in _PARTS.items():
        yield from (_healthy(part, asdict(addresses)[name], part) for part in parts)
    yield _guarded("releases", lambda: _releases(addresses))
    yield _guarded("server", lambda: _server(addresses.gateway))


def _server(gateway: str) -> str:
    with Client(gateway, timeout_seconds=5, credential=credential()) as client:
        info = client.server_info()
    limits = info.limits
    return (
        f"version {info.version}; takes {limits.queries} images a search, each up to "
        f"{limits.image_bytes / MEBIBYTE:.0f} MiB and {limits.image_pixels / 1e6:.0f} million pixels"
    )


def _releases(addresses: Addresses) -> str:
    """One must serve, and every release's model be in the store: imports embed with all of them."""
    from sevenviews.backends.blocking import Addresses as Places
    from sevenviews.backends.blocking import Services

    places = Places(addresses.embedding, addresses.vectors, addresses.metadata)
    with Services(places, patience_seconds=3) as services:
        releases = services.releases()
        models = {one.model_version for one in services.models()}
        if releases:
            services.serving_release()
    lost = [one for one in releases if one.model_version not in models]
    if lost:
        names = ", ".join(f"{one.release_id} ({one.model_version})" for one in lost)
        raise LookupError(f"the model store has lost the model of {names}: no import can succeed")
    return f"{len(releases)}, the models of all in the store"


def _healthy(name: str, address: str, service: str = "") -> Finding:
    with open_blocking_channel(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=3)
        except grpc.RpcError as error:
            return Finding(name, "broken", f"{address} does not answer: {error.code().name}")
    serving = answer.status == health_pb2.HealthCheckResponse.SERVING
    return Finding(
        name, "ok" if serving else "broken", f"{address} {'SERVING' if serving else 'NOT_SERVING'}"
    )


def _reachable(name: str, address: str) -> Finding:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=3).close()
    except OSError as error:
        return Finding(name, "broken", f"{address}: {error}")
    return Finding(name, "ok", f"{address} accepts connections")
