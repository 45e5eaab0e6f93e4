"""How many patents a listing has: counted up to a bound, estimated beyond it, by SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Engine, event, text

from sevenviews.designs import DateRange, LocarnoClass, PatentFilter, UnknownDates
from sevenviews.metadata.migrate import migrate
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine, open_objects
from tests.contract.postgresql_server import new_database
from tests.unit.metadata.samples import put

COUNTED = 5
PATENTS = 40


@dataclass(frozen=True, slots=True)
class Stored:
    """A catalogue of 40 patents, three of which are of Locarno class 26, in a database."""

    engine: Engine
    catalogue: PatentCatalogue


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'patents.sqlite'}"
    else:
        url = new_database(request.getfixturevalue("postgresql_url"))
    engine = open_engine(url, 5)
    migrate(engine)
    catalogue = PatentCatalogue(SqlPatentTable(engine, COUNTED), open_objects(f"file://{folder}", 5), 0)
    for number in range(PATENTS):
        put(catalogue, number, drawings=1, locarno=(LocarnoClass(26 if number < 3 else 6, 1),), office="US")
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    yield Stored(engine, catalogue)
    engine.dispose()


def total_size(stored: Stored, patent_filter: PatentFilter) -> int:
    return stored.catalogue.list(patent_filter, 2, "", include_staged=False).total_size


def test_few_are_counted(stored: Stored) -> None:
    assert total_size(stored, PatentFilter(locarno_any=(LocarnoClass(26),))) == 3
    assert total_size(stored, PatentFilter(offices=("EM",))) == 0


@pytest.mark.parametrize(
    "patent_filter",
    [
        PatentFilter(),
        PatentFilter(locarno_any=(LocarnoClass(6, 1), LocarnoClass(7)), locarno_none=(LocarnoClass(26),)),
        PatentFilter(publication_date=DateRange(date(2020, 1, 1)), unknown_dates=UnknownDates.INCLUDE),
        PatentFilter(offices=("US", "100 %", "%s", "it's")),
        PatentFilter(exclude_patent_ids=("USD0000001",), none_of=(PatentFilter(holders=("%(name)s",)),)),
    ],
)
def test_many_are_estimated(stored: Stored, patent_filter: PatentFilter) -> None:
    estimate = total_size(stored, patent_filter)
    if stored.engine.dialect.name == "sqlite":
        assert estimate == COUNTED + 1
    else:
        assert COUNTED < estimate <= PATENTS
        assert patent_filter != PatentFilter() or estimate == PATENTS


def test_no_page_counts_all_and_only_the_first_one_counts(stored: Stored) -> None:
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement.lower())

    event.listen(stored.engine, "before_cursor_execute", note)
    try:
        first = stored.catalogue.list(PatentFilter(), 2, "", include_staged=False)
        counts = [one for one in statements if "count(" in one]
        assert len(counts) == 1
        assert "limit" in counts[0]
        statements.clear()
        second = stored.catalogue.list(PatentFilter(), 2, first.next_page_token, include_staged=False)
        assert second.total_size == first.total_size
        assert [one for one in statements if "count(" in one or "explain" in one] == []
    finally:
        event.remove(stored.engine, "before_cursor_execute", note)
