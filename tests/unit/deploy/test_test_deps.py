"""deploy/dev/test-deps.sh installs by apt and go what is not there, and names what it cannot install."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

SERVERS = ("initdb", "pgbouncer", "promtool", "chromium")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """All that is on the PATH: programs that write down how they were called."""
    folder = tmp_path / "path"
    folder.mkdir()
    return folder


def _add(path: Path, *names: str) -> None:
    for name in names:
        program = path / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>"{path.parent}/calls"\n')
        program.chmod(0o755)


def _run(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "deploy" / "dev" / "test-deps.sh"],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_where_everything_is_there_nothing_is_done(path: Path) -> None:
    _add(path, *SERVERS, "redis-server", "helm", "kubeconform", "apt-get", "sudo")
    done = _run(path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (path.parent / "calls").exists()


def test_without_apt_and_go_it_names_what_to_install(path: Path) -> None:
    _add(path, "initdb")
    done = _run(path)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "sevenviews: install by hand what is not here, or let its tests be skipped: "
        "redis-server pgbouncer prometheus chromium helm-3.19 kubeconform-0.8"
    ]


def test_apt_installs_the_servers_and_go_the_tools_of_the_chart(path: Path) -> None:
    _add(path, *SERVERS, "sudo", "go")
    (path / "apt-get").symlink_to(path / "sudo")
    (path / "id").write_text("#!/bin/sh\necho 1000\n")
    (path / "id").chmod(0o755)
    assert _run(path).returncode == 0
    calls = (path.parent / "calls").read_text().splitlines()
    assert calls == [
        "sudo apt-get update -qq",
        "sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server",
        "go env GOPATH",
        "go install helm.sh/helm/v3/cmd/helm@v3.19.0",
        "go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0",
    ]
