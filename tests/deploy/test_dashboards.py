"""The dashboards: whole, readable by Prometheus, laid out without overlap, each panel explained."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from tests.deploy.files import DASHBOARDS, dashboard, dashboard_expressions, panels
from tests.deploy.promql import check

every_dashboard = pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
# What Grafana knows how to write; a typo would show bare numbers.
UNITS = {"short", "s", "bytes", "percentunit", "reqps", "ops", "watt"}


def test_there_is_one_for_each_concern() -> None:
    assert [path.stem for path in DASHBOARDS] == ["embedding", "releases", "search", "services"]
    identifiers = [dashboard(path)["uid"] for path in DASHBOARDS]
    assert len(set(identifiers)) == len(identifiers)


@every_dashboard
def test_it_asks_the_data_source_and_namespace_that_are_chosen(path: Path) -> None:
    variables = {one["name"]: one for one in dashboard(path)["templating"]["list"]}
    assert set(variables) == {"datasource", "namespace"}
    # Without Kubernetes there is no such label, and all must be shown.
    assert variables["namespace"]["allValue"] == ".*"
    assert variables["namespace"]["current"]["value"] == "$__all"
    for panel in panels(path):
        for one in (panel, *panel["targets"]):
            assert one["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, panel["title"]
        for target in panel["targets"]:
            is_foreign = "DCGM_" in target["expr"]
            assert is_foreign or 'namespace=~"$namespace"' in target["expr"], panel["title"]


@every_dashboard
def test_every_panel_is_explained_and_has_a_unit(path: Path) -> None:
    assert dashboard(path)["description"]
    titles = [panel["title"] for panel in panels(path)]
    assert len(set(titles)) == len(titles)
    for panel in panels(path):
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]
        assert panel["targets"], panel["title"]


@every_dashboard
def test_no_panel_lies_on_another(path: Path) -> None:
    everything = dashboard(path)["panels"]
    numbers = [panel["id"] for panel in everything]
    assert len(set(numbers)) == len(numbers)
    for one, other in combinations([panel["gridPos"] for panel in everything], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)
        assert one["x"] + one["w"] <= 24


@every_dashboard
def test_prometheus_can_read_its_expressions(path: Path, promtool: str, tmp_path: Path) -> None:
    check(promtool, dashboard_expressions(path), tmp_path)
