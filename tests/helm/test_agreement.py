"""The chart and the code agree: commands exist, variables are settings, ports and times are the same."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import yaml
from typer.main import get_command

from sevenviews.cli.__main__ import app
from sevenviews.console.settings import ConsoleSettings
from sevenviews.embedding.settings import EmbeddingSettings
from sevenviews.gateway.settings import GatewaySettings
from sevenviews.metadata.settings import MetadataSettings
from sevenviews.runtime.settings import LIVENESS, ServiceSettings
from sevenviews.vectors.settings import VectorsSettings
from tests.conftest import ROOT
from tests.helm.chart import ACCESS, CHART, PROFILES, Object, containers, environment, render, settings

SETTINGS: dict[str, type[ServiceSettings] | type[ConsoleSettings]] = {
    "GATEWAY": GatewaySettings,
    "EMBEDDING": EmbeddingSettings,
    "VECTORS": VectorsSettings,
    "METADATA": MetadataSettings,
    "CONSOLE": ConsoleSettings,
}
COMMAND: Any = get_command(app)
REFRESH = {
    name
    for option in COMMAND.commands["refresh"].params
    for name in ([option.envvar] if isinstance(option.envvar, str) else option.envvar or [])
}
ALL = {
    **PROFILES,
    "tls": (
        *PROFILES["dev"],
        *settings("tls.enabled=true", "tls.source=certManager", "tls.certManager.issuer.name=ca"),
        *settings("tls.clientCertificates=true"),
    ),
    "console": settings("console.enabled=true"),
    "access": (*PROFILES["dev"], *ACCESS),
    "console with tls": (
        *PROFILES["dev"],
        *settings("console.enabled=true", "console.clientSecret=console", "tls.enabled=true"),
        *settings("tls.source=certManager", "tls.certManager.issuer.name=ca", "tls.clientCertificates=true"),
    ),
}


def every_container(profile: str) -> Iterator[tuple[str, Object]]:
    for owner, pod in render(*ALL[profile]).pods():
        for container in containers(pod):
            yield owner, container


@pytest.mark.parametrize("profile", ALL)
def test_every_command_is_a_module(profile: str) -> None:
    checked = 0
    for owner, container in every_container(profile):
        command = container.get("command", [])
        if command[:2] != ["python", "-m"]:
            continue
        module = command[2]
        spec = importlib.util.find_spec(module)
        assert spec is not None, f"{owner}: no module {module}"
        if spec.submodule_search_locations is not None:
            assert importlib.util.find_spec(f"{module}.__main__") is not None, (
                f"{owner}: {module} cannot be run"
            )
        checked += 1
    assert checked >= 5


@pytest.mark.parametrize("profile", ALL)
def test_every_variable_is_a_field(profile: str) -> None:
    checked = 0
    for owner, container in every_container(profile):
        for name in environment(container):
            matched = re.fullmatch(r"SEVENVIEWS_([A-Z]+)_(\w+)", name)
            if matched is None:
                assert not name.startswith("SEVENVIEWS_"), f"{owner}: {name}"
                continue
            if matched[1] == "REFRESH":
                assert name in REFRESH, f"{owner}: {name} is no option of the command"
                continue
            fields = SETTINGS[matched[1]].model_fields
            assert matched[2].lower() in fields, f"{owner}: {name} is no setting"
            checked += 1
    assert checked > 30


@pytest.mark.parametrize("profile", PROFILES)
def test_the_settings_take_what_the_pods_are_given(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each service's settings, made from the environment of its container."""
    for owner, container in every_container(profile):
        variables = {
            name: value.replace("secretKeyRef:", "redis://") for name, value in environment(container).items()
        }
        services = {name.split("_")[1] for name in variables if name.startswith("SEVENVIEWS_")}
        command = " ".join(container.get("command", []))
        if "install" in command or "migrate" in command or len(services) != 1:
            continue
        (service,) = services
        if service not in SETTINGS:
            continue
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            made = SETTINGS[service]()
        assert made.port in {50051, 50052, 50053, 50054, 8080}, owner
        assert made.metrics_port == 9464, owner


def test_the_schema_offers_each_setting_that_the_chart_does_not_manage() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    everything = [render(*arguments) for arguments in ALL.values()]
    for service, cls in SETTINGS.items():
        prefix = f"SEVENVIEWS_{service}_"
        managed = {
            name.removeprefix(prefix).lower()
            for rendered in everything
            for _, pod in rendered.pods()
            for container in containers(pod)
            for name in environment(container)
            if name.startswith(prefix)
        }
        offered = set(schema["properties"][service.lower()]["properties"]["settings"]["properties"])
        tls = {"tls_certificate", "tls_key", "tls_client_ca", "health_port", "max_connection_age_seconds"}
        left = {
            "num_cpus",
            "http_port",
            "log_to_driver",
            # Ray's proxy receives the requests.
            "max_requests_bytes",
            "max_running_requests",
            "intake_seconds",
        } | tls  # of Ray, which the chart starts; of no use there
        given_by_a_profile = {"batch_size", "decode_threads", "max_concurrent_requests"}
        arguments = (
            {"num_replicas", "max_replicas"} if service == "EMBEDDING" else set()
        )  # of the application
        chart_only = (managed - given_by_a_profile) | arguments
        # Given where Milvus asks for one; of Secrets, by extraEnv.
        also = {"token", "certificate_key", "gateway_api_key", "gateway_api_key_file"}
        also |= {"gateway_server_name", "gateway_well_known_ca"}  # of a gateway elsewhere
        assert offered == set(cls.model_fields) - chart_only - also - (
            left if service == "EMBEDDING" else set()
        )


def test_ports_are_those_of_the_settings() -> None:
    ports = yaml.safe_load((CHART / "values.yaml").read_text())["ports"]
    for service, cls in SETTINGS.items():
        assert cls.model_fields["port"].default == ports[service.lower()]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_pod_may_live_as_long_as_its_drain(profile: str) -> None:
    for owner, pod in render(*PROFILES[profile]).pods():
        for container in pod["containers"]:
            variables = environment(container)
            times = [
                float(value)
                for name, value in variables.items()
                if name.endswith(("_DRAIN_SECONDS", "_GRACE_SECONDS"))
            ]
            if not times or "rayjob" in owner.lower():
                continue
            slept = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            assert sum(times) + slept < pod["terminationGracePeriodSeconds"], owner


def test_the_names_that_serve_imports_exist() -> None:
    service = render().one("RayService", "embedding")["spec"]
    config = yaml.safe_load(service["serveConfigV2"])
    application = config["applications"][0]["import_path"]
    for path in (application.replace(":", "."), *config["grpc_options"]["grpc_servicer_functions"]):
        module, _, name = path.rpartition(".")
        assert callable(getattr(import_module(module), name))


def test_serve_accepts_its_configuration() -> None:
    from ray.serve.schema import ServeDeploySchema

    config = yaml.safe_load(render().one("RayService", "embedding")["spec"]["serveConfigV2"])
    schema = ServeDeploySchema.model_validate(config)
    assert schema.grpc_options.port == 50052


def test_the_probed_name_is_the_servers() -> None:
    for owner, container in every_container("dev"):
        probe = container.get("livenessProbe", {}).get("grpc")
        if probe is not None:
            assert probe["service"] == LIVENESS, owner


def test_rays_version_is_the_pinned_one() -> None:
    pinned = re.search(r"^ray(?:\[\w+\])?==([\d.]+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert pinned is not None
    version = render().one("RayService", "embedding")["spec"]["rayClusterConfig"]["rayVersion"]
    assert version == pinned[1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert any(
        requirement.startswith("ray[serve]") for requirement in project["optional-dependencies"]["embedding"]
    )


def test_every_value_is_described_and_in_the_readme() -> None:
    lines = (CHART / "values.yaml").read_text().splitlines()
    readme = (CHART / "README.md").read_text()
    stack: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        matched = re.match(r"^( *)([A-Za-z]\w*):(.*)$", line)
        if matched is None:
            continue
        indent, key, rest = len(matched[1]), matched[2], matched[3].strip()
        stack = [(at, name) for at, name in stack if at < indent] + [(indent, key)]
        path = ".".join(name for _, name in stack)
        if rest or _described(lines, number):
            assert _described(lines, number), f"{path} is not described"
            assert f"`{path}`" in readme, f"{path} is not in README.md"


def _described(lines: list[str], number: int) -> bool:
    return number > 0 and lines[number - 1].strip().startswith("# -- ")


def test_the_table_of_values_is_true() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    rows = re.findall(r"^\| `([\w.]+)` \| `(.*?)` \| ", (CHART / "README.md").read_text(), re.MULTILINE)
    assert len(rows) > 150
    for path, default in rows:
        value: Any = values
        for key in path.split("."):
            value = value[key]
        assert json.loads(default) == value, path
