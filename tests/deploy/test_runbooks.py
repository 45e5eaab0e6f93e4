"""Every command of a runbook is a real one: subcommands, options, rpcs, variables, metrics, links."""

from __future__ import annotations

import functools
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from google.protobuf.descriptor import FileDescriptor
from typer.core import TyperGroup

from sevenviews.cli.__main__ import app
from sevenviews.designs import Reason
from sevenviews.internal.v1 import embedding_pb2, patents_pb2, refreshes_pb2, vectors_pb2
from sevenviews.v1 import catalog_pb2, search_pb2
from tests.conftest import ROOT
from tests.deploy.files import RUNBOOKS, alerts, runbook_expressions
from tests.deploy.promql import check, metric_names
from tests.helm.chart import KUBERNETES, PROFILES, REFRESH, Object, helm, tool

FOLDER = ROOT / "deploy" / "runbooks"
PAGES = sorted(FOLDER.glob("*.md"))
RELEASE = "sevenviews"
"""The release whose objects the runbooks name."""
# Kinds of Kubernetes itself, of which the chart makes none, and of cert-manager, where it makes some.
NO_KIND_OF_THE_CHART = {"certificate", "event", "node"}
_PROTOS: tuple[FileDescriptor, ...] = tuple(
    one.DESCRIPTOR
    for one in (catalog_pb2, embedding_pb2, patents_pb2, refreshes_pb2, search_pb2, vectors_pb2)
)
METHODS = {
    f"{service.full_name}/{method.name}": method
    for proto in _PROTOS
    for service in proto.services_by_name.values()
    for method in service.methods
}


def commands(path: Path, program: str) -> Iterator[list[str]]:
    """The words after a program's name, up to a pipe; from indented blocks and from inline code."""
    text = path.read_text()
    spans = [line for line in text.splitlines() if line.startswith("    ")]
    spans += re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for span in spans:
        if not span.strip().startswith(f"{program} "):
            continue
        words = shlex.split(span)
        if len(words) > 1:
            yield words[1 : words.index("|")] if "|" in words else words[1:]


def every(program: str) -> list[tuple[str, list[str]]]:
    return [(path.stem, words) for path in PAGES for words in commands(path, program)]


def test_the_commands_are_found() -> None:
    """A runbook whose commands are not recognised would pass all tests below."""
    found = {program: len(every(program)) for program in ("kubectl", "grpcurl", "sevenviews", "helm")}
    assert min(found.values()) >= 3, found


def test_our_own_commands_parse() -> None:
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    for page, words in every("sevenviews"):
        command: Any = root
        given = list(words)
        while isinstance(command, TyperGroup):
            assert given, (page, words)
            assert given[0] in command.commands, (page, words)
            command = command.commands[given.pop(0)]
        known = {name for parameter in command.params for name in parameter.opts}
        options = {word for word in given if word.startswith("--")}
        assert options <= known, (page, words)


def test_calls_of_grpcurl_name_methods_and_fields() -> None:
    for page, words in every("grpcurl"):
        method = words[-1]
        if method == "grpc.health.v1.Health/Check":
            continue
        assert method in METHODS, (page, words)
        if "-d" in words:
            fields = METHODS[method].input_type.fields_by_name
            assert set(json.loads(words[words.index("-d") + 1])) <= set(fields), (page, words)


@functools.cache
def installed() -> tuple[Object, ...]:
    """What the chart makes, with the embedding and the refresh in either mode."""
    found: list[Object] = []
    for profile in ("dev", "dev-ray"):
        flags = (*PROFILES[profile], *REFRESH, "--set", "check.enabled=true")
        done = helm("template", RELEASE, ".", "--kube-version", KUBERNETES, *flags)
        assert done.returncode == 0, done.stderr
        found += [one for one in yaml.safe_load_all(done.stdout) if one]
    return tuple(found)


def named() -> set[tuple[str, str]]:
    """Kinds, in small letters, and names; a RayService has its Service made for it."""
    found = {(one["kind"].lower(), one["metadata"]["name"]) for one in installed()}
    rays = [one["spec"]["serveService"] for one in installed() if one["kind"] == "RayService"]
    return found | {("service", one["metadata"]["name"]) for one in rays}


def labels_of_pods(node: Any) -> Iterator[dict[str, str]]:
    """Of every pod and template of pods, within manifests that a launcher reads too."""
    if isinstance(node, dict):
        if "containers" in node.get("spec", ()):
            yield node["metadata"]["labels"]
        for key, value in node.items():
            yield from labels_of_pods(yaml.safe_load(value) if key == "rayjob.json" else value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from labels_of_pods(value)


def ports(kind: str, name: str) -> set[int]:
    """That a Service, or the first container of a Deployment, listens on."""
    found: set[int] = set()
    for one in installed():
        if (one["kind"].lower(), one["metadata"]["name"]) != (kind, name):
            continue
        if kind == "service":
            found |= {port["port"] for port in one["spec"]["ports"]}
        else:
            container = one["spec"]["template"]["spec"]["containers"][0]
            found |= {port["containerPort"] for port in container["ports"]}
    return found


def test_kubectl_names_objects_labels_and_ports_of_the_chart() -> None:
    labels = {item for found in labels_of_pods(installed()) for item in found.items()}
    kinds = {kind for kind, _ in named()} | NO_KIND_OF_THE_CHART
    checked = set()
    for page, words in every("kubectl"):
        for word in words:
            if match := re.fullmatch(r"(?:--from=)?([a-z]+)/(\S+)", word):
                checked.add("object")
                assert match.groups() in named(), (page, words)
            if match := re.fullmatch(r"(app\.kubernetes\.io/\w+)=(\S+)", word):
                checked.add("label")
                assert match.groups() in labels, (page, words)
        match words:
            case ["get" | "describe" | "delete" | "top", types, *rest] if "/" not in types:
                checked.add("kind")
                assert {one.removesuffix("s") for one in types.split(",")} <= kinds, (page, words)
                for name in rest:
                    if name.startswith(f"{RELEASE}-"):
                        assert (types, name) in named(), (page, words)
            case ["port-forward", target, forwarded]:
                checked.add("port")
                assert int(forwarded.partition(":")[2]) in ports(*target.split("/")), (page, words)
    assert checked == {"object", "label", "kind", "port"}


@pytest.mark.parametrize("program", ["kubectl", "helm"])
def test_kubectl_and_helm_have_these_commands_and_options(program: str) -> None:
    everywhere = ask(program, "options") if program == "kubectl" else ""
    for page, words in every(program):
        command = words[:2] if len(words) > 1 and re.fullmatch(r"[a-z]+", words[1]) else words[:1]
        help_text = ask(program, *command, "--help")
        # What has subcommands answers for an unknown one with its own help.
        assert "Available Commands:" not in help_text, (page, words)
        for word in words:
            if option := re.match(r"--?[a-z][a-z-]*", word):
                assert re.search(rf"(?<![\w-]){option[0]}[,=: ]", help_text + everywhere), (page, words)
        if program == "helm":
            assert words[1:] in ([], [RELEASE]), (page, words)


@functools.cache
def ask(program: str, *words: str) -> str:
    done = subprocess.run([tool(program), *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_variables_reasons_alerts_and_links_exist(path: Path) -> None:
    text = path.read_text()
    for service, field in re.findall(r"SEVENVIEWS_([A-Z]+)_([A-Z_]+)\b", text):
        settings = import_module(f"sevenviews.{service.lower()}.settings")
        (model,) = [one for name, one in vars(settings).items() if name == f"{service.capitalize()}Settings"]
        assert field.lower() in model.model_fields, field
    for name in re.findall(r"`(?!SEVENVIEWS_)([A-Z]+(?:_[A-Z]+)+)`", text):
        assert name in set(Reason), name
    known = {alert.name for alert in alerts()}
    assert set(re.findall(r"\bSevenviews[A-Z]\w+", text)) <= known
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (path.parent / target).exists(), target


def test_each_says_what_it_means_how_to_look_and_what_to_do() -> None:
    for name, path in RUNBOOKS.items():
        parts = re.findall(r"^\*\*(\w+)\.\*\*", path.read_text(), re.MULTILINE)
        assert parts == ["Means", "Look", "Do"], name


def test_prometheus_can_read_the_expressions(promtool: str, tmp_path: Path) -> None:
    assert len(runbook_expressions()) >= 10
    check(promtool, runbook_expressions(), tmp_path)


def test_the_expressions_name_metrics() -> None:
    for name, expression in runbook_expressions().items():
        assert metric_names(expression), name
