"""kubectl and helm in one namespace of whatever cluster KUBECONFIG names."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from prometheus_client.parser import text_string_to_metric_families

T = TypeVar("T")

COMPONENT = "app.kubernetes.io/component"
METRICS_PORT = 9464


def eventually(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """What `look` gives once that is true of something; AssertionError with `what` after so many seconds."""
    give_up = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < give_up, f"after {seconds:.0f} s still not: {what}"
        time.sleep(0.5)
    return found


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod as the API server has it."""

    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.manifest["metadata"]["name"])

    @property
    def component(self) -> str:
        return str(self.manifest["metadata"]["labels"].get(COMPONENT, ""))

    @property
    def node(self) -> str:
        return str(self.manifest["spec"].get("nodeName", ""))

    @property
    def is_ending(self) -> bool:
        return "deletionTimestamp" in self.manifest["metadata"]

    @property
    def is_ready(self) -> bool:
        conditions = self.manifest["status"].get("conditions", ())
        ready = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
        return ready and not self.is_ending

    @property
    def image_ids(self) -> set[str]:
        """Of what its containers run, whatever the tag says."""
        return {container["imageID"] for container in self.manifest["status"]["containerStatuses"]}


class Kubernetes:
    """One namespace, which kubectl and helm take without being told.

    Args:
        kubeconfig: whose current context has the namespace.
        namespace: its name.
    """

    def __init__(self, kubeconfig: Path, namespace: str) -> None:
        self.namespace = namespace
        self.environment = {**os.environ, "KUBECONFIG": str(kubeconfig)}

    def run(
        self, *command: str, seconds: float = 120, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a program; if it fails, so does the test, with what the program said."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=seconds, check=False
        )
        if check:
            assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done

    def kubectl(self, *arguments: str, seconds: float = 120) -> str:
        return self.run("kubectl", *arguments, seconds=seconds).stdout

    def helm(self, *arguments: str, seconds: float = 900) -> str:
        return self.run("helm", *arguments, seconds=seconds).stdout

    def get(self, *arguments: str) -> Any:
        """What `kubectl get` tells, parsed."""
        return json.loads(self.kubectl("get", *arguments, "--output", "json"))

    def pods(self, component: str = "") -> list[Pod]:
        """Of one component or of all, those that are ending included."""
        selector = ["--selector", f"{COMPONENT}={component}"] if component else []
        return [Pod(item) for item in self.get("pods", *selector)["items"]]

    def ready_pods(self, component: str) -> list[Pod]:
        return [pod for pod in self.pods(component) if pod.is_ready]

    def until_settled(self, deployment: str, seconds: float = 300) -> None:
        """Return when a Deployment's pods are as it wants them, and the old ones are gone."""
        self.kubectl(
            "rollout", "status", f"deployment/{deployment}", f"--timeout={seconds}s", seconds=seconds
        )
        component = deployment.partition("-")[2]
        eventually(
            lambda: not any(pod.is_ending for pod in self.pods(component)), seconds, f"{deployment} settles"
        )

    def has_api(self, group: str) -> bool:
        """Whether the cluster serves an API group, such as metrics.k8s.io."""
        return group in self.kubectl("api-versions")

    def samples(self, pod: Pod) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """The pod's Prometheus page, by name and sorted labels."""
        path = f"/api/v1/namespaces/{self.namespace}/pods/{pod.name}:{METRICS_PORT}/proxy/metrics"
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(self.kubectl("get", "--raw", path))
            for sample in family.samples
        }

    def requests(self, pod: Pod, method: str) -> float:
        """How many calls of an rpc this pod has answered, whatever the code."""
        return sum(
            value
            for (name, labels), value in self.samples(pod).items()
            if name == "sevenviews_requests_total" and dict(labels)["method"].endswith(method)
        )
