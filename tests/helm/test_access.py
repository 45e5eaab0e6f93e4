"""Who may call the gateway: nothing is rendered until that is said, and keys come from a folder that is followed."""

from __future__ import annotations

import pytest

from tests.helm.chart import ACCESS, PROFILES, Refused, main_container, pod, render, settings

CLOSED = "gateway.access.anonymous=false"
KEYS = "gateway.access.apiKeys.existingSecret=k"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((CLOSED,), "apiKeys.existingSecret"),
        ((CLOSED, "gateway.access.apiKeys.key=other.json"), "apiKeys.existingSecret"),
        ((KEYS,), "contradicts"),
        ((CLOSED, 'gateway.access.certificateRoles:={"a":["reader"]}'), "tls.clientCertificates"),
        ((CLOSED, 'gateway.access.certificateRoles:={"a":["root"]}'), "/gateway/access/certificateRoles"),
        ((CLOSED, "gateway.access.oidc.jwks=http://a"), "/gateway/access/oidc/jwks"),
    ],
)
def test_what_is_open_has_been_said_to_be(values: tuple[str, ...], named: str) -> None:
    with pytest.raises(Refused, match=named):
        render(*settings(*values))


def test_values_from_before_stay_as_open_as_they_were() -> None:
    """--reuse-values brings no new defaults."""
    rendered = render(*settings("gateway.access:=null"))
    assert {"name": "SEVENVIEWS_GATEWAY_ALLOW_ANONYMOUS", "value": "true"} in main_container(
        rendered, "Deployment/gateway"
    )["env"]


@pytest.mark.parametrize("arguments", [ACCESS, PROFILES["production"]], ids=["access", "production"])
def test_the_keys_are_a_folder(arguments: tuple[str, ...]) -> None:
    """A file that is mounted by itself would never change."""
    rendered = render(*arguments)
    mounts = {one["name"]: one for one in main_container(rendered, "Deployment/gateway")["volumeMounts"]}
    assert mounts["api-keys"] == {"name": "api-keys", "mountPath": "/etc/sevenviews/keys", "readOnly": True}
    volumes = {one["name"]: one for one in pod(rendered, "Deployment/gateway")["volumes"]}
    assert volumes["api-keys"]["secret"]["secretName"] in {"k", "sevenviews-api-keys"}
    assert ("audit" in mounts) is ("audit" in volumes) is (arguments is ACCESS)
    assert not [one for one in pod(rendered, "Deployment/vectors")["volumes"] if one["name"] == "api-keys"]


def test_the_gateway_may_ask_the_identity_provider() -> None:
    def ports(*arguments: str) -> set[int]:
        policy = render(*arguments).one("NetworkPolicy", "gateway")
        return {port["port"] for rule in policy["spec"]["egress"] for port in rule.get("ports", [])}

    assert ports(*ACCESS) - ports() == {443}
