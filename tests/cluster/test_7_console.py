"""The web page, turned on: it is served, and shows designs that it asks the gateway for."""

from __future__ import annotations

import csv

from tests.cluster.conftest import RELEASE, Installation

_READ = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=30).read().decode())"


def test_the_page_shows_a_design_of_the_catalogue(installation: Installation) -> None:
    installation.upgrade("console.enabled=true")
    with (installation.query.parent / "index.csv").open(newline="") as file:
        patent_id = next(csv.DictReader(file))["patent_id"]

    def read(path: str) -> str:
        # From the console's own pod: policies let nobody of the others ask it.
        address = f"http://127.0.0.1:8080{path}"
        return installation.kubernetes.kubectl(
            "exec", f"deployment/{RELEASE}-console", "--", "python", "-c", _READ, address
        )

    assert "<form" in read("/")
    assert patent_id in read(f"/designs/{patent_id}")
    (pod, *_) = installation.kubernetes.ready_pods("console")
    assert pod.manifest["spec"]["automountServiceAccountToken"] is False
