"""monitoring.yaml: dashboards, alerts and what is scraped."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from tests.helm.chart import CHART, DEV, helm, render, settings


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
