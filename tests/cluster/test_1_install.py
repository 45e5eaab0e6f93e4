"""From an empty cluster to a search, by the commands of deploy/README.md."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from google.protobuf import json_format

from sevenviews.metadata import migrations
from sevenviews.v1 import search_pb2
from tests.cluster.conftest import RELEASE, SERVICES, Installation
from tests.cluster.walkthrough import steps

DEV_PARTS = ("milvus", "redis", "postgresql")


def test_the_documented_search_finds_the_patent_of_the_drawing(installation: Installation) -> None:
    if not installation.output:
        pytest.skip("the installation was there before")
    printed = installation.output[installation.output.rindex("\n{") :]
    answer = json_format.Parse(printed, search_pb2.SearchDesignsResponse())
    with (installation.query.parent / "index.csv").open(newline="") as file:
        wanted = {Path(row["file"]).name: row["patent_id"] for row in csv.DictReader(file)}
    assert wanted[installation.query.name] in [hit.patent_id for hit in answer.hits]
    print(f"seconds of the documented steps: {[round(seconds, 1) for seconds in installation.seconds]}")


def test_everything_runs(installation: Installation) -> None:
    for component in (*SERVICES, *DEV_PARTS):
        assert len(installation.kubernetes.ready_pods(component)) >= 1, component


def test_the_migrations_ran_before_the_service(installation: Installation) -> None:
    kubernetes = installation.kubernetes
    ask = "psql -h /tmp -U sevenviews -d sevenviews -tAc 'select version_num from alembic_version'"
    version = kubernetes.kubectl("exec", f"deployment/{RELEASE}-postgresql", "--", "sh", "-c", ask).strip()
    assert version == ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head()
    (pod,) = kubernetes.ready_pods("metadata")[:1]
    (container,) = pod.manifest["spec"]["containers"]
    assert {"name": "SEVENVIEWS_METADATA_MIGRATE", "value": "false"} in container["env"]


@pytest.mark.parametrize("component", [*SERVICES, *DEV_PARTS])
def test_no_container_is_root_or_can_write_to_its_root(installation: Installation, component: str) -> None:
    kubernetes = installation.kubernetes
    (pod, *_) = kubernetes.ready_pods(component)
    script = "id -u; touch /probe 2>&1 || true; cat /proc/self/status"
    said = kubernetes.kubectl("exec", pod.name, "--", "sh", "-c", script).splitlines()
    assert said[0] == "10001"
    assert "Read-only file system" in said[1]
    status = dict(line.split(":\t", 1) for line in said[2:] if ":\t" in line)
    assert int(status["CapEff"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


def test_no_pod_of_a_service_may_ask_the_api(installation: Installation) -> None:
    for component in SERVICES:
        for pod in installation.kubernetes.ready_pods(component):
            assert pod.manifest["spec"]["automountServiceAccountToken"] is False


def test_helm_test_passes(installation: Installation) -> None:
    assert "Succeeded" in installation.kubernetes.helm("test", RELEASE, "--timeout", "2m")


def test_the_network_policies_are_there(installation: Installation) -> None:
    policies = installation.kubernetes.get("networkpolicies")["items"]
    names = {policy["metadata"]["name"] for policy in policies}
    assert {f"{RELEASE}-deny", *(f"{RELEASE}-{service}" for service in SERVICES)} <= names


def test_the_steps_are_those_of_the_readme() -> None:
    blocks = steps(Path(__file__).resolve().parents[2] / "deploy" / "README.md")
    text = "\n".join(blocks)
    for command in ("helm install", "helm test", "kubectl port-forward", "sevenviews ingest", "grpcurl"):
        assert command in text
