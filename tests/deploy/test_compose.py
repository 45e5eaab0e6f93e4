"""deploy/compose.yaml, without Docker: its services fit their settings, each other, and the files they mount."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import grpc
import pytest
import yaml
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from prometheus_client import CollectorRegistry

from sevenviews.gateway.cache import open_cache
from sevenviews.gateway.quota import open_counter
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.metadata.stores import open_engine, open_objects
from sevenviews.runtime.settings import ServiceSettings
from tests.conftest import ROOT
from tests.deploy.files import DASHBOARDS, RULES, dashboard

FOLDER = ROOT / "deploy"
PATH = FOLDER / "compose.yaml"
OURS = ("gateway", "embedding", "vectors", "metadata", "console")
# Ray Serve's proxy listens on all addresses, whatever this service is told.
LISTENS_EVERYWHERE = {"embedding"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(_filled_in(PATH.read_text()))
    return content


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = compose["services"]
    return found


def _filled_in(text: str) -> str:
    """Variables as Compose fills them in where the environment has none; those that it asks for by their names."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", re.sub(r"\$\{(\w+):\?\}", r"\1", text))


def settings_of(name: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    """The service's own settings, read from this environment as the service reads them."""
    for key, value in environment.items():
        monkeypatch.setenv(key, str(value))
    model = getattr(import_module(f"sevenviews.{name}.settings"), f"{name.capitalize()}Settings")
    settings: ServiceSettings = model()
    return settings


def listening(services: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    """The ports on which each service can be reached by the others."""
    ports = {
        name: {int(port) for port in one.get("expose", ())}
        | {int(port.rpartition(":")[2]) for port in one.get("ports", ())}
        for name, one in services.items()
    }
    for name in OURS:
        settings = settings_of(name, services[name]["environment"], monkeypatch)
        ports[name] = {settings.port, settings.metrics_port}
    return ports


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_accepts_its_environment(
    name: str, services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = services[name]["environment"]
    settings = settings_of(name, environment, monkeypatch)
    prefix = f"SEVENVIEWS_{name.upper()}_"
    for variable, value in environment.items():
        if not variable.startswith("SEVENVIEWS_"):
            continue
        field = variable.removeprefix(prefix).lower()
        assert field in type(settings).model_fields, variable
        read = getattr(settings, field)
        expected = type(read)(json.loads(value)) if isinstance(read, bool | tuple) else value
        assert str(read) == str(expected), variable
    assert settings.metrics_port == 9464
    assert name in LISTENS_EVERYWHERE or settings.host == "[::]"
    published = [port.rpartition(":")[2] for port in services[name]["ports"]]
    assert published == [str(settings.port)]


def test_every_variable_of_ours_stands_at_its_service(services: dict[str, Any]) -> None:
    for name, one in services.items():
        for variable in one.get("environment", {}):
            if variable.startswith("SEVENVIEWS_"):
                assert variable.startswith(f"SEVENVIEWS_{name.upper()}_"), (name, variable)


def test_every_address_leads_to_a_service_and_a_port_it_listens_on(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = listening(services, monkeypatch)
    address = re.compile(r"(?:^|/|@|=)([a-z]+):(\d+)(?=$|[/&])")
    found = set()
    for name, one in services.items():
        for value in one.get("environment", {}).values():
            found |= {(name, host, int(port)) for host, port in address.findall(str(value))}
    assert {host for _, host, _ in found} >= {"milvus", "postgresql", "minio", "valkey", "etcd", "vectors"}
    for name, host, port in found:
        assert host in services, (name, host)
        assert port in ports[host], (name, host, port)


def test_the_urls_open_the_parts_they_are_meant_to(services: dict[str, Any]) -> None:
    metadata, gateway = services["metadata"]["environment"], services["gateway"]["environment"]
    engine = open_engine(metadata["SEVENVIEWS_METADATA_DATABASE_URL"], 1)
    assert (engine.dialect.name, engine.url.host, engine.url.database) == (
        "postgresql",
        "postgresql",
        "sevenviews",
    )
    drawings = metadata["SEVENVIEWS_METADATA_DRAWINGS_URL"]
    assert type(open_objects(drawings, 1)).__name__ == "S3Store"
    parts = urlsplit(drawings)
    assert f"store/{parts.netloc}" in services["buckets"]["command"]
    assert set(parse_qs(parts.query)) == {"endpoint", "region"}
    metrics = GatewayMetrics(CollectorRegistry())
    assert type(open_cache(gateway["SEVENVIEWS_GATEWAY_CACHE_URL"], 60, metrics)).__name__ == "RedisCache"
    assert type(open_counter(gateway["SEVENVIEWS_GATEWAY_QUOTA_URL"], metrics)).__name__ == "RedisCounter"


def test_the_stores_know_the_passwords_they_are_called_with(services: dict[str, Any]) -> None:
    def environment(name: str) -> dict[str, str]:
        found: dict[str, str] = services[name]["environment"]
        return found

    user, password = environment("minio")["MINIO_ROOT_USER"], environment("minio")["MINIO_ROOT_PASSWORD"]
    assert environment("valkey")["REDISCLI_AUTH"] == password
    for variable in ("SEVENVIEWS_GATEWAY_CACHE_URL", "SEVENVIEWS_GATEWAY_QUOTA_URL"):
        assert urlsplit(environment("gateway")[variable]).password == password
    for name, keys in (
        ("milvus", ("MINIO_ACCESS_KEY_ID", "MINIO_SECRET_ACCESS_KEY")),
        ("metadata", ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
    ):
        assert tuple(environment(name)[key] for key in keys) == (user, password)
    assert environment("buckets")["MC_HOST_store"] == f"http://{user}:{password}@minio:9000"
    database = urlsplit(environment("metadata")["SEVENVIEWS_METADATA_DATABASE_URL"])
    postgresql = environment("postgresql")
    assert (database.username, database.password, database.path) == (
        postgresql["POSTGRES_USER"],
        postgresql["POSTGRES_PASSWORD"],
        f"/{postgresql['POSTGRES_DB']}",
    )


def test_versions_are_pinned_and_no_port_is_open_to_others(services: dict[str, Any]) -> None:
    for name, one in services.items():
        tag = one["image"].rpartition(":")[2]
        assert re.search(r"\d", tag) or name in OURS, one["image"]
        assert tag != "latest"
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", ())), name


def test_no_part_takes_all_of_the_machine(services: dict[str, Any]) -> None:
    sizes = {"m": 2**20, "g": 2**30}
    limits = {
        name: int(one["mem_limit"][:-1]) * sizes[one["mem_limit"][-1]] for name, one in services.items()
    }
    assert sum(limits.values()) <= 15 * 2**30  # of the 16 that the first line asks for
    for name, one in services.items():
        assert one["pids_limit"], name
        assert set(one["logging"]["options"]) == {"max-size", "max-file"}, name
        assert "no-new-privileges:true" in one["security_opt"], name


def test_no_password_is_known_to_everybody(services: dict[str, Any], tmp_path: Path) -> None:
    """None has a default, and the script draws whatever the file asks for, once."""
    asked = set(re.findall(r"\$\{(\w+):\?\}", PATH.read_text()))
    for name, one in services.items():
        for variable, value in one.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|_KEY$|AUTH$", variable):
                assert value in asked, (name, variable)
    assert not [one for one in services["grafana"]["environment"] if "ANONYMOUS" in one]
    script = shutil.copy(FOLDER / "dev" / "passwords.sh", _folder(tmp_path, "deploy/dev"))
    drawn = []
    for _ in range(2):
        subprocess.run(["sh", script], check=True, timeout=30)
        drawn.append((tmp_path / "deploy" / ".env").read_text())
    first, second = (dict(line.split("=") for line in one.splitlines()) for one in drawn)
    assert set(first) == asked
    assert first == second
    assert len(set(first.values())) == len(asked)
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in first.values())
    assert (tmp_path / "deploy" / ".env").stat().st_mode & 0o777 == 0o600


def _folder(root: Path, name: str) -> Path:
    (root / name).mkdir(parents=True)
    return root / name


def test_every_mounted_file_and_volume_exists(compose: dict[str, Any]) -> None:
    volumes = set()
    for name, one in compose["services"].items():
        for mount in one.get("volumes", ()):
            source, target, *mode = mount.split(":")
            assert target.startswith("/"), (name, mount)
            if source.startswith("."):
                assert (FOLDER / source).exists(), (name, mount)
                assert mode == ["ro"], (name, mount)
            else:
                volumes.add(source)
    assert volumes == set(compose["volumes"])


def test_what_a_service_waits_for_exists_and_can_come_true(services: dict[str, Any]) -> None:
    for name, one in services.items():
        for other, how in one.get("depends_on", {}).items():
            assert other in services, (name, other)
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[other], (name, other)


def test_our_images_are_built_from_targets_of_the_dockerfile(services: dict[str, Any]) -> None:
    for name in OURS:
        build = services[name]["build"]
        assert (FOLDER / build["context"]).resolve() == ROOT
        assert build["dockerfile"] == "deploy/Dockerfile"
        assert build["target"] == name
    dockerfile = FOLDER / "Dockerfile"
    if not dockerfile.is_file():
        pytest.skip("deploy/Dockerfile is not here")
    targets = set(re.findall(r"^FROM .* AS (\S+)$", dockerfile.read_text(), re.MULTILINE))
    assert set(OURS) <= targets


@pytest.mark.parametrize("serving", [True, False])
def test_the_probe_says_what_health_says(serving: bool, services: dict[str, Any]) -> None:
    states = health_pb2.HealthCheckResponse
    with ThreadPoolExecutor(1) as threads:
        server = grpc.server(threads)
        servicer = health.HealthServicer()
        servicer.set("", states.SERVING if serving else states.NOT_SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        kind, python, *arguments, _address = services["gateway"]["healthcheck"]["test"]
        assert (kind, python) == ("CMD", "python")
        done = subprocess.run([sys.executable, *arguments, f"127.0.0.1:{port}"], check=False, timeout=30)
        server.stop(None).wait()
    assert done.returncode == (0 if serving else 1)


def test_each_probe_asks_its_own_service(services: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OURS:
        settings = settings_of(name, services[name]["environment"], monkeypatch)
        assert services[name]["healthcheck"]["test"][-1] == f"127.0.0.1:{settings.port}"


def test_prometheus_scrapes_every_service_of_ours_and_reads_the_rules(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = listening(services, monkeypatch)
    content = yaml.safe_load((FOLDER / "prometheus.yaml").read_text())
    scraped = set()
    for job in content["scrape_configs"]:
        for one in job.get("dns_sd_configs", ()):
            scraped |= {(name, one["port"]) for name in one["names"]}
            # The rules find targets by this; see SevenviewsReplicaDown.
            assert job["job_name"] == f"sevenviews-{one['names'][0]}"
        for one in job.get("static_configs", ()):
            scraped |= {(host, int(port)) for host, port in (at.split(":") for at in one["targets"])}
    assert {name for name, _ in scraped} >= set(OURS)
    for name, port in scraped:
        assert port in ports[name], (name, port)
    mounts = dict(mount.split(":")[:2] for mount in services["prometheus"]["volumes"])
    rules = mounts["../helm/sevenviews/rules"]
    assert content["rule_files"] == [f"{rules}/*.yaml"]
    assert RULES[0].parent == (FOLDER / "../helm/sevenviews/rules").resolve()
    assert f"--config.file={mounts['./prometheus.yaml']}" in services["prometheus"]["command"]


def test_prometheus_can_read_its_configuration(promtool: str) -> None:
    command = [promtool, "check", "config", "--syntax-only", str(FOLDER / "prometheus.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_grafana_finds_its_source_and_the_dashboards(services: dict[str, Any]) -> None:
    mounts = dict(mount.split(":")[:2] for mount in services["grafana"]["volumes"])
    (source,) = yaml.safe_load((FOLDER / "grafana" / "datasources.yaml").read_text())["datasources"]
    (provider,) = yaml.safe_load((FOLDER / "grafana" / "dashboards.yaml").read_text())["providers"]
    url = urlsplit(source["url"])
    assert url.hostname in services
    assert any(port.endswith(f":{url.port}") for port in services[str(url.hostname)]["ports"])
    assert source["type"] == dashboard(DASHBOARDS[0])["templating"]["list"][0]["query"]
    assert provider["options"]["path"] == mounts["../helm/sevenviews/dashboards"]


def test_compose_itself_accepts_it(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if (
        docker is None
        or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("docker compose is not here")
    command = [docker, "compose", "--file", str(PATH), "config", "--format", "json"]
    passwords = dict.fromkeys(re.findall(r"\$\{(\w+):\?\}", PATH.read_text()), "a-password")
    environment = {**os.environ, **passwords, "HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["services"]) >= set(OURS)
