"""Rendering again: the same bytes each time, and with the values of an installation of long ago."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.helm.chart import CHART, KUBERNETES, PROFILES, RELEASE, settings, tool

VALUES = "helm/sevenviews/values.yaml"
RENDERED = {**PROFILES, "default": settings("gateway.access.anonymous=true")}


def template(chart: Path, *arguments: str) -> str:
    command = [tool("helm"), "template", RELEASE, str(chart), "--kube-version", KUBERNETES, *arguments]
    return subprocess.run(command, cwd=CHART, capture_output=True, text=True, check=True, timeout=60).stdout


def git(*words: str) -> str:
    # root may not own the checkout.
    command = ["git", "-c", f"safe.directory={ROOT}", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("profile", ["default", "dev-ray", "production"])
def test_the_same_bytes_each_time(profile: str) -> None:
    assert template(CHART, *RENDERED[profile]) == template(CHART, *RENDERED[profile])


@pytest.fixture(scope="module")
def of_old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart as `helm upgrade --reuse-values` sees it: with the values of the first one that there was."""
    first = git("log", "--diff-filter=A", "--format=%H", "--", VALUES).split()[-1]
    chart = tmp_path_factory.mktemp("of-old") / "sevenviews"
    shutil.copytree(CHART, chart)
    (chart / "values.yaml").write_text(git("show", f"{first}:{VALUES}"))
    return chart


@pytest.mark.parametrize("profile", ["default", "dev-ray"])
def test_the_values_of_the_oldest_chart_are_enough(of_old: Path, profile: str) -> None:
    found = [one for one in yaml.safe_load_all(template(of_old, *PROFILES[profile])) if one]
    now = [one for one in yaml.safe_load_all(template(CHART, *RENDERED[profile])) if one]

    def names(objects: list[dict[str, dict[str, str]]]) -> set[tuple[str, str]]:
        return {(str(one["kind"]), one["metadata"]["name"]) for one in objects}

    # It had a volume for refreshes by default.
    assert names(found) >= names(now)
