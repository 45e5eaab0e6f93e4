"""Each branch of each template: what a value changes, and that it is not there without it."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helm.chart import (
    CHART,
    PROFILES,
    Object,
    Rendered,
    containers,
    environment,
    helm,
    render,
    settings,
)

DEV, RAY = PROFILES["dev"], PROFILES["dev-ray"]
TLS = settings("tls.enabled=true", "tls.secrets.gateway=g", "tls.secrets.vectors=v", "tls.secrets.metadata=m")
REFRESH = settings("refresh.enabled=true", "models.persistence.enabled=true")

# Each: the values, then kind and name of what is there with them and not without them.
APPEARS = [
    ("console.enabled=true", (), "Deployment", "console"),
    ("console.enabled=true", (), "Service", "console"),
    ("console.enabled=true", (), "ServiceAccount", "console"),
    ("console.enabled=true", (), "NetworkPolicy", "console"),
    ("gateway.autoscaling.enabled=true", (), "HorizontalPodAutoscaler", "gateway"),
    ("vectors.autoscaling.enabled=true", (), "HorizontalPodAutoscaler", "vectors"),
    ("metadata.autoscaling.enabled=true", (), "HorizontalPodAutoscaler", "metadata"),
    ("embedding.autoscaling.enabled=true", DEV, "HorizontalPodAutoscaler", "embedding"),
    ("embedding.mode=deployment", (), "Deployment", "embedding"),
    ("embedding.mode=deployment", (), "Service", "embedding"),
    ("embedding.mode=rayservice", DEV, "RayService", "embedding"),
    ("milvus.token=root:Milvus", (), "Secret", "vectors"),
    ("postgresql.password=secret", (), "Secret", "metadata"),
    ("postgresql.password=secret", (), "Secret", "migrations"),
    ("drawings.persistence.enabled=true", (), "PersistentVolumeClaim", "drawings"),
    ("models.persistence.enabled=true", (), "PersistentVolumeClaim", "models"),
    ("refresh.enabled=true", settings("models.persistence.enabled=true"), "CronJob", "refresh"),
    ("refresh.enabled=true", settings("models.persistence.enabled=true"), "ConfigMap", "refresh"),
    ("refresh.enabled=true", settings("models.persistence.enabled=true"), "ServiceAccount", "refresh"),
    ("refresh.enabled=true", settings("models.persistence.enabled=true"), "NetworkPolicy", "refresh"),
    ("refresh.mode=rayjob", DEV, "Role", "refresh-launcher"),
    ("refresh.mode=rayjob", DEV, "RoleBinding", "refresh-launcher"),
    ("refresh.mode=rayjob", DEV, "ServiceAccount", "refresh-launcher"),
    ("refresh.mode=rayjob", DEV, "NetworkPolicy", "refresh-launcher"),
    ("refresh.rayCronJob.enabled=true", RAY, "RayCronJob", "refresh"),
    ("metrics.serviceMonitor.enabled=true", (), "ServiceMonitor", "monitoring"),
    ("metrics.serviceMonitor.enabled=true", (), "PodMonitor", "monitoring"),
    ("dev.milvus.enabled=true", (), "Deployment", "milvus"),
    ("dev.milvus.enabled=true", (), "Service", "milvus"),
    ("dev.milvus.enabled=true", (), "NetworkPolicy", "milvus"),
    ("refresh.persistence.enabled=true", REFRESH, "PersistentVolumeClaim", "refresh"),
    ("dev.redis.enabled=true", (), "Deployment", "redis"),
    ("dev.redis.enabled=true", (), "ServiceAccount", "dev"),
    ("dev.postgresql.enabled=true", settings("postgresql.password=x"), "Deployment", "postgresql"),
    (
        "dev.milvus.persistence.enabled=true",
        settings("dev.milvus.enabled=true"),
        "PersistentVolumeClaim",
        "milvus",
    ),
]

DISAPPEARS = [
    ("migrations.enabled=false", (), "Job", "migrations"),
    ("networkPolicy.enabled=false", (), "NetworkPolicy", "deny"),
    ("gateway.disruptionBudget.enabled=false", (), "PodDisruptionBudget", "gateway"),
    ("gateway.pageTokenKey.existingSecret=mine", (), "Secret", "gateway"),
    ("drawings.persistence.existingClaim=mine", settings("drawings.persistence.enabled=true"),
     "PersistentVolumeClaim", "drawings"),
    ("postgresql.existingSecret=mine", settings("postgresql.password=x"), "Secret", "metadata"),
    ("milvus.existingSecret=mine", settings("milvus.token=x"), "Secret", "vectors"),
    ("refresh.persistence.existingClaim=mine", (*REFRESH, *settings("refresh.persistence.enabled=true")),
     "PersistentVolumeClaim", "refresh"),
    ("refresh.rayCronJob.enabled=true", RAY, "CronJob", "refresh"),
    ("refresh.rayCronJob.enabled=true", RAY, "Role", "refresh-launcher"),
    ("embedding.mode=deployment", settings("metrics.serviceMonitor.enabled=true"), "PodMonitor", "monitoring"),
    ("embedding.mode=rayservice", (*DEV, *settings("embedding.autoscaling.enabled=true")),
     "HorizontalPodAutoscaler", "embedding"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "base", "kind", "name"), APPEARS)
def test_a_value_brings_an_object(value: str, base: tuple[str, ...], kind: str, name: str) -> None:
    assert not render(*base).has(kind, name)
    assert render(*base, *settings(value)).has(kind, name)


@pytest.mark.parametrize(("value", "base", "kind", "name"), DISAPPEARS)
def test_a_value_takes_an_object_away(value: str, base: tuple[str, ...], kind: str, name: str) -> None:
    assert render(*base).has(kind, name)
    assert not render(*base, *settings(value)).has(kind, name)


def deployment(rendered: Rendered, name: str) -> Object:
    spec: Object = rendered.one("Deployment", name)["spec"]
    return spec


def pod(rendered: Rendered, owner: str) -> Object:
    return dict(rendered.pods())[owner]


def main_container(rendered: Rendered, owner: str) -> Object:
    container: Object = pod(rendered, owner)["containers"][0]
    return container


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


# Each: the values, the pod, the variable, and its value; None: not there.
VARIABLES = [
    ((), "Deployment/gateway", "SEVENVIEWS_GATEWAY_VECTORS_ADDRESS", "dns:///sv-sevenviews-vectors:50053"),
    ((), "Deployment/gateway", "SEVENVIEWS_GATEWAY_EMBEDDING_ADDRESS", "dns:///sv-sevenviews-embedding-ray:50052"),
    ((), "Deployment/gateway", "SEVENVIEWS_GATEWAY_CACHE_URL", "redis://valkey:6379/0"),
    (("redis.url=",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_CACHE_URL", None),
    (("redis.existingSecret=r",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_QUOTA_URL", "secretKeyRef:r/url"),
    (("dev.redis.enabled=true",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_CACHE_URL",
     "redis://sv-sevenviews-redis:6379/0"),
    ((), "Deployment/gateway", "SEVENVIEWS_GATEWAY_PAGE_TOKEN_KEY",
     "secretKeyRef:sv-sevenviews-gateway/page-token-key"),
    (("gateway.pageTokenKey.existingSecret=k",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_PAGE_TOKEN_KEY",
     "secretKeyRef:k/page-token-key"),
    (("gateway.settings.quota_requests=600",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_QUOTA_REQUESTS", "600"),
    (("gateway.settings.cache_seconds=10000000",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_CACHE_SECONDS",
     "10000000"),
    (("gateway.settings.embed_seconds:=2.5",), "Deployment/gateway", "SEVENVIEWS_GATEWAY_EMBED_SECONDS", "2.5"),
    (("maxConnectionAgeSeconds=30",), "Deployment/vectors", "SEVENVIEWS_VECTORS_MAX_CONNECTION_AGE_SECONDS", "30"),
    (("gateway.extraEnv[0].name=A", "gateway.extraEnv[0].value=b"), "Deployment/gateway", "A", "b"),
    ((), "Deployment/vectors", "SEVENVIEWS_VECTORS_TOKEN", None),
    (("milvus.token=t",), "Deployment/vectors", "SEVENVIEWS_VECTORS_TOKEN",
     "secretKeyRef:sv-sevenviews-vectors/token"),
    (("milvus.existingSecret=m",), "Deployment/vectors", "SEVENVIEWS_VECTORS_TOKEN", "secretKeyRef:m/token"),
    (("dev.milvus.enabled=true",), "Deployment/vectors", "SEVENVIEWS_VECTORS_URL",
     "http://sv-sevenviews-milvus:19530"),
    ((), "Deployment/metadata", "SEVENVIEWS_METADATA_DATABASE_URL",
     "postgresql://sevenviews@postgresql:5432/sevenviews?sslmode=prefer"),
    ((), "Deployment/metadata", "PGPASSWORD", None),
    (("postgresql.password=p",), "Deployment/metadata", "PGPASSWORD",
     "secretKeyRef:sv-sevenviews-metadata/password"),
    (("postgresql.password=p",), "Job/migrations", "PGPASSWORD",
     "secretKeyRef:sv-sevenviews-migrations/password"),
    (("postgresql.existingSecret=p",), "Job/migrations", "PGPASSWORD", "secretKeyRef:p/password"),
    ((), "Deployment/metadata", "SEVENVIEWS_METADATA_DRAWINGS_URL", "s3://sevenviews/drawings"),
    (("drawings.existingSecret=s",), "Deployment/metadata", "AWS_SECRET_ACCESS_KEY",
     "secretKeyRef:s/secret-access-key"),
    (("drawings.persistence.enabled=true",), "Deployment/metadata", "SEVENVIEWS_METADATA_DRAWINGS_URL",
     "file:///var/lib/sevenviews/drawings"),
    (("drawings.persistence.enabled=true", "drawings.existingSecret=s"), "Deployment/metadata",
     "AWS_ACCESS_KEY_ID", None),
    ((), "Deployment/metadata", "SEVENVIEWS_METADATA_MIGRATE", "false"),
    (("migrations.enabled=false",), "Deployment/metadata", "SEVENVIEWS_METADATA_MIGRATE", "true"),
    ((), "RayService/embedding", "SEVENVIEWS_EMBEDDING_MODEL_STORE", "/models"),
    (("models.persistence.enabled=true",), "RayService/embedding", "SEVENVIEWS_EMBEDDING_MODEL_STORE",
     "/var/lib/sevenviews/models"),
    (("embedding.replicas=3",), "RayService/embedding", "SEVENVIEWS_EMBEDDING_NUM_REPLICAS", None),
    (("embedding.mode=deployment", "embedding.replicas=3", "embedding.replicasPerPod=4"),
     "Deployment/embedding", "SEVENVIEWS_EMBEDDING_NUM_REPLICAS", "4"),
    ((), "RayService/embedding", "SEVENVIEWS_EMBEDDING_MAX_REPLICAS", None),
    (("embedding.mode=deployment", "embedding.autoscaling.enabled=true"), "Deployment/embedding",
     "SEVENVIEWS_EMBEDDING_MAX_REPLICAS", None),
    (("embedding.gpu.enabled=true", "embedding.gpu.count=1", "embedding.replicasPerPod=2"),
     "RayService/embedding", "SEVENVIEWS_EMBEDDING_NUM_GPUS", "0.5"),
    ((), "RayService/embedding", "SEVENVIEWS_EMBEDDING_NUM_GPUS", None),
    (("embedding.settings.max_message_bytes=33554432",), "RayService/embedding",
     "RAY_SERVE_GRPC_MAX_MESSAGE_SIZE", "33554432"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "owner", "variable", "wanted"), VARIABLES)
def test_a_value_reaches_the_environment(
    values: tuple[str, ...], owner: str, variable: str, wanted: str | None
) -> None:
    assert environment(main_container(render(*settings(*values)), owner)).get(variable) == wanted


def test_the_autoscaler_owns_the_number_of_replicas() -> None:
    assert deployment(render(), "gateway")["replicas"] == 2
    scaled = render(*settings("gateway.autoscaling.enabled=true"))
    assert "replicas" not in deployment(scaled, "gateway")
    spec = scaled.one("HorizontalPodAutoscaler", "gateway")["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 8)
    assert [metric["type"] for metric in spec["metrics"]] == ["Resource"]


def test_custom_metrics_are_behind_a_flag() -> None:
    values = ("gateway.autoscaling.enabled=true", "gateway.autoscaling.customMetrics.enabled=true")
    metrics = render(*settings(*values)).one("HorizontalPodAutoscaler", "gateway")["spec"]["metrics"]
    assert metrics[1]["pods"]["metric"]["name"] == "sevenviews_requests_running"


@pytest.mark.parametrize("service", ["gateway", "vectors", "metadata"])
def test_readiness_follows_the_dependencies_and_liveness_does_not(service: str) -> None:
    container = main_container(render(), f"Deployment/{service}")
    port = container["ports"][0]["containerPort"]
    assert container["readinessProbe"]["grpc"] == {"port": port}
    assert container["livenessProbe"]["grpc"] == {"port": port, "service": "liveness"}
    assert container["startupProbe"]["grpc"] == {"port": port, "service": "liveness"}


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


class TestTls:
    def test_certificates_are_mounted_where_the_settings_look(self) -> None:
        rendered = render(*TLS)
        for service, secret in {"gateway": "g", "vectors": "v", "metadata": "m"}.items():
            one = pod(rendered, f"Deployment/{service}")
            (volume,) = [volume for volume in one["volumes"] if volume["name"] == "tls"]
            assert volume["secret"]["secretName"] == secret
            (mount,) = [mount for mount in one["containers"][0]["volumeMounts"] if mount["name"] == "tls"]
            variables = environment(one["containers"][0])
            for name in ("TLS_CERTIFICATE", "TLS_KEY"):
                assert variables[f"SEVENVIEWS_{service.upper()}_{name}"].startswith(mount["mountPath"])

    def test_probes_go_to_the_plaintext_port(self) -> None:
        container = main_container(render(*TLS), "Deployment/vectors")
        assert container["readinessProbe"]["grpc"]["port"] == 50059
        assert environment(container)["SEVENVIEWS_VECTORS_HEALTH_PORT"] == "50059"

    @pytest.mark.parametrize("mutual", [True, False])
    def test_mutual(self, mutual: bool) -> None:
        rendered = render(*TLS, *settings(f"tls.mutual={str(mutual).lower()}"))
        gateway = environment(main_container(rendered, "Deployment/gateway"))
        vectors = environment(main_container(rendered, "Deployment/vectors"))
        assert ("SEVENVIEWS_VECTORS_TLS_CLIENT_CA" in vectors) is mutual
        assert ("SEVENVIEWS_GATEWAY_BACKEND_CERTIFICATE" in gateway) is mutual
        assert "SEVENVIEWS_GATEWAY_BACKEND_CA" in gateway
        assert "SEVENVIEWS_GATEWAY_TLS_CLIENT_CA" not in gateway

    def test_clients_of_the_gateway_may_be_asked_for_certificates(self) -> None:
        rendered = render(*TLS, *settings("tls.clientCertificates=true"))
        assert "SEVENVIEWS_GATEWAY_TLS_CLIENT_CA" in environment(
            main_container(rendered, "Deployment/gateway")
        )

    def test_without_it_nothing_is_mounted(self) -> None:
        rendered = render()
        for service in ("gateway", "vectors", "metadata"):
            assert not [
                name
                for name in environment(main_container(rendered, f"Deployment/{service}"))
                if "TLS" in name
            ]
        assert not rendered.all("Certificate")

    def test_cert_manager(self) -> None:
        rendered = render(
            *settings(
                "tls.enabled=true", "tls.source=certManager", "tls.certManager.issuer.name=ca",
                "tls.certManager.gatewayNames[0]=patents.example.org",
            )
        )  # fmt: skip
        certificates = rendered.all("Certificate")
        assert certificates.keys() == {"gateway", "vectors", "metadata"}
        gateway = certificates["gateway"]["spec"]
        assert {"sv-sevenviews-gateway-headless", "patents.example.org"} <= set(gateway["dnsNames"])
        assert gateway["usages"] == ["server auth", "client auth"]
        assert certificates["vectors"]["spec"]["usages"] == ["server auth"]
        volumes = pod(rendered, "Deployment/gateway")["volumes"]
        assert gateway["secretName"] in [volume.get("secret", {}).get("secretName") for volume in volumes]

    def test_the_service_says_how_it_is_spoken_to(self) -> None:
        assert render(*TLS).one("Service", "gateway")["spec"]["ports"][0]["appProtocol"] == "https"


class TestMigrations:
    HOOK = "helm.sh/hook"

    def job(self, *arguments: str, install: bool = True) -> Object:
        return render(*arguments, install=install).one("Job", "migrations")

    def test_they_are_a_hook_with_an_account_of_its_own(self) -> None:
        rendered = render(*settings("postgresql.password=x"))
        for kind in ("Job", "ServiceAccount", "Secret"):
            annotations = rendered.one(kind, "migrations")["metadata"]["annotations"]
            assert annotations[self.HOOK] == "pre-install,pre-upgrade"
        weights = {
            kind: int(rendered.one(kind, "migrations")["metadata"]["annotations"]["helm.sh/hook-weight"])
            for kind in ("Job", "ServiceAccount")
        }
        assert weights["ServiceAccount"] < weights["Job"]

    def test_a_database_that_comes_with_the_chart_is_migrated_after_it_was_made(self) -> None:
        assert "annotations" not in self.job(*DEV)["metadata"]
        assert self.job(*DEV)["spec"]["template"]["spec"]["serviceAccountName"] == "sv-sevenviews-metadata"
        assert self.job(*DEV, install=False)["metadata"]["annotations"][self.HOOK]

    def test_they_run_the_metadata_image(self) -> None:
        (container,) = self.job()["spec"]["template"]["spec"]["containers"]
        assert container["command"] == ["python", "-m", "sevenviews.metadata", "migrate"]
        assert container["image"] == "sevenviews-metadata:0.1.0"


class TestRayService:
    def spec(self, *values: str) -> Object:
        found: Object = render(*settings(*values)).one("RayService", "embedding")["spec"]
        return found

    def test_serve_speaks_grpc_by_our_application(self) -> None:
        config = yaml.safe_load(self.spec()["serveConfigV2"])
        assert config["grpc_options"]["port"] == 50052
        assert config["grpc_options"]["grpc_servicer_functions"] == [
            "sevenviews.embedding.proxy.add_to_proxy"
        ]
        (application,) = config["applications"]
        assert application["import_path"] == "sevenviews.embedding.app:application"

    def test_a_change_of_replicas_changes_no_pod(self) -> None:
        one, three = (deepcopy(self.spec(f"embedding.replicas={count}")) for count in (1, 3))
        for cluster in (one["rayClusterConfig"], three["rayClusterConfig"]):
            cluster["workerGroupSpecs"][0] |= {"replicas": 0, "minReplicas": 0, "maxReplicas": 0}
        assert one["rayClusterConfig"] == three["rayClusterConfig"]

    def test_serves_replicas_fill_the_worker_pods(self) -> None:
        spec = self.spec("embedding.replicas=3", "embedding.replicasPerPod=4")
        assert yaml.safe_load(spec["serveConfigV2"])["applications"][0]["args"] == {"num_replicas": 12}
        assert spec["rayClusterConfig"]["workerGroupSpecs"][0]["rayStartParams"]["num-cpus"] == "4"
        more = self.spec("embedding.autoscaling.enabled=true", "embedding.autoscaling.maxReplicas=5")
        arguments = yaml.safe_load(more["serveConfigV2"])["applications"][0]["args"]
        assert arguments == {"num_replicas": 2, "max_replicas": 5}

    def test_its_service_is_headless_and_has_the_name_that_the_gateway_knows(self) -> None:
        service = self.spec()["serveService"]
        gateway = environment(main_container(render(), "Deployment/gateway"))
        address = f"dns:///{service['metadata']['name']}:50052"
        assert gateway["SEVENVIEWS_GATEWAY_EMBEDDING_ADDRESS"] == address
        assert service["spec"]["clusterIP"] == "None"
        (port,) = service["spec"]["ports"]
        assert (port["name"], port["port"]) == ("serve-grpc", 50052)
        worker = self.spec()["rayClusterConfig"]["workerGroupSpecs"][0]["template"]["spec"]
        assert {"name": "serve-grpc", "containerPort": 50052} in worker["containers"][0]["ports"]

    def test_the_other_modes_service_has_another_name(self) -> None:
        """Helm refuses to make a Service that KubeRay has made."""
        name = self.spec()["serveService"]["metadata"]["name"]
        assert name not in [
            one["metadata"]["name"] for one in render(*DEV).objects if one["kind"] == "Service"
        ]

    def test_the_head_serves_nothing(self) -> None:
        spec = self.spec()
        assert spec["excludeHeadPodFromServeSvc"] is True
        assert spec["rayClusterConfig"]["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"

    def test_workers_are_ready_when_the_application_answers(self) -> None:
        cluster = self.spec()["rayClusterConfig"]
        worker = cluster["workerGroupSpecs"][0]["template"]["spec"]["containers"][0]
        assert worker["readinessProbe"]["grpc"] == {"port": 50052}
        assert "readinessProbe" not in cluster["headGroupSpec"]["template"]["spec"]["containers"][0]

    def test_head_and_workers_have_one_environment(self) -> None:
        cluster = self.spec("embedding.settings.batch_size=8")["rayClusterConfig"]
        templates = [cluster["headGroupSpec"]["template"], cluster["workerGroupSpecs"][0]["template"]]
        head, worker = (environment(template["spec"]["containers"][0]) for template in templates)
        assert head == worker
        assert head["SEVENVIEWS_EMBEDDING_BATCH_SIZE"] == "8"

    def test_a_fixed_number_of_workers(self) -> None:
        cluster = self.spec("embedding.replicas=3")["rayClusterConfig"]
        (group,) = cluster["workerGroupSpecs"]
        assert (group["minReplicas"], group["replicas"], group["maxReplicas"]) == (3, 3, 3)
        assert cluster["enableInTreeAutoscaling"] is False
        assert cluster["headGroupSpec"]["template"]["spec"]["automountServiceAccountToken"] is False

    def test_autoscaling(self) -> None:
        cluster = self.spec("embedding.autoscaling.enabled=true", "embedding.autoscaling.maxReplicas=9")[
            "rayClusterConfig"
        ]
        (group,) = cluster["workerGroupSpecs"]
        assert (group["minReplicas"], group["maxReplicas"]) == (2, 9)
        assert cluster["autoscalerOptions"]["version"] == "v2"
        assert cluster["headGroupSpec"]["template"]["spec"]["automountServiceAccountToken"] is True
        assert group["template"]["spec"]["automountServiceAccountToken"] is False

    def test_gpus_are_for_the_workers(self) -> None:
        cluster = self.spec("embedding.gpu.enabled=true", "embedding.gpu.count=2")["rayClusterConfig"]
        (group,) = cluster["workerGroupSpecs"]
        resources = group["template"]["spec"]["containers"][0]["resources"]
        assert resources["limits"]["nvidia.com/gpu"] == resources["requests"]["nvidia.com/gpu"] == 2
        assert group["rayStartParams"]["num-gpus"] == "2"
        head = cluster["headGroupSpec"]["template"]["spec"]["containers"][0]["resources"]
        assert "nvidia.com/gpu" not in head["limits"]

    def test_names_are_short_enough_for_kuberay(self) -> None:
        name = "a" * 30
        rendered = render(*RAY, *settings(f"fullnameOverride={name}"))
        (service,) = [one for one in rendered.objects if one["kind"] == "RayService"]
        assert len(service["metadata"]["name"]) <= 47
        (config,) = [one for one in rendered.objects if "rayjob.json" in one.get("data", {})]
        generated = json.loads(config["data"]["rayjob.json"])["metadata"]["generateName"] + "x" * 5
        assert len(generated) <= 47


class TestEmbeddingDeployment:
    def test_it_has_shared_memory_for_ray(self) -> None:
        volumes = pod(render(*DEV), "Deployment/embedding")["volumes"]
        assert {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "512Mi"}} in volumes

    def test_gpus(self) -> None:
        container = main_container(render(*DEV, *settings("embedding.gpu.enabled=true", "embedding.gpu.count=1")),
                                   "Deployment/embedding")  # fmt: skip
        assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
        assert environment(container)["SEVENVIEWS_EMBEDDING_EXECUTION_PROVIDER"] == "cuda"

    @pytest.mark.parametrize("owner", ["Deployment/embedding", "RayService/embedding"])
    def test_a_volume_of_models_is_filled_before_and_only_read_after(self, owner: str) -> None:
        base = DEV if owner.startswith("Deployment") else RAY
        one = pod(render(*base), owner)
        (init,) = one["initContainers"]
        mounts = [next(m for m in c["volumeMounts"] if m["name"] == "models") for c in containers(one)]
        assert init["command"] == ["python", "-m", "sevenviews.embedding.install"]
        assert [mount.get("readOnly", False) for mount in mounts] == [False, True]
        without = pod(
            render(*base, *settings("models.persistence.enabled=false", "refresh.enabled=false")), owner
        )
        assert "initContainers" not in without


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


class TestRefresh:
    def cron(self, *arguments: str) -> Object:
        return render(*arguments).one("CronJob", "refresh")["spec"]["jobTemplate"]["spec"]  # type: ignore[no-any-return]

    def rayjob(self, *arguments: str) -> Object:
        manifest = render(*arguments).one("ConfigMap", "refresh")["data"]["rayjob.json"]
        found: Object = json.loads(manifest)
        return found

    @pytest.mark.parametrize("base", [DEV, RAY])
    def test_never_two_at_once(self, base: tuple[str, ...]) -> None:
        assert render(*base).one("CronJob", "refresh")["spec"]["concurrencyPolicy"] == "Forbid"

    def test_job_mode_does_the_work_in_its_own_pod(self) -> None:
        (container,) = self.cron(*DEV)["template"]["spec"]["containers"]
        assert container["command"] == [
            *("python", "-m", "sevenviews.cli", "refresh", "--resume"),
            *("--config", "/etc/sevenviews/refresh.yaml"),
        ]  # fmt: skip
        assert container["image"] == "localhost/sevenviews-training:dev"
        assert "rayjob.json" not in render(*DEV).one("ConfigMap", "refresh")["data"]

    def test_rayjob_mode_starts_one_and_waits(self) -> None:
        job = self.cron(*RAY)
        (container,) = job["template"]["spec"]["containers"]
        assert container["command"] == ["python", "-m", "sevenviews.rayjob", "/etc/sevenviews/rayjob.json"]
        assert container["image"] == "localhost/sevenviews-gateway:dev"
        assert job["backoffLimit"] == 0
        assert environment(container) == {
            "POD_NAME": "fieldRef:/metadata.name",
            "POD_UID": "fieldRef:/metadata.uid",
        }
        manifest = self.rayjob(*RAY)
        assert manifest["spec"]["entrypoint"].startswith("python -m sevenviews.cli refresh")

    def test_the_launcher_may_do_no_more_than_that(self) -> None:
        rendered = render(*RAY)
        (rule,) = rendered.one("Role", "refresh-launcher")["rules"]
        assert rule == {
            "apiGroups": ["ray.io"],
            "resources": ["rayjobs"],
            "verbs": ["create", "get", "delete"],
        }
        assert not rendered.all("ClusterRole")
        (subject,) = rendered.one("RoleBinding", "refresh-launcher")["subjects"]
        assert subject["name"] == "sv-sevenviews-refresh-launcher"

    def test_workers_and_their_gpus(self) -> None:
        spec = self.rayjob(*RAY)["spec"]["rayClusterSpec"]
        assert "workerGroupSpecs" not in spec
        more = settings(
            "refresh.workers.replicas=2", "refresh.workers.gpu.count=1", "refresh.head.gpu.count=0"
        )
        (group,) = self.rayjob(*RAY, *more)["spec"]["rayClusterSpec"]["workerGroupSpecs"]
        assert group["replicas"] == 2
        assert group["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == 1

    def test_the_configuration_is_what_the_operator_says(self) -> None:
        said = settings('refresh.config:={"gate":{"margin":0.01},"note":"{{ .Release.Name }}"}')
        config = yaml.safe_load(render(*DEV, *said).one("ConfigMap", "refresh")["data"]["refresh.yaml"])
        assert config == {"gate": {"margin": 0.01}, "note": "sv"}

    def test_the_environment_says_where_everything_is(self) -> None:
        (container,) = self.cron(*DEV)["template"]["spec"]["containers"]
        told = environment(container)
        assert told["SEVENVIEWS_REFRESH_VECTORS_ADDRESS"] == "dns:///sv-sevenviews-vectors:50053"
        assert told["SEVENVIEWS_REFRESH_MODEL_STORE"] == "/var/lib/sevenviews/models"
        assert told["SEVENVIEWS_REFRESH_DRAWINGS_URL"] == "file:///var/lib/sevenviews/drawings"
        assert told["SEVENVIEWS_REFRESH_LOCK_URL"] == "redis://sv-sevenviews-redis:6379/0"
        assert told["SEVENVIEWS_REFRESH_RAY_ADDRESS"] == "local"
        mounts = {one["name"] for one in container["volumeMounts"]}
        assert mounts >= {"models", "drawings", "config"}

    def test_without_redis_the_lock_lies_in_the_workspace(self) -> None:
        (container,) = self.cron(*DEV, *settings("dev.redis.enabled=false", "redis.url="))["template"][
            "spec"
        ]["containers"]
        told = environment(container)
        assert told["SEVENVIEWS_REFRESH_LOCK_URL"] == "file:///var/lib/sevenviews/models/.refreshes/lock"

    def test_time_zone_and_suspension(self) -> None:
        spec = render(*DEV, *settings("refresh.timeZone=Europe/Madrid")).one("CronJob", "refresh")["spec"]
        assert (spec["timeZone"], spec["suspend"]) == ("Europe/Madrid", True)
        assert "timeZone" not in render(*DEV).one("CronJob", "refresh")["spec"]

    def test_a_workspace_beside_the_models_or_on_a_volume_of_its_own(self) -> None:
        for own, where in ((False, "models/.refreshes"), (True, "refresh")):
            set_ = settings(f"refresh.persistence.enabled={own}".lower())
            pod = self.cron(*DEV, *set_)["template"]["spec"]
            (container,) = pod["containers"]
            assert environment(container)["SEVENVIEWS_REFRESH_WORK"] == f"/var/lib/sevenviews/{where}"
            assert ("workspace" in {one["name"] for one in pod["volumes"]}) is own
            assert ("workspace" in {one["name"] for one in container["volumeMounts"]}) is own

    def test_kuberays_own_schedule(self) -> None:
        spec = render(*RAY, *settings("refresh.rayCronJob.enabled=true")).one("RayCronJob", "refresh")["spec"]
        assert spec["schedule"] == "0 3 1 * *"
        assert spec["jobTemplate"] == self.rayjob(*RAY)["spec"]


class TestBudgets:
    def test_one_pod_at_a_time(self) -> None:
        assert render().one("PodDisruptionBudget", "gateway")["spec"]["maxUnavailable"] == 1

    def test_of_ray_workers_a_number_stays(self) -> None:
        spec = render(*settings("embedding.replicas=3")).one("PodDisruptionBudget", "embedding")["spec"]
        assert spec["minAvailable"] == 2
        assert spec["selector"]["matchLabels"]["ray.io/node-type"] == "worker"

    def test_a_single_worker_may_go(self) -> None:
        spec = render(*settings("embedding.replicas=1")).one("PodDisruptionBudget", "embedding")["spec"]
        assert spec["minAvailable"] == 0

    def test_of_a_deployment_it_counts_what_is_missing(self) -> None:
        spec = render(*settings("embedding.mode=deployment")).one("PodDisruptionBudget", "embedding")["spec"]
        assert "ray.io/node-type" not in spec["selector"]["matchLabels"]
        assert spec["maxUnavailable"] == 1


def test_what_was_imported_outlives_the_release() -> None:
    keep = {"helm.sh/resource-policy": "keep"}
    rendered = render(*settings("drawings.persistence.enabled=true"))
    assert rendered.one("PersistentVolumeClaim", "drawings")["metadata"]["annotations"] == keep
    dev = render(*DEV).one("PersistentVolumeClaim", "drawings")
    assert "annotations" not in dev["metadata"]
    assert dev["spec"]["storageClassName"] == "standard"


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


def test_names() -> None:
    assert any(
        one["metadata"]["name"] == "patents-gateway"
        for one in render(*settings("fullnameOverride=patents")).objects
    )
    assert any(
        one["metadata"]["name"] == "sv-search-gateway"
        for one in render(*settings("nameOverride=search")).objects
    )


def test_a_secret_that_is_given_restarts_its_pods() -> None:
    def checksum(password: str) -> str:
        rendered = render(*settings(f"postgresql.password={password}"))
        annotations = deployment(rendered, "metadata")["template"]["metadata"]["annotations"]
        return str(annotations["checksum/config"])

    assert checksum("one") == checksum("one") != checksum("two")


def test_dashboards_and_alerts_are_the_files(tmp_path: Path) -> None:
    """Rendered from a copy with one of each: this chart's own files are tested where they are written."""
    copy = tmp_path / "sevenviews"
    shutil.copytree(CHART, copy)
    for folder in ("dashboards", "rules"):
        shutil.rmtree(copy / folder)
        (copy / folder).mkdir()
    (copy / "dashboards" / "search.json").write_text('{"title": "{{ kept }}"}')
    (copy / "rules" / "a.yaml").write_text(
        "groups:\n- name: a\n  rules:\n  - alert: Down\n    expr: up == 0\n"
        "    annotations:\n      summary: '{{ $labels.pod }} is down'\n"
    )
    (copy / "rules" / "b.yaml").write_text("groups:\n- name: b\n  rules: []\n")
    flags = settings("metrics.dashboards.enabled=true", "metrics.prometheusRule.enabled=true",
                     "metrics.prometheusRule.labels.release=prometheus")  # fmt: skip
    done = helm("template", "sv", str(copy), "--kube-version", "1.34.0", *flags)
    objects = {one["kind"] + one["metadata"]["name"]: one for one in yaml.safe_load_all(done.stdout) if one}
    dashboard = objects["ConfigMapsv-sevenviews-dashboard-search"]
    assert dashboard["data"]["search.json"].strip() == '{"title": "{{ kept }}"}'
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"
    rule = objects["PrometheusRulesv-sevenviews-alerts"]
    assert [group["name"] for group in rule["spec"]["groups"]] == ["a", "b"]
    assert rule["spec"]["groups"][0]["rules"][0]["annotations"]["summary"] == "{{ $labels.pod }} is down"
    assert rule["metadata"]["labels"]["release"] == "prometheus"


def test_no_rules_make_no_object() -> None:
    rendered = render(*settings("metrics.prometheusRule.enabled=false", "metrics.dashboards.enabled=false"))
    assert not rendered.all("PrometheusRule")
    assert not [name for name in rendered.all("ConfigMap") if name.startswith("dashboard")]


def test_monitors_find_what_serves_metrics() -> None:
    rendered = render(*DEV, *settings("metrics.serviceMonitor.enabled=true"))
    wanted = rendered.one("ServiceMonitor", "monitoring")["spec"]["selector"]["matchLabels"].items()
    found = {
        name for name, one in rendered.all("Service").items() if wanted <= one["metadata"]["labels"].items()
    }
    assert found == {"gateway-headless", "embedding", "vectors", "metadata"}
    for name in found:
        assert "metrics" in [port["name"] for port in rendered.one("Service", name)["spec"]["ports"]]


class TestNotes:
    @pytest.fixture
    def chart(self, tmp_path: Path) -> Path:
        """A copy that renders its notes as an object: Helm shows them only to who has a cluster."""
        copy = tmp_path / "sevenviews"
        shutil.copytree(CHART, copy)
        notes = '{{ include (print $.Template.BasePath "/NOTES.txt") . | nindent 2 }}'
        (copy / "templates" / "shown.yaml").write_text("kind: Notes\ntext: |\n  " + notes + "\n")
        return copy

    def notes(self, chart: Path, *arguments: str) -> str:
        show = ("--show-only", "templates/shown.yaml")
        done = helm("template", "sv", str(chart), "--kube-version", "1.34.0", *show, *arguments)
        assert done.returncode == 0, done.stderr
        return str(yaml.safe_load(done.stdout)["text"])

    def test_they_warn_of_what_is_open(self, chart: Path) -> None:
        notes = self.notes(chart, *settings("networkPolicy.enabled=false"))
        assert "WARNING: networkPolicy.enabled is false" in notes
        assert "Traffic is plaintext" in notes
        closed = self.notes(chart, *TLS)
        assert "WARNING" not in closed
        assert "Traffic is plaintext" not in closed

    def test_they_say_what_is_kept(self, chart: Path) -> None:
        notes = self.notes(chart, *settings("drawings.persistence.enabled=true"))
        assert "keeps these PersistentVolumeClaims: sv-sevenviews-drawings" in notes

    def test_they_say_what_to_do_next(self, chart: Path) -> None:
        notes = self.notes(chart, *DEV)
        assert "helm test sv" in notes
        assert "port-forward service/sv-sevenviews-gateway 50051:50051" in notes
        assert "create job refresh-now --from cronjob/sv-sevenviews-refresh" in notes
        assert "WARNING: a part under `dev`" in notes


@pytest.mark.parametrize("flag", ["tls.enabled"])
def test_the_check_shows_the_gateways_certificate(flag: str) -> None:
    command = main_container(render(*TLS), "Pod/check")["command"]
    assert command[command.index("--ca") + 1] == "/etc/sevenviews/tls/ca.crt"
    assert "--ca" not in main_container(render(), "Pod/check")["command"]
    assert render().one("Pod", "check")["metadata"]["annotations"]["helm.sh/hook"] == "test"
