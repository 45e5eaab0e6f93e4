"""A real Prometheus over a running system: every panel shows something, and no alarm rings."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import yaml

from tests.deploy.exporters import FOREIGN
from tests.deploy.files import DASHBOARDS, RULES, alerts, dashboard_expressions, recordings
from tests.deploy.promql import metric_names
from tests.processes import start_child
from tests.system import System

# Ray hands its figures on every 10 seconds, the vector service counts every 30, and a rate needs two samples.
_SECONDS = 120
# What shows failures only.
EMPTY_WHILE_ALL_IS_WELL = ("Not OK, by code",)


class Prometheus:
    """Its HTTP API."""

    def __init__(self, address: str) -> None:
        self._address = address

    def ask(self, path: str, **parameters: str) -> Any:
        url = f"http://{self._address}/api/v1/{path}?{urlencode(parameters)}"
        with urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]

    def series(self, expression: str) -> list[Any]:
        """What an expression gives now."""
        found: list[Any] = self.ask("query", query=expression)["result"]
        return found


@pytest.fixture(scope="module")
def prometheus(
    prometheus_program: str, packaged_system: System, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """With the alert rules, scraping the running system under the job names of deploy/prometheus.yaml."""
    folder = tmp_path_factory.mktemp("prometheus")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    configuration = folder / "prometheus.yaml"
    configuration.write_text(yaml.safe_dump(_configuration(packaged_system.metrics_ports())))
    with (folder / "log").open("w") as log:
        process = start_child(
            [
                prometheus_program,
                f"--config.file={configuration}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={address}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        yield _answering(Prometheus(address), folder / "log")
    finally:
        process.terminate()
        process.wait(30)


def _configuration(ports: dict[str, int]) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": "2s", "evaluation_interval": "2s"},
        "rule_files": [str(path) for path in RULES],
        "scrape_configs": [
            {"job_name": f"sevenviews-{name}", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
            for name, port in ports.items()
        ],
    }


def _answering(server: Prometheus, log: Path) -> Prometheus:
    give_up = time.monotonic() + 30
    while True:
        try:
            server.series("up")
        except (URLError, ConnectionError):
            assert time.monotonic() < give_up, log.read_text()[-2000:]
            time.sleep(0.2)
        else:
            return server


def shown() -> dict[str, str]:
    """The expressions of panels that must show something while all is well."""
    return {
        place: expression.replace("$namespace", ".*")
        for path in DASHBOARDS
        for place, expression in dashboard_expressions(path).items()
        if not metric_names(expression) & FOREIGN.keys()
        and not any(title in place for title in EMPTY_WHILE_ALL_IS_WELL)
    }


def test_every_panel_shows_something(prometheus: Prometheus) -> None:
    empty = shown()
    assert len(empty) > 40
    give_up = time.monotonic() + _SECONDS
    while empty and time.monotonic() < give_up:
        time.sleep(2)
        empty = {place: one for place, one in empty.items() if not prometheus.series(one)}
    assert not empty


def test_every_rule_is_evaluated_and_none_rings(prometheus: Prometheus) -> None:
    rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
    names = {alert.name for alert in alerts()} | {name for name, _ in recordings()}
    assert {rule["name"] for rule in rules} == names
    assert {rule["health"] for rule in rules} == {"ok"}
    assert [alert for rule in rules for alert in rule.get("alerts", ()) if alert["state"] == "firing"] == []
