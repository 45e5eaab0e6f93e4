"""`sevenviews cluster` and `sevenviews lab patentnet cluster`, the former against services on real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import grpc
import numpy as np
import pytest
from grpc_status import rpc_status
from typer.testing import CliRunner, Result

from sevenviews.cli.__main__ import app
from sevenviews.designs import Patent, Reason, SevenviewsError, View
from sevenviews.internal.v1 import vectors_pb2, vectors_pb2_grpc
from sevenviews.runtime.patent_wire import patent_to_wire
from sevenviews.runtime.status import to_rpc_status
from sevenviews.runtime.wire import view_to_wire
from sevenviews.v1 import catalog_pb2, catalog_pb2_grpc, common_pb2, search_pb2, search_pb2_grpc

FAMILIES, EACH = 3, 6
IDS = [f"D{family}{member}" for member in range(EACH) for family in range(FAMILIES)]


def vector(identifier: str, view: View) -> list[float]:
    """A family's drawings of a view lie near each other."""
    own = np.random.default_rng(hash((int(identifier[1]), list(View).index(view))) % 2**31)
    noise = np.random.default_rng(int(identifier[1:]) * 31 + list(View).index(view))
    mixed = own.standard_normal(12) + 0.1 * noise.standard_normal(12)
    return [float(x) for x in mixed / np.linalg.norm(mixed)]


@dataclass
class Services(
    search_pb2_grpc.SearchServiceServicer,
    catalog_pb2_grpc.CatalogServiceServicer,
    vectors_pb2_grpc.VectorServiceServicer,
):
    """A gateway that finds everything, two a page at least, and a vector service; both remember their requests."""

    requests: list[Any] = field(default_factory=list)
    vectors_fail: bool = False

    def SearchDesigns(self, request: search_pb2.SearchDesignsRequest, context: Any) -> Any:  # noqa: N802
        self.requests.append(request)
        start = int(request.page_token or 0)
        end = min(start + min(request.page_size, 5), len(IDS))
        return search_pb2.SearchDesignsResponse(
            hits=[
                search_pb2.PatentHit(
                    patent_id=name, patent=patent_to_wire(Patent(name, title=f"Chair {name}"))
                )
                for name in IDS[start:end]
            ],
            next_page_token=str(end) if end < len(IDS) else "",
            release=common_pb2.ReleaseReference(release_id="r1", model_version="m1"),
        )

    def ListCatalogPatents(self, request: catalog_pb2.ListCatalogPatentsRequest, context: Any) -> Any:  # noqa: N802
        self.requests.append(request)
        start = int(request.page_token or 0)
        end = min(start + 7, len(IDS))
        return catalog_pb2.ListCatalogPatentsResponse(
            patents=[patent_to_wire(Patent(name, title=f"Chair {name}")) for name in IDS[start:end]],
            next_page_token=str(end) if end < len(IDS) else "",
            total_size=len(IDS),
        )

    def ListVectors(self, request: vectors_pb2.ListVectorsRequest, context: Any) -> Iterator[Any]:  # noqa: N802
        self.requests.append(request)
        if self.vectors_fail:
            context.abort_with_status(
                rpc_status.to_status(
                    to_rpc_status(SevenviewsError(Reason.RELEASE_NOT_FOUND, "there is no release r9"))
                )
            )
        for name in request.patent_ids:
            shown = (View.FRONT, View.LEFT, View.TOP)[: 2 + int(name[2]) % 2]
            yield vectors_pb2.ListVectorsResponse(
                vectors=[
                    vectors_pb2.StoredVector(
                        drawing_id=f"{name}-{view.value}",
                        patent_id=name,
                        view=view_to_wire(view),
                        embedding=common_pb2.Embedding(values=vector(name, view)),
                    )
                    for view in shown
                ]
            )


@pytest.fixture
def services() -> Iterator[tuple[Services, str]]:
    served = Services()  # type: ignore[abstract]  # what the command does not call answers UNIMPLEMENTED
    server = grpc.server(ThreadPoolExecutor(2))
    search_pb2_grpc.add_SearchServiceServicer_to_server(served, server)
    catalog_pb2_grpc.add_CatalogServiceServicer_to_server(served, server)
    vectors_pb2_grpc.add_VectorServiceServicer_to_server(served, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield served, f"127.0.0.1:{port}"
    server.stop(None).wait()


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_locarno_class_in_families(services: tuple[Services, str]) -> None:
    served, address = services
    done = run(
        "cluster",
        "--locarno",
        "06-01",
        "--families",
        "3",
        "--server",
        address,
        "--vectors",
        address,
        "--json",
    )
    assert done.exit_code == 0, done.output
    families = json.loads(done.stdout)
    assert sorted(sorted(family["members"]) for family in families) == [
        [f"D{number}{member}" for member in range(EACH)] for number in range(FAMILIES)
    ]
    for family in families:
        assert family["representative"] == family["members"][0]
        assert family["title"] == f"Chair {family['representative']}"
        assert 0.5 < family["cohesion"] <= 1
    listed = [one for one in served.requests if isinstance(one, catalog_pb2.ListCatalogPatentsRequest)]
    assert len(listed) == 3
    assert listed[0].filter.locarno_any[0].class_number == 6
    asked = [one for one in served.requests if isinstance(one, vectors_pb2.ListVectorsRequest)]
    assert [list(one.patent_ids) for one in asked] == [IDS]
    assert all(one.include_embeddings for one in asked)


def test_a_search_result_in_families_up_to_a_limit(services: tuple[Services, str], tmp_path: Path) -> None:
    _, address = services
    drawing = np.full((64, 64), 255, np.uint8)
    cv2.rectangle(drawing, (10, 10), (50, 50), 0, 2)
    cv2.imwrite(str(tmp_path / "query.png"), drawing)
    done = run(
        "cluster", tmp_path / "query.png", "--whole", "--limit", "12", "--families", "3",
        "--server", address, "--vectors", address,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "12 designs in 3 families" in done.output


def test_what_cannot_be_grouped_is_said(services: tuple[Services, str], tmp_path: Path) -> None:
    served, address = services
    assert run("cluster").exit_code == 2
    nothing_runs = run("cluster", "--locarno", "06", "--data", tmp_path)
    assert nothing_runs.exit_code == 2
    assert "nothing runs on" in nothing_runs.output.replace("\n", " ")
    too_many = run(
        "cluster", "--locarno", "06", "--families", "40", "--server", address, "--vectors", address
    )
    assert too_many.exit_code == 2
    assert "40 clusters cannot be found in 18 samples" in too_many.output.replace("\n", " ")
    served.vectors_fail = True
    failed = run("cluster", "--locarno", "06", "--server", address, "--vectors", address)
    assert failed.exit_code == 1
    assert "RELEASE_NOT_FOUND" in failed.output


def test_the_experiment_of_patentnet_as_a_command(tmp_path: Path) -> None:
    out = tmp_path / "report"
    done = run(
        "lab", "patentnet", "cluster", "--out", out, "--model", "raw", "--runs", "1",
        "--per-kind", "2", "--workers", "1", "--drawings", tmp_path / "chairs", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    results = {row["name"]: row["ours"] for row in json.loads(done.stdout)["rows"]}
    assert len(results) == 12
    assert results["SC(1)"]["scores"]["mean"]["accuracy"] > 0.3
    assert "view 5 is seen by" in results["DAIMC"]["problem"]
    assert (out / "report.md").read_text().startswith("# Clustering of incomplete views")
    assert (tmp_path / "chairs" / "index.csv").is_file()
    assert run("lab", "patentnet", "cluster", "--out", out, "--corpus", tmp_path / "none").exit_code == 1
