"""The chart as `helm template` renders it, and as objects to look at."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

CHART = ROOT / "helm" / "sevenviews"
KUBERNETES = "1.34.0"
RELEASE = "sv"
PREFIX = "sv-sevenviews"

PROFILES: Mapping[str, tuple[str, ...]] = {
    "default": (),
    "dev": ("--values", "values-dev.yaml"),
    "dev-ray": (
        *("--values", "values-dev.yaml"),
        *("--set", "embedding.mode=rayservice,refresh.mode=rayjob"),
    ),
    "production": ("--values", "values-production.yaml"),
    "gpu": ("--values", "values-production.yaml", "--values", "values-gpu.yaml"),
    "dev-gpu": (
        "--values",
        "values-dev.yaml",
        "--values",
        "values-gpu.yaml",
        "--set",
        "refresh.workers.replicas=0",
    ),
}

Object = dict[str, Any]


def tool(name: str) -> str:
    """The path of a program that Go builds; the test is skipped where there is none."""
    places = [
        Path.home() / "go" / "bin",
        *sorted((Path.home() / ".cache" / "sevenviews-cluster").glob("*/bin")),
    ]
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, places)]))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


class Refused(Exception):  # noqa: N818  # what a test expects
    """Helm's answer to values that it does not take."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The objects of one rendering."""

    text: str
    objects: tuple[Object, ...]

    def all(self, kind: str) -> dict[str, Object]:
        """By name, without the release's prefix."""
        return {
            one["metadata"]["name"].removeprefix(f"{PREFIX}-"): one
            for one in self.objects
            if one["kind"] == kind
        }

    def one(self, kind: str, name: str) -> Object:
        found = self.all(kind)
        assert name in found, f"no {kind} {name}; there are {sorted(found)}"
        return found[name]

    def has(self, kind: str, name: str) -> bool:
        return name in self.all(kind)

    def pods(self) -> Iterator[tuple[str, Object]]:
        """Every pod or template of pods, by `Kind/name` of what makes it, within RayJob manifests too."""
        for one in self.objects:
            yield from _pods(f"{one['kind']}/{one['metadata']['name'].removeprefix(f'{PREFIX}-')}", one)


@functools.cache
def render(*arguments: str, install: bool = True) -> Rendered:
    """Render with the arguments of `helm template`, run in the chart's folder. Raises Refused.

    The same answer for the same arguments: nobody may change it.
    """
    done = helm(
        "template",
        RELEASE,
        ".",
        "--kube-version",
        KUBERNETES,
        *([] if install else ["--is-upgrade"]),
        *arguments,
    )
    if done.returncode:
        raise Refused(done.stderr)
    objects = tuple(one for one in yaml.safe_load_all(done.stdout) if one)
    return Rendered(done.stdout, objects)


_OPEN = Path(__file__).parent / "open.yaml"


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What the arguments say counts before open.yaml; the production profile has to stand by itself."""
    first = () if "values-production.yaml" in arguments else ("--values", str(_OPEN))
    at = 2 if arguments[0] == "template" else 1
    return subprocess.run(
        [tool("helm"), *arguments[:at], *first, *arguments[at:]],
        cwd=CHART,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def settings(*pairs: str) -> tuple[str, ...]:
    """`--set` for each; `--set-json` for those with `:=`, because the other takes 2.5 for a text."""
    return tuple(
        word
        for pair in pairs
        for word in (("--set-json", pair.replace(":=", "=", 1)) if ":=" in pair else ("--set", pair))
    )


def deployment(rendered: Rendered, name: str) -> Object:
    spec: Object = rendered.one("Deployment", name)["spec"]
    return spec


def pod(rendered: Rendered, owner: str) -> Object:
    return dict(rendered.pods())[owner]


def main_container(rendered: Rendered, owner: str) -> Object:
    container: Object = pod(rendered, owner)["containers"][0]
    return container


def containers(spec: Object, init: bool = True) -> Iterable[Object]:
    return [*(spec.get("initContainers", []) if init else []), *spec["containers"]]


def environment(container: Object) -> dict[str, str]:
    """Variables with plain values; of those from elsewhere, `<kind of source>:NAME/KEY`."""
    return {one["name"]: _value(one) for one in container.get("env", [])}


def _value(variable: Object) -> str:
    if "valueFrom" not in variable:
        return str(variable.get("value", ""))
    ((kind, source),) = variable["valueFrom"].items()
    return f"{kind}:{source.get('name', '')}/{source.get('key', source.get('fieldPath', ''))}"


def _pods(owner: str, node: Any) -> Iterator[tuple[str, Object]]:
    if isinstance(node, dict):
        if "containers" in node:
            yield owner, node
            return
        for key, value in node.items():
            if key == "rayjob.json":
                yield from _pods(f"{owner}/RayJob", yaml.safe_load(value))
            else:
                yield from _pods(owner, value)
    elif isinstance(node, list):
        for value in node:
            yield from _pods(owner, value)


# What many tests start from: values of the profiles, and those that a feature needs.
DEV, RAY = PROFILES["dev"], PROFILES["dev-ray"]
TLS = settings("tls.enabled=true", "tls.secrets.gateway=g", "tls.secrets.vectors=v", "tls.secrets.metadata=m")
REFRESH = settings("refresh.enabled=true", "models.persistence.enabled=true")
ACCESS = (
    *TLS,
    *settings("tls.clientCertificates=true", "gateway.access.anonymous=false"),
    *settings(
        "gateway.access.apiKeys.existingSecret=k", "gateway.access.oidc.jwks=https://login.example.org/jwks"
    ),
    *settings(
        "gateway.access.oidc.issuer=https://login.example.org", "gateway.access.oidc.audience=sevenviews"
    ),
    *settings("gateway.audit.existingClaim=audit", "gateway.certificateKey.existingSecret=certify"),
    *settings('gateway.access.certificateRoles:={"loader.example.org":["importer"]}'),
)
