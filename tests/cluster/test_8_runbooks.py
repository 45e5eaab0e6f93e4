"""The commands of the runbooks, run where the services speak TLS and the gateway asks for a key."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from sevenviews.gateway.access.keys import KeyFile, new_key
from sevenviews.runtime.identity import Role
from tests.certificates import Authority, Pair
from tests.cluster.conftest import RELEASE, Installation
from tests.cluster.kubernetes import eventually
from tests.deploy.test_runbooks import every
from tests.processes import start_child

COMMAND = str(Path(sys.executable).with_name("sevenviews"))
PORTS = {"gateway": 50051, "embedding": 50052, "vectors": 50053, "metadata": 50054}
SECURED = ("gateway", "vectors", "metadata")
_PLACEHOLDER = re.compile(r"\b(RELEASE|POD|NODE|REQUEST_ID)\b|\.tar$|\.tif$")
_READING = re.compile(r"/(Check|List\w+|Get\w+)$")


@dataclass(frozen=True, slots=True)
class Secured:
    """The installation, and what an operator has in hand.

    Attributes:
        installation: whose ports are forwarded, as the runbooks say.
        pair: of the gateway: the CA, and the certificate that vectors and metadata ask for.
        key: a file with an operator's API key.
    """

    installation: Installation
    pair: Pair
    key: Path

    def run(self, *command: str) -> str:
        return self.installation.kubernetes.run(*command, seconds=120).stdout

    def tls(self, name: str) -> list[str]:
        """The options of our commands."""
        pair = self.pair
        return [
            f"--ca={pair.ca}",
            f"--certificate={pair.certificate}",
            f"--key={pair.key}",
            f"--server-name={name}",
        ]


@pytest.fixture(scope="module")
def secured(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    kubernetes, folder = installation.kubernetes, tmp_path_factory.mktemp("secured")
    authority = Authority(folder)
    pairs = {}
    for service in SECURED:
        name = f"{RELEASE}-{service}"
        also = f"{name}-headless" if service == "gateway" else f"{RELEASE}-backends"
        pairs[service] = authority.issue(service, names=(name, also))
        files = [
            f"--from-file={path}"
            for path in (pairs[service].certificate, pairs[service].key, pairs[service].ca)
        ]
        kubernetes.kubectl("create", "secret", "generic", f"{name}-test-tls", *files)
    record, key = new_key("on-call", (Role.OPERATOR,), datetime.now(UTC))
    KeyFile(keys=(record,)).write(folder / "keys.json")
    kubernetes.kubectl("create", "secret", "generic", "test-api-keys", f"--from-file={folder / 'keys.json'}")
    (folder / "operator.key").write_text(key.get_secret_value())
    installation.upgrade(
        "console.enabled=false",
        "tls.enabled=true",
        "tls.source=secrets",
        *(f"tls.secrets.{service}={RELEASE}-{service}-test-tls" for service in SECURED),
        "gateway.access.anonymous=false",
        "gateway.access.apiKeys.existingSecret=test-api-keys",
    )
    with contextlib.ExitStack() as stack:
        for service, port in PORTS.items():
            # As a Deployment or of a RayService: both have a Service.
            target = (
                f"service/{RELEASE}-embedding"
                if service == "embedding"
                else f"deployment/{RELEASE}-{service}"
            )
            forward = ["kubectl", "port-forward", target, f"{port}:{port}"]
            stack.enter_context(_running(forward, kubernetes.environment))
            eventually(partial(_answers, port), 60, f"{target} is forwarded")
        yield Secured(installation, pairs["gateway"], folder / "operator.key")
    kubernetes.kubectl("delete", "secret", "test-api-keys", *(f"{RELEASE}-{one}-test-tls" for one in SECURED))


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    with start_child(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def commands(program: str) -> list[list[str]]:
    """Of all runbooks, once each, those that change nothing and leave nothing to fill in."""
    found = {tuple(words): words for _, words in every(program)}
    return [words for words in found.values() if not any(map(_PLACEHOLDER.search, words))]


def test_services_are_asked_as_the_runbooks_say(secured: Secured) -> None:
    names = {str(port): f"{RELEASE}-{service}" for service, port in PORTS.items() if service in SECURED}
    pair = secured.pair
    ran = 0
    for words in commands("grpcurl"):
        port = next(word.partition(":")[2] for word in words if word.startswith("127.0.0.1:"))
        if not _READING.search(words[-1]):
            continue
        shown = ["-cacert", str(pair.ca), "-cert", str(pair.certificate), "-key", str(pair.key)]
        tls = [*shown, "-authority", names[port]] if port in names else ["-plaintext"]
        secured.run("grpcurl", *tls, *(word for word in words if word != "-plaintext"))
        ran += 1
    assert ran >= 6
    # Of the gateway, with a key.
    gateway = [*("-cacert", str(pair.ca)), *("-authority", f"{RELEASE}-gateway")]
    key = ["-H", f"authorization: Bearer {secured.key.read_text()}"]
    method = "sevenviews.v1.ServerService/GetServerInfo"
    assert "version" in secured.run("grpcurl", *gateway, *key, "127.0.0.1:50051", method)
    refused = secured.installation.kubernetes.run("grpcurl", *gateway, "127.0.0.1:50051", method, check=False)
    assert "Unauthenticated" in refused.stderr


def test_our_commands_reach_what_the_runbooks_name(secured: Secured) -> None:
    backends = secured.tls(f"{RELEASE}-backends")
    ran = [
        secured.run(COMMAND, *words, *backends)
        for words in commands("sevenviews")
        if words[0] in {"reconcile", "releases"} and "--repair" not in words
    ]
    assert len(ran) >= 2
    gateway = [
        *secured.tls(f"{RELEASE}-gateway"),
        f"--api-key-file={secured.key}",
        "--server=127.0.0.1:50051",
    ]
    assert '"patent_id"' in secured.run(
        COMMAND, "search", str(secured.installation.query), "--json", *gateway
    )


def test_kubectl_finds_what_the_runbooks_name(secured: Secured) -> None:
    kubernetes = secured.installation.kubernetes
    kinds = {line.partition(".")[0] for line in kubernetes.kubectl("api-resources", "--output=name").split()}
    ran = 0
    for words in commands("kubectl"):
        match words:
            # Of the chart's objects some are of profiles that are not installed here.
            case ["get" | "describe", targets, *rest] if not any(one.startswith(RELEASE) for one in rest):
                if not {f"{one.removesuffix('s')}s" for one in targets.split(",")} <= kinds:
                    continue
            case ["logs", target, *_] if target.startswith("deployment/") and "--previous" not in words:
                pass
            case ["rollout", "status", *_]:
                pass
            case _:
                continue
        kubernetes.kubectl(*words)
        ran += 1
    assert ran >= 10
