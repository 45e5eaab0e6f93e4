"""migrations.yaml: the database is migrated before the services start."""

from __future__ import annotations

from tests.helm.chart import DEV, Object, render, settings


class TestMigrations:
    HOOK = "helm.sh/hook"

    def job(self, *arguments: str, install: bool = True) -> Object:
        found: Object
        (found,) = render(*arguments, install=install).all("Job").values()
        return found

    def test_they_are_a_hook_with_an_account_of_its_own(self) -> None:
        rendered = render(*settings("postgresql.password=x"))
        names = {"Job": "migrations-1", "ServiceAccount": "migrations", "Secret": "migrations"}
        for kind, name in names.items():
            annotations = rendered.one(kind, name)["metadata"]["annotations"]
            assert annotations[self.HOOK] == "pre-install,pre-upgrade"
        weights = {
            kind: int(rendered.one(kind, names[kind])["metadata"]["annotations"]["helm.sh/hook-weight"])
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

    def test_one_that_outlives_helms_patience_is_not_deleted_under_way(self) -> None:
        """Its name is the revision's, so that the next try has another one; it waits at the database's lock."""
        job = self.job()
        assert job["metadata"]["name"].endswith("-1")
        assert job["metadata"]["annotations"]["helm.sh/hook-delete-policy"] == "hook-succeeded"
        assert job["spec"]["ttlSecondsAfterFinished"] > 0
        (rule,) = job["spec"]["podFailurePolicy"]["rules"]
        assert rule == {
            "action": "Ignore",
            "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
        }
