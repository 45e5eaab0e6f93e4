"""refresh.yaml and _refresh.tpl: the periodic job in both modes."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.helm.chart import DEV, RAY, Object, environment, render, settings


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
        assert environment(container) == {
            "JOB_NAME": "fieldRef:/metadata.labels['batch.kubernetes.io/job-name']",
            "JOB_UID": "fieldRef:/metadata.labels['batch.kubernetes.io/controller-uid']",
        }
        manifest = self.rayjob(*RAY)
        assert manifest["spec"]["entrypoint"].startswith("python -m sevenviews.cli refresh")

    @pytest.mark.parametrize(("base", "final"), [(DEV, 3), (RAY, 1)])
    def test_a_drain_ends_no_refresh_and_a_verdict_does(self, base: tuple[str, ...], final: int) -> None:
        job = self.cron(*base)
        assert job["backoffLimit"] > 0
        drained, refused = job["podFailurePolicy"]["rules"]
        assert drained == {
            "action": "Ignore",
            "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
        }
        assert refused["action"] == "FailJob"
        assert refused["onExitCodes"] == {"operator": "In", "values": [final]}

    def test_the_launcher_may_do_no_more_than_that(self) -> None:
        rendered = render(*RAY)
        (rule,) = rendered.one("Role", "refresh-launcher")["rules"]
        assert rule == {
            "apiGroups": ["ray.io"],
            "resources": ["rayjobs"],
            "verbs": ["create", "get"],
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


def test_kuberay_finds_the_dashboard_of_the_head_alone() -> None:
    more = settings("refresh.workers.replicas=1")
    manifest = json.loads(render(*RAY, *more).one("ConfigMap", "refresh")["data"]["rayjob.json"])
    cluster = manifest["spec"]["rayClusterSpec"]
    pods = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    ports = [{one["name"] for one in pod["template"]["spec"]["containers"][0]["ports"]} for pod in pods]
    assert ports == [{"metrics", "gcs-server", "dashboard", "client"}, {"metrics"}]
