"""Rules and their tests against what our code exports: no name, no label and no value that nothing gives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.exporters import FOREIGN, OF_RAY, OF_TARGETS, Exported, exported, samples
from tests.deploy.files import RULES, alerts, recordings
from tests.deploy.promql import metric_names, selectors

UNIT_TESTS = sorted((Path(__file__).parent / "rules").glob("*.yaml"))
RECORDED = {name for name, _ in recordings()}
EXPRESSIONS = {alert.name: alert.expression for alert in alerts()} | {
    f"{name} of {objective}": expression for (name, objective), expression in recordings().items()
}
_QUOTED = re.compile(r'"[^"]*"')
_LABEL = re.compile(r'(\w+)="')


def known() -> dict[str, Exported]:
    """Every metric that may be named, with its labels."""
    return exported() | {name: Exported(labels) for name, labels in FOREIGN.items()}


def input_series() -> list[tuple[str, str, frozenset[str]]]:
    """Of the tests of promtool: the file, the metric and its labels."""
    found = []
    for path in UNIT_TESTS:
        document: Any = yaml.safe_load(path.read_text())
        for test in document["tests"]:
            for one in test["input_series"]:
                name = one["series"].partition("{")[0]
                found.append((path.stem, name, frozenset(_LABEL.findall(one["series"]))))
    return found


def test_every_file_of_rules_has_its_tests() -> None:
    assert [path.name for path in RULES] == [path.name for path in UNIT_TESTS]


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_a_rule_names_metrics_that_there_are(place: str) -> None:
    assert metric_names(EXPRESSIONS[place]) <= known().keys() | RECORDED


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_what_a_rule_selects_our_code_gives_from_the_start(place: str) -> None:
    """With the values of the labels: a reason, a code or a state of another name would never fire."""
    for selector in selectors(EXPRESSIONS[place]):
        if selector.name in RECORDED or selector.name in FOREIGN:
            continue
        if selector.name == "sevenviews_refresh_step" or exported()[selector.name].of_ray:
            conditions = {label for label, _, _ in selector.conditions}
            assert conditions <= exported()[selector.name].labels, selector
            continue
        assert any(selector.matches(name, labels) for name, labels in samples()), selector


def test_the_series_of_the_tests_are_those_of_the_exporters() -> None:
    assert len(input_series()) > 100
    for file, name, labels in input_series():
        assert name in known(), (file, name)
        metric = known()[name]
        added = OF_TARGETS | OF_RAY if metric.of_ray else OF_TARGETS
        assert metric.labels <= labels, (file, name, metric.labels - labels)
        assert labels <= metric.labels | added, (file, name, labels - metric.labels)


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_each_selector_can_be_narrowed_to_an_installation(place: str) -> None:
    """The chart writes a namespace behind every brace: so each metric has one, and no text does."""
    expression = EXPRESSIONS[place]
    assert "{" not in "".join(_QUOTED.findall(expression))
    bare = _QUOTED.sub("", expression)
    for name in metric_names(expression):
        assert not re.search(rf"(?<![\w:]){name}(?![\w:{{])", bare), name
