"""The measurement of Milvus leaves nothing behind, and counts what an entry's code takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sevenviews.cli.lab.milvus_cost import milvus_cost
from sevenviews.vectors.milvus_index import MilvusIndex
from sevenviews.vectors.releases import Metric


@pytest.mark.parametrize(("metric", "bytes_each"), [(Metric.IP, 64), (Metric.HAMMING, 2)])
def test_a_release_is_made_timed_and_dropped(tmp_path: Path, metric: Metric, bytes_each: int) -> None:
    vectors = np.random.default_rng(0).standard_normal((6, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    url = f"milvus-lite:{tmp_path}"
    cost = milvus_cost(url, vectors[:4], vectors, metric, entries=30)
    assert (cost.gallery, cost.bytes_each) == (30, bytes_each)
    assert cost.milliseconds > 0
    index = MilvusIndex(url)
    assert index.releases(30.0) == ()
    index.close()
