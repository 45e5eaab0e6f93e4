"""Two gateways that write at once, over one Milvus server and one PostgreSQL.

    SEVENVIEWS_TEST_RACES=85 pytest tests/integration/test_races.py

makes 85 races of 120 steps, 10,200 in all, with a reconciliation after each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine
from sevenviews.vectors.milvus_index import MilvusIndex
from tests.contract.milvus_server import empty_milvus
from tests.contract.postgresql_server import new_database
from tests.fakes.house import House, running_house
from tests.races import race

RACES = int(os.environ.get("SEVENVIEWS_TEST_RACES", "3"))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, milvus_url: str, postgresql_url: str) -> Iterator[House]:
    empty_milvus(milvus_url)
    index = MilvusIndex(milvus_url)
    with running_house(tmp_path_factory.mktemp("house"), index, new_database(postgresql_url)) as running:
        yield running
    index.close()
    empty_milvus(milvus_url)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(RACES))
async def test_nothing_acknowledged_is_lost_and_nothing_is_half(house: House, seed: int) -> None:
    engine = open_engine(house.database_url, 30)
    await race(house, SqlPatentTable(engine), 20, seed, 1.0)
    engine.dispose()
