"""A stream of searches from inside the cluster, and what became of those within a period."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.kubernetes import Kubernetes, eventually

_PROGRAM = Path(__file__).with_name("searcher.py")


@dataclass(frozen=True, slots=True)
class Search:
    """One search: when it ended, how long it took, what went wrong (empty: nothing), and who answered."""

    time: float
    seconds: float
    error: str
    release: str
    model: str


@dataclass(slots=True)
class Period:
    """The searches between two moments; filled when the period ends."""

    searches: list[Search]

    @property
    def failures(self) -> list[Search]:
        return [search for search in self.searches if search.error]


class SearchStream:
    """The pod `searcher`, which searches until it is deleted.

    Args:
        kubernetes: the namespace.
        image: of the gateway, which has the client.
        address: of the gateway, within the cluster.
        query: a PNG.
        threads: searches under way at a time.
    """

    def __init__(
        self,
        kubernetes: Kubernetes,
        image: str,
        address: str,
        query: Path,
        threads: int = 3,
        name: str = "searcher",
    ) -> None:
        self._kubernetes = kubernetes
        self._image = image
        self._arguments = [address, "/searcher/query.png", str(threads)]
        self._query = query
        self._name = name

    def start(self) -> None:
        """Return when the first search was answered."""
        self.stop()
        files = [f"--from-file=searcher.py={_PROGRAM}", f"--from-file=query.png={self._query}"]
        self._kubernetes.kubectl("create", "configmap", self._name, *files)
        manifest = json.dumps({"apiVersion": "v1", "spec": self._spec()})
        self._kubernetes.kubectl(
            "run", self._name, f"--image={self._image}", "--restart=Never", f"--overrides={manifest}"
        )
        self._until_more(0, 120)

    def stop(self) -> None:
        self._kubernetes.kubectl("delete", "pod", self._name, "--ignore-not-found", "--now")
        self._kubernetes.kubectl("delete", "configmap", self._name, "--ignore-not-found")

    @contextlib.contextmanager
    def period(self, more: int = 30) -> Iterator[Period]:
        """Whatever ends while the block runs, and some searches more: by then what it did has had its effect."""
        before = len(self._searches())
        period = Period([])
        yield period
        after = len(self._searches())
        period.searches = self._until_more(after + more - 1, 120)[before:]

    def _until_more(self, number: int, seconds: float) -> list[Search]:
        def look() -> list[Search] | None:
            searches = self._searches()
            return searches if len(searches) > number else None

        return eventually(look, seconds, f"more than {number} searches by the pod {self._name}")

    def _searches(self) -> list[Search]:
        logs = self._kubernetes.run("kubectl", "logs", self._name, check=False).stdout
        return [Search(**json.loads(line)) for line in logs.splitlines() if line.startswith("{")]

    def _spec(self) -> dict[str, object]:
        container = {
            "name": self._name,
            "image": self._image,
            "imagePullPolicy": "IfNotPresent",
            "command": ["python", "/searcher/searcher.py", *self._arguments],
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
            "volumeMounts": [{"name": "searcher", "mountPath": "/searcher"}],
        }
        return {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 1,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container],
            "volumes": [{"name": "searcher", "configMap": {"name": self._name}}],
        }


@contextlib.contextmanager
def no_search_fails(stream: SearchStream) -> Iterator[Period]:
    """Everything that ends during the block, or soon after, is answered."""
    with stream.period() as period:
        yield period
    assert len(period.searches) >= 30
    assert period.failures == []
    print(
        f"{len(period.searches)} searches, slowest {max(search.seconds for search in period.searches):.2f} s"
    )
