"""secrets.yaml and volumes.yaml: what is drawn, what restarts pods, and what outlives the release."""

from __future__ import annotations

from tests.helm.chart import DEV, Rendered, deployment, render, settings


def test_the_key_that_is_drawn_is_the_one_that_the_pods_are_told_of() -> None:
    """An upgrade that keeps the key must give the same checksum, so that no gateway is restarted for nothing."""
    installed = render()
    key = installed.one("Secret", "gateway")["stringData"]["page-token-key"]
    again = render(*settings(f"gateway.pageTokenKey.value={key}"))

    def checksum(rendered: Rendered) -> str:
        template = deployment(rendered, "gateway")["template"]
        return str(template["metadata"]["annotations"]["checksum/config"])

    assert checksum(installed) == checksum(again)
    assert checksum(render(*settings("gateway.pageTokenKey.value=another"))) != checksum(again)


def test_a_secret_that_is_given_restarts_its_pods() -> None:
    def checksum(password: str) -> str:
        rendered = render(*settings(f"postgresql.password={password}"))
        annotations = deployment(rendered, "metadata")["template"]["metadata"]["annotations"]
        return str(annotations["checksum/config"])

    assert checksum("one") == checksum("one") != checksum("two")


def test_what_was_imported_outlives_the_release() -> None:
    keep = {"helm.sh/resource-policy": "keep"}
    rendered = render(*settings("drawings.persistence.enabled=true"))
    assert rendered.one("PersistentVolumeClaim", "drawings")["metadata"]["annotations"] == keep
    dev = render(*DEV).one("PersistentVolumeClaim", "drawings")
    assert "annotations" not in dev["metadata"]
    # On any cluster: its default class, and what every class can do.
    assert "storageClassName" not in dev["spec"]
    assert dev["spec"]["accessModes"] == ["ReadWriteOnce"]
