"""Every profile is linted, rendered, and held against the schemas of Kubernetes 1.34."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helm.chart import CHART, KUBERNETES, PROFILES, containers, helm, render, settings, tool

SCHEMAS = Path(__file__).parent / "schemas"
EVERYTHING = settings(
    "console.enabled=true",
    "tls.enabled=true",
    "tls.source=certManager",
    "tls.certManager.issuer.name=ca",
    "gateway.autoscaling.enabled=true",
    "gateway.autoscaling.customMetrics.enabled=true",
    "metrics.serviceMonitor.enabled=true",
    "metrics.prometheusRule.enabled=true",
    "metrics.dashboards.enabled=true",
    "milvus.token=root:Milvus",
    "refresh.workers.replicas=2",
    "refresh.workers.gpu.count=1",
    "embedding.autoscaling.enabled=true",
    "embedding.rayservice.gcs.redisAddress=ray-redis:6379",
    "embedding.rayservice.gcs.existingSecret=ray-redis",
    "embedding.rayservice.head.disruptionBudget.enabled=true",
    "caBundle.secret=cas",
    "gateway.ingress.enabled=true",
    "gateway.ingress.host=patents.example.org",
    "gateway.ingress.className=nginx",
    "gateway.ingress.tlsSecret=patents",
    "gateway.grpcRoute.enabled=true",
    "gateway.grpcRoute.parentRefs[0].name=edge",
    "gateway.grpcRoute.hostnames[0]=patents.example.org",
)
RENDERINGS = {
    **PROFILES,
    "everything": (*PROFILES["dev-ray"], *EVERYTHING),
    "ray-cron-job": (*PROFILES["dev-ray"], *settings("refresh.rayCronJob.enabled=true")),
}


@pytest.fixture(scope="session")
def schema_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The schemas as kubeconform wants them: a file for each kind."""
    folder = tmp_path_factory.mktemp("schemas")
    documents = [json.loads(path.read_text()) for path in sorted(SCHEMAS.glob("*.json"))]
    definitions: dict[str, Any] = {}
    for document in documents:
        definitions |= document["definitions"]
    for document in documents:
        for kind, name in document["kinds"].items():
            schema = {"$ref": f"#/definitions/{name}", "definitions": definitions}
            (folder / f"{kind.lower()}.json").write_text(json.dumps(schema))
    return folder


def conform(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    location = f"{folder}/{{{{.ResourceKind}}}}.json"
    command = [tool("kubeconform"), "-strict", "-summary", "-kubernetes-version", KUBERNETES]
    return subprocess.run(
        [*command, "-schema-location", location, "-"], input=text, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("profile", PROFILES)
def test_lint(profile: str) -> None:
    done = helm("lint", "--strict", ".", *PROFILES[profile])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", RENDERINGS)
def test_every_object_is_one_of_kubernetes(name: str, schema_folder: Path) -> None:
    rendered = render(*RENDERINGS[name])
    done = conform(rendered.text, schema_folder)
    assert done.returncode == 0, done.stdout
    assert f"Valid: {len(rendered.objects)}, Invalid: 0, Errors: 0, Skipped: 0" in done.stdout
    for manifest in rayjobs(rendered.objects):
        done = conform(yaml.safe_dump(manifest), schema_folder)
        assert done.returncode == 0, done.stdout


def rayjobs(objects: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """The manifests that the CronJob hands to the API; with a name, which the API would make."""
    found = [
        json.loads(one["data"]["rayjob.json"]) for one in objects if "rayjob.json" in one.get("data", {})
    ]
    return [
        {
            **one,
            "metadata": {"name": "x", **{k: v for k, v in one["metadata"].items() if k != "generateName"}},
        }
        for one in found
    ]


def test_the_schemas_refuse_a_misspelt_field(schema_folder: Path) -> None:
    text = render().text.replace("terminationGracePeriodSeconds", "terminationGraceSeconds")
    done = conform(text, schema_folder)
    assert done.returncode == 1
    assert "terminationGraceSeconds" in done.stdout


@pytest.mark.parametrize("name", RENDERINGS)
def test_every_pod_is_locked_down(name: str) -> None:
    """What Pod Security calls restricted, and a read-only root beside."""
    for owner, pod in render(*RENDERINGS[name]).pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, owner
        assert pod["securityContext"]["runAsUser"] > 0, owner
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, owner
        for container in containers(pod):
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True, owner
            assert context["allowPrivilegeEscalation"] is False, owner
            assert context["capabilities"] == {"drop": ["ALL"]}, owner
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), owner
            assert "memory" in container["resources"]["limits"], owner


@pytest.mark.parametrize("name", RENDERINGS)
def test_only_who_speaks_to_the_kubernetes_api_has_a_token(name: str) -> None:
    rendered = render(*RENDERINGS[name])
    with_token = {owner for owner, pod in rendered.pods() if pod["automountServiceAccountToken"]}
    assert with_token <= {"CronJob/refresh", "RayService/embedding"}
    accounts = rendered.all("ServiceAccount")
    assert all(account["automountServiceAccountToken"] is False for account in accounts.values())
    for owner, pod in rendered.pods():
        assert pod["serviceAccountName"].removeprefix("sv-sevenviews-") in accounts, owner


@pytest.mark.parametrize("name", RENDERINGS)
def test_names_selectors_and_mounts_fit_together(name: str) -> None:
    rendered = render(*RENDERINGS[name])
    identities = [(one["kind"], one["metadata"]["name"]) for one in rendered.objects]
    assert len(identities) == len(set(identities))
    claims = {f"sv-sevenviews-{claim}" for claim in rendered.all("PersistentVolumeClaim")}
    for owner, pod in rendered.pods():
        volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
        for container in containers(pod):
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes.keys(), owner
        for volume in volumes.values():
            if "persistentVolumeClaim" in volume:
                assert volume["persistentVolumeClaim"]["claimName"] in claims, owner
    for deployment in rendered.all("Deployment").values():
        wanted = deployment["spec"]["selector"]["matchLabels"].items()
        assert wanted <= deployment["spec"]["template"]["metadata"]["labels"].items()


def test_the_chart_is_of_the_packages_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = (CHART.parent.parent / "pyproject.toml").read_text()
    assert f'version = "{chart["appVersion"]}"' in project
