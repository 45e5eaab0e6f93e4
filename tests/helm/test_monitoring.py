"""monitoring.yaml: dashboards, alerts and what is scraped."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helm.chart import CHART, DEV, KUBERNETES, REFRESH, helm, render, settings, tool


def test_dashboards_and_alerts_are_the_files(tmp_path: Path) -> None:
    """Rendered from a copy with one of each: this chart's own files are tested where they are written."""
    copy = tmp_path / "sevenviews"
    shutil.copytree(CHART, copy)
    for folder in ("dashboards", "rules"):
        shutil.rmtree(copy / folder)
        (copy / folder).mkdir()
    (copy / "dashboards" / "search.json").write_text('{"title": "{{ kept }}"}')
    (copy / "rules" / "a.yaml").write_text(
        "groups:\n- name: a\n  rules:\n  - alert: Down\n    expr: up == 0\n"
        "    annotations:\n      summary: '{{ $labels.pod }} is down'\n"
    )
    (copy / "rules" / "b.yaml").write_text("groups:\n- name: b\n  rules: []\n")
    flags = settings("metrics.dashboards.enabled=true", "metrics.prometheusRule.enabled=true",
                     "metrics.prometheusRule.labels.release=prometheus")  # fmt: skip
    done = helm("template", "sv", str(copy), "--kube-version", "1.34.0", *flags)
    objects = {one["kind"] + one["metadata"]["name"]: one for one in yaml.safe_load_all(done.stdout) if one}
    dashboard = objects["ConfigMapsv-sevenviews-dashboard-search"]
    assert dashboard["data"]["search.json"].strip() == '{"title": "{{ kept }}"}'
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"
    rule = objects["PrometheusRulesv-sevenviews-alerts"]
    assert [group["name"] for group in rule["spec"]["groups"]] == ["a", "b"]
    assert rule["spec"]["groups"][0]["rules"][0]["annotations"]["summary"] == "{{ $labels.pod }} is down"
    assert rule["metadata"]["labels"]["release"] == "prometheus"


def rules(*flags: str) -> list[dict[str, Any]]:
    """As they are installed into the namespace `shop`."""
    flags = (*flags, *settings("metrics.prometheusRule.enabled=true"))
    done = helm("template", "sv", str(CHART), "--kube-version", KUBERNETES, "--namespace", "shop", *flags)
    (rule,) = [one for one in yaml.safe_load_all(done.stdout) if one and one["kind"] == "PrometheusRule"]
    groups: list[dict[str, Any]] = rule["spec"]["groups"]
    return groups


def test_rules_ask_for_this_installation_alone() -> None:
    expressions = [rule["expr"] for group in rules() for rule in group["rules"]]
    assert len(expressions) > 40
    for expression in expressions:
        for selector in re.findall(r"\{[^{}]*\}", expression):
            assert selector.startswith('{namespace="shop", '), expression


@pytest.mark.parametrize("name", ["", "looks"])
def test_rules_name_the_objects_of_the_chart(name: str) -> None:
    flags = (*REFRESH, *settings(f"fullnameOverride={name}", "check.enabled=true"))
    rendered = render(*flags)
    names = {one["metadata"]["name"] for one in rendered.objects}
    expressions = " ".join(rule["expr"] for group in rules(*flags) for rule in group["rules"])
    told = set(re.findall(r'(?:cronjob|name)="([^"]+)"', expressions))
    prefix = name or "sv-sevenviews"
    assert told == {f"{prefix}-refresh", f"{prefix}-check", f"{prefix}-embedding"}
    assert told <= names
    (pattern,) = set(re.findall(r'deployment=~"([^"]+)"', expressions))
    deployments = {one["metadata"]["name"] for one in rendered.objects if one["kind"] == "Deployment"}
    assert len(deployments) >= 3
    assert all(re.fullmatch(pattern, one) for one in deployments)


def test_an_installation_is_missed_though_another_is_there(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": rules()}))
    series = [
        {"series": f'sevenviews_service_ready{{namespace="{space}", service="{service}"}}', "values": "1x30"}
        for space in ("shop", "another")
        for service in ("gateway", "vectors", "metadata")
        if (space, service) != ("shop", "gateway")
    ]
    fires = {
        "eval_time": "10m",
        "alertname": "SevenviewsServiceAbsent",
        "exp_alerts": [
            {
                "exp_labels": {"severity": "critical", "namespace": "shop", "service": "gateway"},
                "exp_annotations": next(
                    rule["annotations"] | {"summary": "Nothing is heard of the gateway service."}
                    for group in rules()
                    for rule in group["rules"]
                    if rule.get("alert") == "SevenviewsServiceAbsent"
                ),
            }
        ],
    }
    test = {"interval": "1m", "input_series": series, "alert_rule_test": [fires]}
    (tmp_path / "test.yaml").write_text(
        yaml.safe_dump({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]})
    )
    done = subprocess.run(
        [tool("promtool"), "test", "rules", "test.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_alert_leads_to_its_runbook() -> None:
    flags = settings("metrics.prometheusRule.runbookUrl=https://runbooks.example/{alert}.html")
    alerts = [rule for group in rules(*flags) for rule in group["rules"] if "alert" in rule]
    assert len(alerts) > 30
    for alert in alerts:
        assert alert["annotations"]["runbook_url"] == f"https://runbooks.example/{alert['alert']}.html"
    paths = [
        rule["annotations"]["runbook_url"] for group in rules() for rule in group["rules"] if "alert" in rule
    ]
    assert all(path.startswith("deploy/runbooks/") for path in paths)


def test_no_rules_make_no_object() -> None:
    rendered = render(*settings("metrics.prometheusRule.enabled=false", "metrics.dashboards.enabled=false"))
    assert not rendered.all("PrometheusRule")
    assert not [name for name in rendered.all("ConfigMap") if name.startswith("dashboard")]


def test_monitors_find_what_serves_metrics() -> None:
    rendered = render(*DEV, *settings("metrics.serviceMonitor.enabled=true"))
    wanted = rendered.one("ServiceMonitor", "monitoring")["spec"]["selector"]["matchLabels"].items()
    found = {
        name for name, one in rendered.all("Service").items() if wanted <= one["metadata"]["labels"].items()
    }
    assert found == {"gateway-headless", "embedding", "vectors", "metadata"}
    for name in found:
        assert "metrics" in [port["name"] for port in rendered.one("Service", name)["spec"]["ports"]]
