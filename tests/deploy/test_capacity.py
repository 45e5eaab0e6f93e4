"""The tables of capacity.md are what the arithmetic gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pytest

from sevenviews.bench.capacity import Index, Load, diskann_disk_bytes, index_bytes, plan
from tests.conftest import ROOT

PAGE = ROOT / "deploy" / "capacity.md"
SIZES = (1_000_000, 10_000_000, 60_000_000)
RATES = (10, 50, 200)


def gigabytes(count: float) -> str:
    scaled = count / 1e9
    return f"{scaled / 1000:.1f} TB" if scaled >= 1000 else f"{scaled:.3g} GB"


def millions(count: int) -> str:
    return f"{count // 1_000_000} million"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def by_size() -> str:
    plans = {size: plan(Load(size, 10)) for size in SIZES}
    return table(
        ["drawings", "query nodes, memory", "PostgreSQL", "object store", "first import"],
        [
            [
                millions(size),
                gigabytes(one.query_node_memory),
                gigabytes(one.postgresql_disk),
                gigabytes(one.object_store),
                f"{one.import_core_hours:.3g} core-hours",
            ]
            for size, one in plans.items()
        ],
    )


def by_index() -> str:
    return table(
        ["index", "bytes a vector", *(millions(size) for size in SIZES), "disk of 60 million"],
        [
            [
                index,
                f"{index_bytes(index, 10_000_000):,.0f}",
                *(gigabytes(plan(Load(size, 10, index=index)).query_node_memory) for size in SIZES),
                gigabytes(plan(Load(SIZES[-1], 10, index=index)).query_node_disk)
                if index is Index.DISKANN
                else "–",
            ]
            for index in Index
        ],
    )


def by_rate() -> str:
    return table(
        ["searches a second", "gateways", "embedding replicas", *(f"cores, {millions(n)}" for n in SIZES)],
        [
            [
                str(rate),
                str(plan(Load(1, rate)).gateways),
                str(plan(Load(1, rate)).embedding_replicas),
                *(str(plan(Load(size, rate)).query_node_cores) for size in SIZES),
            ]
            for rate in RATES
        ],
    )


TABLES: dict[str, Callable[[], str]] = {"by size": by_size, "by index": by_index, "by rate": by_rate}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_page_is_computed(name: str) -> None:
    expected = TABLES[name]()
    assert expected in PAGE.read_text(), f"capacity.md must have:\n{expected}"


def test_the_page_says_what_a_vector_takes_on_disk() -> None:
    assert f"{diskann_disk_bytes():,.0f} bytes" in PAGE.read_text()
