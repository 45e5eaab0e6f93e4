"""What an installation adds to the chart: CAs, volumes, containers, objects, ways in, digests, users."""

from __future__ import annotations

import pytest

from tests.helm.chart import (
    DEV,
    RAY,
    Object,
    Refused,
    Rendered,
    containers,
    environment,
    main_container,
    pod,
    render,
    settings,
)

CAS = settings("caBundle.configMap=cas")
OURS = {"gateway", "vectors", "metadata", "embedding", "migrate", "ray-head", "ray-worker", "refresh"}
"""Containers that talk to something outside of the release, or might."""


@pytest.mark.parametrize("profile", [DEV, RAY, ()])
def test_every_container_that_goes_out_believes_the_given_cas(profile: tuple[str, ...]) -> None:
    seen = set()
    for owner, one in render(*profile, *CAS).pods():
        for container in one["containers"]:
            if container["name"] not in OURS:
                continue
            seen.add(container["name"])
            told = environment(container)
            for name in (
                "SSL_CERT_FILE",
                "PGSSLROOTCERT",
                "AWS_CA_BUNDLE",
                "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
            ):
                assert told[name] == "/etc/sevenviews/ca/ca.crt", owner
            assert "/etc/sevenviews/ca" in {mount["mountPath"] for mount in container["volumeMounts"]}, owner
            (volume,) = [volume for volume in one["volumes"] if volume["name"] == "ca"]
            assert volume["configMap"] == {"name": "cas"}
    assert seen >= {"gateway", "vectors", "metadata", "migrate"}


def test_they_may_be_in_a_secret_under_another_name() -> None:
    rendered = render(*settings("caBundle.secret=s", "caBundle.key=bundle.pem"))
    assert environment(main_container(rendered, "Deployment/gateway"))["SSL_CERT_FILE"].endswith(
        "/bundle.pem"
    )
    assert {"name": "ca", "secret": {"secretName": "s"}} in pod(rendered, "Deployment/gateway")["volumes"]


@pytest.mark.parametrize(
    ("service", "owners"),
    [
        ("gateway", ["Deployment/gateway"]),
        ("vectors", ["Deployment/vectors"]),
        ("metadata", ["Deployment/metadata", "Job/migrations-1"]),
        ("embedding", ["RayService/embedding"]),
        ("refresh", ["ConfigMap/refresh/RayJob"]),
        ("console", ["Deployment/console"]),
    ],
)
def test_volumes_are_added_to_every_workload(service: str, owners: list[str]) -> None:
    values = [
        f'{service}.extraVolumes:=[{{"name":"more","emptyDir":{{}}}}]',
        f'{service}.extraVolumeMounts:=[{{"name":"more","mountPath":"/more"}}]',
        "refresh.enabled=true",
        "models.persistence.enabled=true",
        "console.enabled=true",
    ]
    pods = [one for owner, one in render(*settings(*values)).pods() if owner in owners]
    assert len(pods) >= len(owners)
    for one in pods:
        assert {"name": "more", "emptyDir": {}} in one["volumes"]
        assert {"name": "more", "mountPath": "/more"} in one["containers"][0]["volumeMounts"]


@pytest.mark.parametrize("service", ["gateway", "vectors", "metadata", "embedding"])
def test_sidecars_and_probes(service: str) -> None:
    sidecar = '{"name":"proxy","image":"envoy"}'
    values = settings(f"{service}.sidecars:=[{sidecar}]", f"{service}.probes.startup.failureThreshold=7")
    rendered = render(*values, *settings("embedding.mode=deployment"))
    one = pod(rendered, f"Deployment/{service}")
    assert [container["name"] for container in one["containers"]] == [service, "proxy"]
    assert one["containers"][0]["startupProbe"]["failureThreshold"] == 7
    assert one["containers"][0]["startupProbe"]["grpc"]["service"] == "liveness"
    others = [
        other
        for name in ("gateway", "vectors", "metadata")
        if name != service
        for other in pod(rendered, f"Deployment/{name}")["containers"]
    ]
    assert all(other["startupProbe"]["failureThreshold"] == 60 for other in others)


def test_an_image_is_taken_by_its_digest() -> None:
    digest = "sha256:" + "a" * 64
    rendered = render(*settings(f"gateway.image.digest={digest}", "gateway.image.tag=v1"))
    assert main_container(rendered, "Deployment/gateway")["image"] == f"sevenviews-gateway:v1@{digest}"
    with pytest.raises(Refused, match="digest"):
        render(*settings("gateway.image.digest=sha256:short"))


def test_the_platform_may_choose_the_user() -> None:
    fields = ("runAsUser", "runAsGroup", "fsGroup")
    rendered = render(*DEV, *settings(*(f"podSecurity.{field}=null" for field in fields)))
    for owner, one in rendered.pods():
        assert not one["securityContext"].keys() & set(fields), owner
        assert one["securityContext"]["runAsNonRoot"] is True, owner


def test_pull_secrets_are_everywhere() -> None:
    for owner, one in render(*RAY, *settings("image.pullSecrets[0].name=registry")).pods():
        assert one["imagePullSecrets"] == [{"name": "registry"}], owner


def test_extra_objects_are_templates() -> None:
    made = (
        '[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{ .Release.Name }}-sevenviews-mine"}}]'
    )
    assert render(*settings(f"extraObjects:={made}")).has("ConfigMap", "mine")


def test_an_ingress() -> None:
    values = settings("gateway.ingress.enabled=true", "gateway.ingress.host=patents.example.org",
                      "gateway.ingress.tlsSecret=cert", "gateway.ingress.className=nginx")  # fmt: skip
    rendered = render(*values)
    spec = rendered.one("Ingress", "gateway")["spec"]
    (rule,) = spec["rules"]
    (path,) = rule["http"]["paths"]
    assert (spec["ingressClassName"], rule["host"]) == ("nginx", "patents.example.org")
    assert spec["tls"] == [{"hosts": ["patents.example.org"], "secretName": "cert"}]
    backend = path["backend"]["service"]
    ports = rendered.one("Service", backend["name"].removeprefix("sv-sevenviews-"))["spec"]["ports"]
    assert backend["port"]["name"] in [port["name"] for port in ports]
    with pytest.raises(Refused, match="host"):
        render(*settings("gateway.ingress.enabled=true"))


def test_a_grpc_route() -> None:
    parents = 'gateway.grpcRoute.parentRefs:=[{"name":"edge"}]'
    rendered = render(
        *settings("gateway.grpcRoute.enabled=true", parents, "gateway.grpcRoute.hostnames[0]=a.example")
    )
    spec = rendered.one("GRPCRoute", "gateway")["spec"]
    assert (spec["parentRefs"], spec["hostnames"]) == ([{"name": "edge"}], ["a.example"])
    assert spec["rules"] == [{"backendRefs": [{"name": "sv-sevenviews-gateway", "port": 50051}]}]
    with pytest.raises(Refused, match="parentRefs"):
        render(*settings("gateway.grpcRoute.enabled=true"))


class TestTheHeadOfRay:
    def cluster(self, *values: str) -> Object:
        found: Object = render(*settings(*values)).one("RayService", "embedding")["spec"]["rayClusterConfig"]
        return found

    def test_it_may_be_survived(self) -> None:
        assert "gcsFaultToleranceOptions" not in self.cluster()
        values = (
            "embedding.rayservice.gcs.redisAddress=ray-redis:6379",
            "embedding.rayservice.gcs.existingSecret=s",
        )
        assert self.cluster(*values)["gcsFaultToleranceOptions"] == {
            "redisAddress": "ray-redis:6379",
            "redisPassword": {"valueFrom": {"secretKeyRef": {"name": "s", "key": "password"}}},
        }

    def test_its_redis_is_let_through(self) -> None:
        def ports(*values: str) -> set[int]:
            rules = render(*settings(*values)).one("NetworkPolicy", "embedding")["spec"]["egress"]
            return {one["port"] for rule in rules for one in rule.get("ports", [])}

        assert ports("embedding.rayservice.gcs.redisAddress=r:6379") - ports() == {6379}

    def test_it_may_be_kept_from_eviction(self) -> None:
        budget = "embedding.rayservice.head.disruptionBudget.enabled=true"
        spec = render(*settings(budget)).one("PodDisruptionBudget", "embedding-head")["spec"]
        assert spec["minAvailable"] == 1
        assert spec["selector"]["matchLabels"]["ray.io/node-type"] == "head"
        assert not render().has("PodDisruptionBudget", "embedding-head")


WITHOUT_RAY = "embedding.mode=deployment"
REFRESHED = ("refresh.enabled=true", "models.persistence.enabled=true", "refresh.mode=rayjob")
CERTIFIED = ("tls.enabled=true", "tls.source=certManager", "tls.certManager.issuer.name=ca")


@pytest.mark.parametrize(
    ("values", "api", "named"),
    [
        (("embedding.mode=rayservice",), "ray.io/v1", "embedding.mode=deployment"),
        ((*REFRESHED, WITHOUT_RAY), "ray.io/v1", "refresh.mode=job"),
        ((*CERTIFIED, WITHOUT_RAY), "cert-manager.io/v1", "tls.source=secrets"),
        (
            ("metrics.serviceMonitor.enabled=true", WITHOUT_RAY),
            "monitoring.coreos.com/v1",
            "Prometheus operator",
        ),
    ],
)
def test_what_the_cluster_lacks_is_said_before_anything_is_made(
    values: tuple[str, ...], api: str, named: str
) -> None:
    seen = ("--api-versions", "apiregistration.k8s.io/v1")
    with pytest.raises(Refused, match=named):
        render(*settings(*values), *seen)
    assert render(*settings(*values), *seen, "--api-versions", api).objects


def test_a_refresh_reaches_the_object_store_only_where_the_drawings_are_in_one() -> None:
    def ports(rendered: Rendered) -> set[int]:
        rules = rendered.one("NetworkPolicy", "refresh")["spec"]["egress"]
        return {one["port"] for rule in rules for one in rule.get("ports", [])}

    on = settings("refresh.enabled=true", "models.persistence.enabled=true")
    assert {443, 9000} <= ports(render(*on))
    assert not {443, 9000} & ports(render(*DEV))


def test_no_container_shares_another_ones_lists() -> None:
    """Values that are lists are added, and change nothing that was there."""
    plain, added = render(), render(*CAS)
    for owner, one in plain.pods():
        for before, after in zip(containers(one), containers(pod(added, owner)), strict=True):
            told, more = environment(before), environment(after)
            assert told.items() <= more.items(), owner
