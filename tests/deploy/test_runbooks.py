"""Every command of a runbook is a real one: subcommands, options, rpcs, variables, metrics, links."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import typer.main
from google.protobuf.descriptor import FileDescriptor
from typer.core import TyperGroup

from sevenviews.cli.__main__ import app
from sevenviews.designs import Reason
from sevenviews.v1 import embedding_pb2, patents_pb2, refreshes_pb2, search_pb2, vectors_pb2
from tests.conftest import ROOT
from tests.deploy.files import RUNBOOKS, alerts, runbook_expressions
from tests.deploy.promql import check, metric_names

FOLDER = ROOT / "deploy" / "runbooks"
PAGES = sorted(FOLDER.glob("*.md"))
SERVICES = ("gateway", "embedding", "vectors", "metadata")
KUBECTL = {
    "cordon", "create job", "delete", "describe", "get", "logs", "port-forward", "rollout restart", "rollout status",
    "rollout undo", "scale", "top",
}  # fmt: skip
HELM = {"history", "rollback", "upgrade"}
_PROTOS: tuple[FileDescriptor, ...] = tuple(
    one.DESCRIPTOR for one in (embedding_pb2, patents_pb2, refreshes_pb2, search_pb2, vectors_pb2)
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
        assert words[0] in root.commands, (page, words)
        # Files that a command would read are not here, and need not be.
        given = [word for word in words[1:] if not word.endswith((".tar", ".tif"))]
        known = {name for parameter in root.commands[words[0]].params for name in parameter.opts}
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


def test_kubectl_and_helm_are_asked_for_what_they_have() -> None:
    for page, words in every("kubectl"):
        assert words[0] in KUBECTL or " ".join(words[:2]) in KUBECTL, (page, words)
        for word in words:
            if match := re.fullmatch(r"(?:deployment|service)/(.*)", word):
                assert match[1] in {f"sevenviews-{service}" for service in SERVICES}, (page, words)
            if match := re.search(r"app\.kubernetes\.io/component=(\w+)", word):
                assert match[1] in {*SERVICES, "refresh"}, (page, words)
    for page, words in every("helm"):
        assert words[0] in HELM, (page, words)
        assert words[1:] in ([], ["sevenviews"]), (page, words)


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
