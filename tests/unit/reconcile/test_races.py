"""Two gateways that write at once, over the smallest parts; `tests/integration/test_races.py` has the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine
from tests.fakes.house import running_house
from tests.races import race


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_nothing_acknowledged_is_lost_and_nothing_is_half(tmp_path: Path, seed: int) -> None:
    with running_house(tmp_path / "house") as house:
        engine = open_engine(house.database_url, 30)
        await race(house, SqlPatentTable(engine), 20, seed, 0.03)
        engine.dispose()
