"""The arithmetic of capacity, by properties and by figures worked out by hand."""

from __future__ import annotations

import pytest

from sevenviews.bench.capacity import (
    Index,
    Load,
    diskann_disk_bytes,
    index_bytes,
    plan,
)


def test_a_million_drawings_by_hand() -> None:
    needed = plan(Load(drawings=1_000_000, searches=10))
    # 1e6 × 2 releases × (1,168.3 + 300) × 1.5
    assert needed.query_node_memory == pytest.approx(4.4049e9)
    assert needed.query_node_disk == 0
    # 1e6 × 854 × 1.5, and 1e6 × (30,365 + 2 × (1,024 + 300 + 1,168.3))
    assert needed.postgresql_disk == pytest.approx(1.281e9)
    assert needed.object_store == pytest.approx(35.3496e9)
    # 10 × 21.7 ms and 10 ÷ 25 need less than one; two so that one may be lost.
    assert (needed.embedding_replicas, needed.gateways) == (2, 2)
    # 21,700 seconds
    assert needed.import_core_hours == pytest.approx(6.0278, abs=1e-4)


def test_replicas_follow_the_searches() -> None:
    # 200 × 21.7 ms = 4.34 cores, at 60 % 7.2; 200 ÷ (25 × 0.6) = 13.3
    needed = plan(Load(drawings=1_000_000, searches=200))
    assert (needed.embedding_replicas, needed.gateways) == (8, 14)
    # 62 segments of 1 GB: 200 × 62 × 0.5 ms = 6.2 cores, at 60 % 10.3
    assert plan(Load(drawings=60_000_000, searches=200)).query_node_cores == 11


@pytest.mark.parametrize("index", Index)
def test_memory_grows_with_drawings_releases_and_copies(index: Index) -> None:
    def memory(drawings: int, releases: int, copies: int) -> float:
        return plan(Load(drawings, 1, releases, copies, index)).query_node_memory

    one = memory(10_000_000, 1, 1)
    assert memory(10_000_000, 2, 1) == memory(10_000_000, 1, 2) == pytest.approx(2 * one)
    # Not quite in proportion: of fewer vectors IVF has relatively more lists.
    assert memory(20_000_000, 1, 1) == pytest.approx(2 * one, rel=0.01)


def test_what_each_index_takes() -> None:
    millions = 10_000_000
    assert index_bytes(Index.HNSW, millions) > 1024  # it holds the vector itself, and its edges
    assert index_bytes(Index.HNSW, millions) == pytest.approx(1024 + 4 * 2 * 16, rel=0.02)
    assert index_bytes(Index.IVF_SQ8, millions) == pytest.approx(265.3, abs=0.05)
    assert index_bytes(Index.DISKANN, millions) == pytest.approx(230.4)
    # 1,024 + 4 + 224 = 1,252 bytes a node: three in a sector.
    assert diskann_disk_bytes() == pytest.approx(4096 / 3)


def test_disk_is_for_diskann_alone() -> None:
    assert plan(Load(3_000_000, 1, 2, 1, Index.DISKANN)).query_node_disk == pytest.approx(8.192e9)
    assert plan(Load(3_000_000, 1, 2, 1, Index.IVF_SQ8)).query_node_disk == 0


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"drawings": 0, "searches": 1}, "drawings"),
        ({"drawings": 1, "searches": 0}, "searches"),
        ({"drawings": 1, "searches": float("nan")}, "searches"),
        ({"drawings": 1, "searches": 1, "releases": 0}, "releases"),
        ({"drawings": 1, "searches": 1, "copies": 0}, "copies"),
    ],
)
def test_an_impossible_load_is_refused_by_name(fields: dict[str, float], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named} is "):
        Load(**fields)  # type: ignore[arg-type]
