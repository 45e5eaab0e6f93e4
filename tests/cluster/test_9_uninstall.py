"""The last: what is left when the release goes."""

from __future__ import annotations

import pytest

from tests.cluster.conftest import KEEP, RELEASE, Installation
from tests.cluster.kubernetes import eventually

KINDS = (
    "deployments,replicasets,pods,services,endpointslices,jobs,cronjobs,configmaps,secrets,serviceaccounts,"
    "roles,rolebindings,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,persistentvolumeclaims"
)


def test_uninstalling_leaves_nothing_but_what_it_says(installation: Installation) -> None:
    if KEEP:
        pytest.skip("SEVENVIEWS_CLUSTER_KEEP keeps the release")
    kubernetes = installation.kubernetes
    said = kubernetes.helm("uninstall", RELEASE, "--wait", "--timeout", "5m")
    # values-dev.yaml keeps nothing, and so Helm names nothing that it kept.
    assert "kept" not in said
    selector = f"app.kubernetes.io/instance={RELEASE}"

    def left() -> list[str]:
        items = kubernetes.get(KINDS, "--selector", selector)["items"]
        return [f"{item['kind']}/{item['metadata']['name']}" for item in items]

    eventually(lambda: not left(), 120, f"everything of {RELEASE} is gone; left: {left()}")
    assert kubernetes.run("helm", "status", RELEASE, check=False).returncode != 0
