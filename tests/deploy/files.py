"""The deployment's files, read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

RULES = sorted((ROOT / "helm" / "sevenviews" / "rules").glob("*.yaml"))
DASHBOARDS = sorted((ROOT / "helm" / "sevenviews" / "dashboards").glob("*.json"))
RUNBOOKS = {path.stem: path for path in (ROOT / "deploy" / "runbooks").glob("*.md") if path.stem != "README"}
# What Grafana puts in the place of these when it asks; any duration will do to check an expression.
_VARIABLES = re.compile(r"\$__(?:rate_interval|interval|range)")


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert rule."""

    name: str
    expression: str
    annotations: dict[str, str]
    labels: dict[str, str]


def alerts() -> tuple[Alert, ...]:
    """Of all rule files."""
    return tuple(
        Alert(rule["alert"], rule["expr"], rule["annotations"], rule["labels"])
        for rule in _rules()
        if "alert" in rule
    )


def recordings() -> dict[tuple[str, str], str]:
    """The expressions of what the rule files record, by its name and the objective that it is of."""
    return {
        (rule["record"], rule["labels"]["objective"]): rule["expr"] for rule in _rules() if "record" in rule
    }


def _rules() -> Iterator[dict[str, Any]]:
    for path in RULES:
        for group in yaml.safe_load(path.read_text())["groups"]:
            yield from group["rules"]


def dashboard(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def panels(path: Path) -> Iterator[dict[str, Any]]:
    """Of a dashboard, without the rows that part them."""
    for panel in dashboard(path)["panels"]:
        if panel["type"] != "row":
            yield panel


def dashboard_expressions(path: Path) -> dict[str, str]:
    """By panel and target, with Grafana's variables filled in."""
    return {
        f"{path.stem}: {panel['title']} {target['refId']}": _VARIABLES.sub("5m", target["expr"])
        for panel in panels(path)
        for target in panel["targets"]
    }


def runbook_expressions() -> dict[str, str]:
    """Of the blocks that are marked as promql."""
    return {
        f"{name} {number}": expression
        for name, path in RUNBOOKS.items()
        for number, expression in enumerate(re.findall(r"```promql\n(.*?)```", path.read_text(), re.DOTALL))
    }
