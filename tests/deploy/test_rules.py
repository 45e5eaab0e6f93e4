"""The alert rules: read by Prometheus' own checker, each fired and kept silent, each with its runbook."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.deploy.exporters import FOREIGN
from tests.deploy.files import RULES, RUNBOOKS, alerts, recordings
from tests.deploy.promql import metric_names

UNIT_TESTS = sorted((Path(__file__).parent / "rules").glob("*.yaml"))


def promtool_says(promtool: str, *arguments: str | Path) -> None:
    done = subprocess.run([promtool, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_can_read_them(promtool: str) -> None:
    promtool_says(promtool, "check", "rules", *RULES)


def test_each_fires_with_its_cause_and_only_then(promtool: str) -> None:
    promtool_says(promtool, "test", "rules", *UNIT_TESTS)


def test_each_is_seen_to_fire_and_to_be_silent() -> None:
    seen: dict[bool, set[str]] = {True: set(), False: set()}
    for path in UNIT_TESTS:
        for test in yaml.safe_load(path.read_text())["tests"]:
            for case in test["alert_rule_test"]:
                seen[bool(case.get("exp_alerts"))].add(case["alertname"])
    names = {alert.name for alert in alerts()}
    assert seen == {True: names, False: names}


def test_a_series_that_is_born_with_a_failure_fires() -> None:
    """Ray makes a series at its first increment, which `rate()` and `increase()` do not see: each alert that counts
    such series is seen to fire on some that were not there before. Ours begin at zero, which the pages of the
    running services are asked for."""
    counting = {
        alert.name for alert in alerts() if re.search(r"\b(rate|increase)\(ray_\w+_total", alert.expression)
    }
    assert len(counting) == 2
    seen = set()
    for path in UNIT_TESTS:
        for test in yaml.safe_load(path.read_text())["tests"]:
            born_late = {
                one["series"].partition("{")[0]
                for one in test["input_series"]
                if re.match(r"_x\d+ 1", str(one["values"]))
            }
            for case in test["alert_rule_test"]:
                (expression,) = [one.expression for one in alerts() if one.name == case["alertname"]]
                if case.get("exp_alerts") and born_late & metric_names(expression):
                    seen.add(case["alertname"])
    assert counting <= seen


def test_each_has_its_runbook_and_no_runbook_is_left_over() -> None:
    assert {alert.name for alert in alerts()} == set(RUNBOOKS)
    for alert in alerts():
        path = ROOT / alert.annotations["runbook_url"]
        assert path == RUNBOOKS[alert.name]
        assert path.read_text().startswith(f"# {alert.name}\n")


def test_each_says_what_it_means_and_how_bad_it_is() -> None:
    for alert in alerts():
        assert alert.labels["severity"] in {"critical", "warning"}, alert.name
        assert alert.annotations["summary"].endswith("."), alert.name
        assert len(alert.annotations["description"]) > 20, alert.name


def test_names_are_unique_and_carry_the_projects() -> None:
    names = [alert.name for alert in alerts()]
    assert len(set(names)) == len(names)
    assert all(name.startswith("Sevenviews") for name in names)


def test_they_read_metrics_of_ours_and_few_others() -> None:
    recorded = {name for name, _ in recordings()}
    for alert in alerts():
        for name in metric_names(alert.expression) - FOREIGN.keys() - recorded:
            assert name.startswith(("sevenviews_", "ray_sevenviews_")), (alert.name, name)


def test_a_monitor_keeps_our_own_labels() -> None:
    """Without honorLabels Prometheus' operator writes the Kubernetes Service's name over our label `service`."""
    templates = (ROOT / "helm" / "sevenviews" / "templates").rglob("*.yaml")
    monitors = [path for path in templates if "kind: ServiceMonitor" in path.read_text()]
    if not monitors:
        pytest.skip("the chart has no ServiceMonitor yet")
    for path in monitors:
        assert "honorLabels: true" in path.read_text(), path
