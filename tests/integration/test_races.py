"""Two gateways that write at once, over one Milvus server and one PostgreSQL.

    SEVENVIEWS_TEST_RACES=85 pytest tests/integration/test_races.py

makes 85 races of 120 steps, 10,200 in all, with a reconciliation after each.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine
from sevenviews.vectors.milvus_index import MilvusIndex
from tests.contract.milvus_server import empty_milvus
from tests.contract.postgresql_server import new_database
from tests.fakes.house import running_house
from tests.races import race

RACES = int(os.environ.get("SEVENVIEWS_TEST_RACES", "3"))
STEPS = 20


@pytest.mark.slow
async def test_nothing_acknowledged_is_lost_and_nothing_is_half(
    tmp_path: Path, milvus_url: str, postgresql_url: str
) -> None:
    empty_milvus(milvus_url)
    index, database_url = MilvusIndex(milvus_url), new_database(postgresql_url)
    with running_house(tmp_path / "house", index, database_url) as house:
        engine = open_engine(database_url, 30)
        for seed in range(RACES):
            await race(house, SqlPatentTable(engine), STEPS, seed, 1.0)
        engine.dispose()
    index.close()
    empty_milvus(milvus_url)
