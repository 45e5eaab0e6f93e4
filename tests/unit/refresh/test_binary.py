"""A binary release: how it is asked for, and what verifies it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from sevenviews.refresh.config import IndexConfig, RefreshConfig
from sevenviews.refresh.services import Addresses, Services
from sevenviews.refresh.verifying import agreement
from sevenviews.v1 import vectors_pb2
from sevenviews.vectors.binary import signs


def test_the_metric_is_read_and_by_default_the_inner_product(tmp_path: Path) -> None:
    file = tmp_path / "index.yaml"
    file.write_text("index: {metric: hamming}\n")
    assert RefreshConfig.load(file).index == IndexConfig(metric="hamming")
    assert RefreshConfig().index.metric == "ip"
    file.write_text("index: {metric: euclidean}\n")
    with pytest.raises(ValidationError, match="metric"):
        RefreshConfig.load(file)


def test_the_vector_service_is_told_the_metric(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services(Addresses("a:1", "b:2", "c:3", ""), 0)
    told: list[vectors_pb2.CreateReleaseRequest] = []

    def answer(service: str, _method: object, request: vectors_pb2.CreateReleaseRequest) -> object:
        told.append(request)
        return vectors_pb2.CreateReleaseResponse(release=vectors_pb2.Release(metric=request.metric))

    monkeypatch.setattr(services, "_call", answer)
    index = vectors_pb2.IndexParameters(m=16)
    assert services.create_release("r", "m", 64, index, "HAMMING").metric == "HAMMING"
    assert services.create_release("r", "m", 64, index).metric == "IP"
    assert [one.dimension for one in told] == [64, 64]
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
