"""_pod.tpl: what a value changes in a pod, its probes, labels and annotations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helm.chart import deployment, main_container, pod, render, settings

# Each: the values, the pod, a path within it, and what is there.
FIELDS = [
    ("gateway.nodeSelector.disk=fast", "Deployment/gateway", "nodeSelector", {"disk": "fast"}),
    ("gateway.priorityClassName=high", "Deployment/gateway", "priorityClassName", "high"),
    ("gateway.tolerations[0].key=gpu", "Deployment/gateway", "tolerations", [{"key": "gpu"}]),
    ('gateway.affinity:={"nodeAffinity":{}}', "Deployment/gateway", "affinity", {"nodeAffinity": {}}),
    ("embedding.runtimeClassName=nvidia", "RayService/embedding", "runtimeClassName", "nvidia"),
    ("image.pullSecrets[0].name=regcred", "Deployment/vectors", "imagePullSecrets", [{"name": "regcred"}]),
    ("shutdown.graceSeconds=40", "Deployment/gateway", "terminationGracePeriodSeconds", 51),
    ("shutdown.drainSeconds:=0.5", "Deployment/gateway", "terminationGracePeriodSeconds", 29),
    ("podSecurity.runAsUser=4711", "Deployment/metadata", "securityContext/runAsUser", 4711),
    ("gateway.topologySpread.enabled=false", "Deployment/gateway", "topologySpreadConstraints", None),
    ("gateway.topologySpread.whenUnsatisfiable=DoNotSchedule", "Deployment/gateway",
     "topologySpreadConstraints/0/whenUnsatisfiable", "DoNotSchedule"),
    ("shutdown.preStopSeconds=7", "Deployment/gateway", "containers/0/lifecycle/preStop/sleep/seconds", 7),
    ("shutdown.preStopSeconds=0", "Deployment/gateway", "containers/0/lifecycle", None),
    ("gateway.tmpSize=1Gi", "Deployment/gateway", "volumes/0/emptyDir/sizeLimit", "1Gi"),
    ("image.registry=example.org/patents", "Deployment/gateway", "containers/0/image",
     "example.org/patents/sevenviews-gateway:0.1.0"),
    ("image.tag=1.2.3", "Deployment/gateway", "containers/0/image", "sevenviews-gateway:1.2.3"),
    ("gateway.image.tag=4.5.6", "Deployment/gateway", "containers/0/image", "sevenviews-gateway:4.5.6"),
    ("image.pullPolicy=Always", "RayService/embedding", "containers/0/imagePullPolicy", "Always"),
    ("gateway.resources.limits.cpu=2", "Deployment/gateway", "containers/0/resources/limits/cpu", 2),
]  # fmt: skip


@pytest.mark.parametrize(("value", "owner", "path", "wanted"), FIELDS)
def test_a_value_reaches_the_pod(value: str, owner: str, path: str, wanted: Any) -> None:
    assert at(pod(render(*settings(value)), owner), path) == wanted


def at(node: Any, path: str) -> Any:
    for key in path.split("/"):
        node = node[int(key)] if isinstance(node, list) else (node or {}).get(key)
    return node


@pytest.mark.parametrize("service", ["gateway", "vectors", "metadata"])
def test_readiness_follows_the_dependencies_and_liveness_does_not(service: str) -> None:
    container = main_container(render(), f"Deployment/{service}")
    port = container["ports"][0]["containerPort"]
    assert container["readinessProbe"]["grpc"] == {"port": port}
    assert container["livenessProbe"]["grpc"] == {"port": port, "service": "liveness"}
    assert container["startupProbe"]["grpc"] == {"port": port, "service": "liveness"}


def test_annotations_and_labels() -> None:
    rendered = render(
        *settings(
            "commonLabels.team=patents",
            "gateway.podLabels.a=b",
            "gateway.podAnnotations.c=d",
            "gateway.service.annotations.e=f",
            "gateway.serviceAccount.annotations.g=h",
        )
    )
    template = deployment(rendered, "gateway")["template"]["metadata"]
    assert {"team": "patents", "a": "b"}.items() <= template["labels"].items()
    assert template["annotations"]["c"] == "d"
    assert rendered.one("Service", "gateway")["metadata"]["annotations"] == {"e": "f"}
    assert rendered.one("ServiceAccount", "gateway")["metadata"]["annotations"] == {"g": "h"}
    assert all(one["metadata"]["labels"]["team"] == "patents" for one in rendered.objects)
