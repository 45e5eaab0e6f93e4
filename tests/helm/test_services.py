"""_services.tpl and _names.tpl: under which names and addresses the services are found."""

from __future__ import annotations

import pytest

from tests.helm.chart import render, settings


@pytest.mark.parametrize("service", ["vectors", "metadata", "gateway-headless"])
def test_clients_see_every_pod_behind_a_name(service: str) -> None:
    assert render().one("Service", service)["spec"]["clusterIP"] == "None"


def test_the_way_in_is_one_address() -> None:
    spec = render(*settings("gateway.service.type=LoadBalancer", "gateway.service.nodePort=30051",
                            "gateway.service.loadBalancerSourceRanges[0]=192.0.2.0/24")).one(
        "Service", "gateway")["spec"]  # fmt: skip
    assert "clusterIP" not in spec
    assert (spec["type"], spec["ports"][0]["nodePort"]) == ("LoadBalancer", 30051)
    assert spec["loadBalancerSourceRanges"] == ["192.0.2.0/24"]
    assert render().one("Service", "gateway")["spec"]["ports"][0]["appProtocol"] == "kubernetes.io/h2c"


def test_names() -> None:
    assert any(
        one["metadata"]["name"] == "patents-gateway"
        for one in render(*settings("fullnameOverride=patents")).objects
    )
    assert any(
        one["metadata"]["name"] == "sv-search-gateway"
        for one in render(*settings("nameOverride=search")).objects
    )
