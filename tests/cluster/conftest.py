"""An installation on the cluster that KUBECONFIG names, made once by the documented steps, and taken away at the end.

SEVENVIEWS_CLUSTER_KEEP=1 leaves it, and the next run takes it as it finds it. SEVENVIEWS_CLUSTER_PREVIOUS names a
checkout of an earlier commit, whose images the nodes have under the tag `previous`: before all else its chart is
installed, and upgraded to this checkout's.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cluster.kubernetes import Kubernetes, eventually
from tests.cluster.stream import SearchStream
from tests.cluster.walkthrough import steps

ROOT = Path(__file__).resolve().parents[2]
RELEASE = "sevenviews"
NAMESPACE = "sevenviews-test"
SERVICES = ("gateway", "vectors", "metadata", "embedding")
TAG = os.environ.get("SEVENVIEWS_CLUSTER_TAG", "dev")
PREVIOUS_TAG = os.environ.get("SEVENVIEWS_CLUSTER_PREVIOUS_TAG", "previous")
PREVIOUS = os.environ.get("SEVENVIEWS_CLUSTER_PREVIOUS", "")
KEEP = bool(os.environ.get("SEVENVIEWS_CLUSTER_KEEP"))


@dataclass(slots=True)
class Installation:
    """The release under test.

    Attributes:
        kubernetes: its namespace.
        folder: where the corpus lies that was imported.
        output: what the last of the documented steps printed.
        seconds: how long each of them took.
    """

    kubernetes: Kubernetes
    folder: Path
    output: str = ""
    seconds: list[float] = field(default_factory=list)

    @property
    def query(self) -> Path:
        """A drawing that was held out."""
        return min((self.folder / "corpus" / "queries").glob("*.png"))

    def stream(self, threads: int = 3, name: str = "searcher") -> SearchStream:
        """Searches by a client that balances over all gateways."""
        address = f"dns:///{RELEASE}-gateway-headless:50051"
        image = f"localhost/sevenviews-gateway:{TAG}"
        return SearchStream(self.kubernetes, image, address, self.query, threads, name)

    def upgrade(
        self, *settings: str, objects: Mapping[str, object] | None = None, seconds: float = 600
    ) -> None:
        """`helm upgrade` that keeps what was set before; returns when the new pods are ready, the old ones gone.

        Args:
            settings: KEY=VALUE.
            objects: values that are more than a word.
            seconds: to wait at the most.
        """
        values = [f"--set={setting}" for setting in settings]
        values += [f"--set-json={key}={json.dumps(value)}" for key, value in (objects or {}).items()]
        chart = str(ROOT / "helm" / "sevenviews")
        wait = ("--wait", f"--timeout={seconds:.0f}s")
        self.kubernetes.helm(
            "upgrade", RELEASE, chart, "--reset-then-reuse-values", *values, *wait, seconds=seconds + 60
        )
        self.until_settled()

    def rollback(self) -> None:
        """To the revision before; returns as `upgrade` does."""
        self.kubernetes.helm("rollback", RELEASE, "--wait", "--timeout", "10m")
        self.until_settled()

    def until_settled(self) -> None:
        for item in self.kubernetes.get("deployments")["items"]:
            self.kubernetes.until_settled(item["metadata"]["name"])

    def revision(self) -> int:
        """Of the release, as Helm counts."""
        return len(self.kubernetes.helm("history", RELEASE).splitlines()) - 1


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubernetes]:
    """The cluster, in a namespace of its own; skipped where there is none."""
    given = os.environ.get("KUBECONFIG")
    if not given:
        pytest.skip("KUBECONFIG names no cluster")
    if missing := [program for program in ("kubectl", "helm", "grpcurl") if shutil.which(program) is None]:
        pytest.skip(f"not on PATH: {', '.join(missing)}")
    kubeconfig = tmp_path_factory.mktemp("cluster") / "kubeconfig"
    shutil.copy(given, kubeconfig)
    cluster = Kubernetes(kubeconfig, NAMESPACE)
    cluster.kubectl("config", "set-context", "--current", f"--namespace={NAMESPACE}")
    if cluster.run("kubectl", "get", "namespace", NAMESPACE, check=False).returncode != 0:
        cluster.kubectl("create", "namespace", NAMESPACE)
        # Kubernetes' strictest profile: it refuses every pod that might run as root.
        enforce = "pod-security.kubernetes.io/enforce=restricted"
        cluster.kubectl("label", "namespace", NAMESPACE, enforce)
    yield cluster
    if not KEEP:
        cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=180s", seconds=200)


@pytest.fixture(scope="session")
def installation(kubernetes: Kubernetes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """By the commands of deploy/README.md."""
    folder = Path(os.environ.get("SEVENVIEWS_CLUSTER_KEEP") or tmp_path_factory.mktemp("walkthrough"))
    installed = Installation(kubernetes, folder)
    if kubernetes.run("helm", "status", RELEASE, check=False).returncode != 0:
        walk(installed, ROOT)
    yield installed
    if not KEEP:
        kubernetes.run("helm", "uninstall", RELEASE, "--wait", check=False, seconds=300)


@pytest.fixture(scope="module")
def earlier(
    kubernetes: Kubernetes, previous_tag: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The chart and the images of an earlier commit, with two replicas of everything; away before others begin."""
    if not PREVIOUS:
        pytest.skip("SEVENVIEWS_CLUSTER_PREVIOUS names no checkout of an earlier commit")
    if kubernetes.run("helm", "status", RELEASE, check=False).returncode == 0:
        pytest.skip("the installation was there before")
    installed = Installation(kubernetes, tmp_path_factory.mktemp("earlier"))
    pairs = [f"{service}.replicas=2" for service in SERVICES]
    try:
        walk(installed, Path(PREVIOUS), f"image.tag={previous_tag}", *pairs)
        yield installed
    finally:
        kubernetes.run("helm", "uninstall", RELEASE, "--wait", "--timeout", "5m", check=False, seconds=320)
        eventually(lambda: not kubernetes.pods(), 120, "the earlier release's pods are gone")


@pytest.fixture(scope="session")
def pairs(installation: Installation) -> Installation:
    """With two replicas of everything, so that one can go."""
    installation.upgrade(*(f"{service}.replicas=2" for service in SERVICES))
    return installation


@pytest.fixture(scope="module")
def stream(pairs: Installation) -> Iterator[SearchStream]:
    """Searches that go on through the whole module."""
    searches = pairs.stream()
    searches.start()
    yield searches
    searches.stop()


@pytest.fixture(scope="session")
def previous_tag(kubernetes: Kubernetes) -> str:
    """The tag of an earlier commit's images; skipped where the nodes have none."""
    require_images(kubernetes, [f"localhost/sevenviews-{service}:{PREVIOUS_TAG}" for service in SERVICES])
    return PREVIOUS_TAG


def require_images(kubernetes: Kubernetes, wanted: Sequence[str]) -> None:
    """Skip the test where no node has one of them."""
    nodes = kubernetes.get("nodes")["items"]
    names = {
        name for node in nodes for image in node["status"]["images"] for name in image.get("names") or ()
    }
    if missing := [name for name in wanted if name not in names]:
        pytest.skip(f"no node has {', '.join(missing)}")


def walk(installed: Installation, checkout: Path, *settings: str) -> None:
    """Run the documented steps in one shell, as from a checkout's root, with the corpus in a folder of its own.

    Args:
        installed: what is installed; told what was printed and how long it took.
        checkout: whose README and chart they are.
        settings: KEY=VALUE, given to `helm install` besides.
    """
    folder = installed.folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "helm").unlink(missing_ok=True)
    (folder / "helm").symlink_to(checkout / "helm")
    values = " ".join(f"--set={setting}" for setting in settings)
    commands = [
        "set -euo pipefail",
        'trap "kill \\$(jobs -p) 2>/dev/null || true" EXIT',
        f'helm() {{ if [ "$1" = install ]; then command helm "$@" {values}; else command helm "$@"; fi; }}',
        *(
            f'{step}\necho "step {number} $(date +%s.%N)" >&3'
            for number, step in enumerate(steps(checkout / "deploy" / "README.md"))
        ),
    ]
    script = folder / "steps.sh"
    script.write_text("\n".join(commands))
    environment = dict(installed.kubernetes.environment)
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    started = time.time()
    with (folder / "times").open("w+") as times:
        done = subprocess.run(
            ["bash", "-c", f"exec 3>{folder / 'times'}; source {script}"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
        ends = [float(line.split()[2]) for line in times.read().splitlines()]
    installed.seconds = [end - start for start, end in zip([started, *ends], ends, strict=False)]
    installed.output = done.stdout
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
