"""A binary release: how it is asked for, and what verifies it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.backends.records import IndexParameters, Model
from sevenviews.internal.v1 import vectors_pb2, vectors_pb2_grpc
from sevenviews.refresh.config import IndexConfig, RefreshConfig
from sevenviews.refresh.verifying import agreement
from sevenviews.vectors.binary import signs
from tests.servers import ThreadedServer


def test_the_metric_is_read_and_by_default_the_inner_product(tmp_path: Path) -> None:
    file = tmp_path / "index.yaml"
    file.write_text("index: {metric: hamming}\n")
    assert RefreshConfig.load(file).index == IndexConfig(metric="hamming")
    assert RefreshConfig().index.metric == "ip"
    file.write_text("index: {metric: euclidean}\n")
    with pytest.raises(ValidationError, match="metric"):
        RefreshConfig.load(file)


class Vectors(vectors_pb2_grpc.VectorServiceServicer):
    """Says of a release what it was asked for."""

    async def CreateRelease(  # noqa: N802
        self, request: vectors_pb2.CreateReleaseRequest, _context: object
    ) -> vectors_pb2.CreateReleaseResponse:
        return vectors_pb2.CreateReleaseResponse(
            release=vectors_pb2.Release(metric=request.metric, dimension=request.dimension)
        )


def test_the_vector_service_is_told_the_metric() -> None:
    vectors: Any = Vectors()  # type: ignore[abstract]  # is asked for no other method
    with ThreadedServer(
        lambda server: vectors_pb2_grpc.add_VectorServiceServicer_to_server(vectors, server)
    ) as address:
        services = Services(Addresses("a:1", address, "c:3", ""), 0)
        index = IndexParameters(m=16)
        binary = services.create_release("r", Model("m", 64), index, "HAMMING")
        assert (binary.metric, binary.dimension) == ("HAMMING", 64)
        assert services.create_release("r", Model("m", 64), index).metric == "IP"
        services.close()


def test_signs_agree_with_their_vector_and_no_rounding_spoils_it() -> None:
    fresh = np.random.default_rng(0).normal(size=64).astype(np.float32)
    fresh[5] = 1e-6
    fresh /= np.linalg.norm(fresh)
    assert agreement(fresh, signs(fresh), "HAMMING") == pytest.approx(1)
    flipped = signs(fresh)
    flipped[5] *= -1
    assert agreement(fresh, flipped, "HAMMING") == pytest.approx(1)


def test_the_signs_of_another_drawing_do_not_agree() -> None:
    rows = np.random.default_rng(1).normal(size=(2, 64)).astype(np.float32)
    fresh, other = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert agreement(fresh, signs(other), "HAMMING") < 0.95
    assert agreement(fresh, other, "IP") == pytest.approx(float(fresh @ other))
