"""migrations.yaml: the database is migrated before the services start."""

from __future__ import annotations

from tests.helm.chart import DEV, Object, render, settings


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
