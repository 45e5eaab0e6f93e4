"""The NetworkPolicies let through the edges of the architecture and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.helm.chart import PROFILES, Object, Rendered, containers, render, settings

DEV, RAY = PROFILES["dev"], PROFILES["dev-ray"]
OUTSIDE: dict[str, str] = {}
"""The labels of a pod that is not of this release."""


def labels(component: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "sevenviews",
        "app.kubernetes.io/instance": "sv",
        "app.kubernetes.io/component": component,
    }


def allowed(rendered: Rendered, source: dict[str, str], target: dict[str, str], port: int) -> bool:
    """Whether a connection between two pods of the namespace passes: out of the one, and into the other."""
    policies = [one["spec"] for one in rendered.objects if one["kind"] == "NetworkPolicy"]
    return _passes(policies, "egress", source, target, port) and _passes(
        policies, "ingress", target, source, port
    )


def _passes(policies: list[Object], way: str, pod: dict[str, str], peer: dict[str, str], port: int) -> bool:
    mine = [
        policy
        for policy in policies
        if _selects(policy["podSelector"], pod) and way.capitalize() in policy["policyTypes"]
    ]
    if not mine:
        return True
    return any(_rule(rule, way, peer, port) for policy in mine for rule in policy.get(way, []))


def _rule(rule: Object, way: str, peer: dict[str, str], port: int) -> bool:
    ports = [one["port"] for one in rule.get("ports", []) if one["protocol"] == "TCP"]
    if "ports" in rule and port not in ports:
        return False
    peers = rule.get("to" if way == "egress" else "from")
    return peers is None or any(
        "namespaceSelector" not in one and _selects(one["podSelector"], peer) for one in peers
    )


def _selects(selector: dict[str, Any], pod: dict[str, str]) -> bool:
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= pod.items()


EDGES = {
    ("gateway", "embedding", 50052),
    ("gateway", "vectors", 50053),
    ("gateway", "metadata", 50054),
    ("gateway", "redis", 6379),
    ("vectors", "milvus", 19530),
    ("metadata", "postgresql", 5432),
    ("migrations", "postgresql", 5432),
    ("refresh", "embedding", 50052),
    ("refresh", "vectors", 50053),
    ("refresh", "metadata", 50054),
    ("refresh", "redis", 6379),
    ("check", "gateway", 50051),
    ("check", "embedding", 50052),
    ("check", "vectors", 50053),
    ("check", "metadata", 50054),
}
COMPONENTS = sorted({end for source, target, _ in EDGES for end in (source, target)})
PORTS = sorted({port for _, _, port in EDGES})


def test_the_edges_of_the_architecture_are_all_there_is() -> None:
    rendered = render(*DEV)
    found = {
        (source, target, port)
        for source in COMPONENTS
        for target in COMPONENTS
        for port in PORTS
        if allowed(rendered, labels(source), labels(target), port)
    }
    assert found == EDGES


def test_what_production_leaves_in_plaintext_is_reached_by_its_callers_alone() -> None:
    """Ray Serve's gRPC port. Every other server of ours has its certificate."""
    rendered = render(*PROFILES["production"])
    plaintext = {"embedding": 50052}
    servers = {
        name.removeprefix("SEVENVIEWS_").partition("_")[0].lower(): variables
        for owner, pod in rendered.pods()
        for container in containers(pod)
        for variables in [{one["name"] for one in container.get("env", ())}]
        for name in variables
        if re.fullmatch("SEVENVIEWS_[A-Z]+_PORT", name)
    }
    assert {
        name
        for name, variables in servers.items()
        if f"SEVENVIEWS_{name.upper()}_TLS_CERTIFICATE" not in variables
    } == set(plaintext)
    of_the_release = {one["metadata"]["labels"]["app.kubernetes.io/component"] for one in rendered.objects}
    for server, port in plaintext.items():
        callers = {one for one in of_the_release if allowed(rendered, labels(one), labels(server), port)}
        # Pods of one Ray talk on any port.
        assert callers == {"gateway", "refresh", "check", server}
        assert not allowed(rendered, OUTSIDE, labels(server), port)


def test_anyone_reaches_the_gateway_and_nothing_else() -> None:
    rendered = render(*DEV)
    assert allowed(rendered, OUTSIDE, labels("gateway"), 50051)
    for component in set(COMPONENTS) - {"gateway"}:
        for port in PORTS:
            assert not allowed(rendered, OUTSIDE, labels(component), port), component


def test_who_reaches_the_gateway_can_be_told() -> None:
    peer = 'networkPolicy.gatewayFrom:=[{"podSelector":{"matchLabels":{"app":"mesh"}}}]'
    rendered = render(*DEV, *settings(peer))
    assert allowed(rendered, {"app": "mesh"}, labels("gateway"), 50051)
    assert not allowed(rendered, {"app": "other"}, labels("gateway"), 50051)


def test_only_prometheus_reads_metrics() -> None:
    rendered = render()
    policy = rendered.one("NetworkPolicy", "vectors")["spec"]
    (rule,) = [rule for rule in policy["ingress"] if rule["ports"][0]["port"] == 9464]
    assert rule["from"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    ]
    assert not allowed(rendered, labels("gateway"), labels("vectors"), 9464)


@pytest.mark.parametrize("component", ["embedding", "refresh"])
def test_the_nodes_of_a_ray_cluster_talk_freely_among_themselves(component: str) -> None:
    assert allowed(render(*RAY), labels(component), labels(component), 6379)
    assert not allowed(render(*DEV), labels(component), labels(component), 6379)


def test_kuberay_asks_the_head() -> None:
    rules = render(*RAY).one("NetworkPolicy", "embedding")["spec"]["ingress"]
    operator = {"app.kubernetes.io/name": "kuberay-operator"}
    found = [
        rule for rule in rules
        if any(peer.get("podSelector", {}).get("matchLabels") == operator for peer in rule.get("from", []))
    ]  # fmt: skip
    assert [one["port"] for one in found[0]["ports"]] == [8265, 8000, 52365]


def test_the_launcher_reaches_the_kubernetes_api_only() -> None:
    (rule,) = render(*RAY).one("NetworkPolicy", "refresh-launcher")["spec"]["egress"]
    assert [one["port"] for one in rule["ports"]] == [443, 6443]
    for component in COMPONENTS:
        assert not allowed(render(*RAY), labels("refresh-launcher"), labels(component), 50053)


@pytest.mark.parametrize(
    ("value", "reaches"), [("embedding.autoscaling.enabled=true", True), ("log.level=info", False)]
)
def test_rays_autoscaler_reaches_the_kubernetes_api(value: str, reaches: bool) -> None:
    rules = render(*settings(value)).one("NetworkPolicy", "embedding")["spec"]["egress"]
    ports = [one["port"] for rule in rules for one in rule.get("ports", [])]
    assert (6443 in ports) is reaches


@pytest.mark.parametrize(
    ("owner", "way", "port"), [("vectors", "milvusTo", 19530), ("metadata", "postgresqlTo", 5432),
                               ("metadata", "s3To", 443), ("gateway", "redisTo", 6379)],
)  # fmt: skip
def test_parts_outside_are_reached_where_they_are(owner: str, way: str, port: int) -> None:
    def rule(*values: str) -> Object:
        rules = render(*settings(*values)).one("NetworkPolicy", owner)["spec"]["egress"]
        found: Object
        (found,) = [one for one in rules if any(p["port"] == port for p in one["ports"])]
        return found

    assert "to" not in rule()
    block = {"ipBlock": {"cidr": "192.0.2.0/24"}}
    assert rule(f"networkPolicy.{way}[0].ipBlock.cidr=192.0.2.0/24")["to"] == [block]


def test_drawings_on_a_volume_need_no_way_to_s3() -> None:
    def ports(rendered: Rendered) -> list[int]:
        rules = rendered.one("NetworkPolicy", "metadata")["spec"]["egress"]
        return [one["port"] for rule in rules for one in rule["ports"]]

    assert 9000 in ports(render())
    assert ports(render(*DEV)) == [5432]


def test_everyone_asks_for_names_and_no_more() -> None:
    (rule,) = render().one("NetworkPolicy", "deny")["spec"]["egress"]
    assert [(one["port"], one["protocol"]) for one in rule["ports"]] == [(53, "UDP"), (53, "TCP")]
    assert "ingress" not in render().one("NetworkPolicy", "deny")["spec"]


def test_the_console_calls_the_gateway() -> None:
    rendered = render(
        *DEV, *settings("console.enabled=true", "networkPolicy.gatewayFrom[0].podSelector.matchLabels.a=b")
    )
    assert allowed(rendered, labels("console"), labels("gateway"), 50051)
    assert allowed(rendered, OUTSIDE, labels("console"), 8080)
    assert not allowed(rendered, labels("console"), labels("vectors"), 50053)
