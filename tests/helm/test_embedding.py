"""rayservice.yaml, embedding.yaml and _ray.tpl: the embedding service in both modes."""

from __future__ import annotations

from copy import deepcopy

import pytest
import yaml

from tests.helm.chart import DEV, RAY, Object, containers, environment, main_container, pod, render, settings


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
        assert len(service["metadata"]["name"]) <= 47  # sevenviews.rayjob sees to the RayJob's


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
