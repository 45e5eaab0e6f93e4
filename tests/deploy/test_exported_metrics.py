"""Every metric that a rule, a dashboard or a runbook names is exported by the running services."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from sevenviews.corpus import CorpusPatent
from tests.deploy.exporters import FOREIGN, OF_TLS
from tests.deploy.files import DASHBOARDS, alerts, dashboard_expressions, recordings, runbook_expressions
from tests.deploy.promql import Selector, metric_names, selectors
from tests.refreshing import item
from tests.system import System

# Ray's processes hand their figures to the page every 10 seconds.
_RAY_SECONDS = 180


def series(system: System) -> list[Sample]:
    """Those of all pages."""
    found: list[Sample] = []
    for port in system.metrics_ports().values():
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
            text = page.read().decode()
        found += [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return found


def exported(system: System) -> set[str]:
    """The names of all series on all pages."""
    return {sample.name for sample in series(system)}


def rules() -> dict[str, str]:
    """The expressions of all rules by name."""
    recorded = {f"{name} of {objective}": one for (name, objective), one in recordings().items()}
    return {alert.name: alert.expression for alert in alerts()} | recorded


def named() -> dict[str, str]:
    """The metrics that are named, each with a place that names it."""
    expressions = rules() | runbook_expressions()
    for path in DASHBOARDS:
        expressions |= dashboard_expressions(path)
    return {name: place for place, expression in expressions.items() for name in metric_names(expression)}


def test_what_is_named_is_exported(packaged_system: System) -> None:
    recorded = {name for name, _ in recordings()}
    elsewhere = FOREIGN.keys() | OF_TLS | recorded
    wanted = {name: place for name, place in named().items() if name not in elsewhere}
    assert len(wanted) > 30
    give_up = time.monotonic() + _RAY_SECONDS
    missing = set(wanted)
    # One page need not hold all: Ray drops a gauge that was not told again within two report intervals, and each of
    # its processes tells its own at its own time.
    while missing and time.monotonic() < give_up:
        missing -= exported(packaged_system)
        time.sleep(0.5)
    assert not missing, {name: wanted[name] for name in missing}


def test_what_an_alert_selects_is_there_before_it_happens(packaged_system: System) -> None:
    """A series that is born with the first failure hides it: see test_rules.py for those that Ray makes."""
    pages = series(packaged_system)
    wanted = {
        selector: place
        for place, expression in rules().items()
        for selector in selectors(expression)
        if selector.name.startswith("sevenviews_") and selector.name not in OF_TLS
    }
    # There is no Redis on one machine.
    del wanted[Selector("sevenviews_store_ready", (("store", "=", "redis"),))]
    # A refresh is no counter: it has a step while it runs.
    del wanted[Selector("sevenviews_refresh_step", (("step", "!=", "none"),))]
    assert len(wanted) > 8
    for selector, place in wanted.items():
        assert any(selector.matches(one.name, one.labels) for one in pages), (place, selector)
    refused = Selector("sevenviews_requests_total", (("code", "=", "RESOURCE_EXHAUSTED"),))
    services = {one.labels["service"] for one in pages if refused.matches(one.name, one.labels)}
    assert services == {"gateway", "vectors", "metadata"}


def test_what_we_export_has_base_units(packaged_system: System) -> None:
    """Prometheus' convention: seconds and bytes, counters end in _total; prometheus_client adds _created."""
    ours = {name for name in exported(packaged_system) if name.startswith(("sevenviews_", "ray_sevenviews_"))}
    assert ours
    for name in ours:
        assert not name.endswith(("_ms", "_milliseconds", "_kb", "_mb", "_percent")), name


def figures(system: System) -> dict[tuple[str, ...], float]:
    """Of the gateway, by name and the values of the labels."""
    with urlopen(f"http://127.0.0.1:{system.metrics_ports()['gateway']}/metrics", timeout=10) as page:
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(page.read().decode())
            for sample in family.samples
        }


def test_the_figures_are_those_of_what_was_done(packaged_system: System, patents: list[CorpusPatent]) -> None:
    """An import of two patents, one search: the counts say so, not only the names."""
    before = figures(packaged_system)
    with packaged_system.client() as client:
        results = list(client.import_patents(map(item, patents[:2])))
        client.search([next(iter(patents[0].contents.values()))])
        after = figures(packaged_system)
        client.delete_patents([one.patent_id for one in results])

    def growth(*series: str) -> float:
        return after[series] - before[series]

    assert growth("sevenviews_gateway_imported_patents_total", "created") == 2
    assert growth("sevenviews_gateway_imported_patents_total", "failed") == 0
    assert growth("sevenviews_gateway_search_stage_seconds_count", "vector_search") == 1
    assert after["sevenviews_service_ready", "gateway"] == 1
    assert after["sevenviews_gateway_dependency_ready", "embedding"] == 1


def test_the_ports_of_the_pages_are_kept_beside_the_data(packaged_system: System) -> None:
    assert set(packaged_system.metrics_ports()) == {"gateway", "embedding", "vectors", "metadata"}
    assert (Path(packaged_system.data) / "up.json").is_file()
