"""The databases themselves: migrations, outages, room, and what several replicas do to each other."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, event, inspect, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from sevenviews.backends.records import PatentGeneration
from sevenviews.designs import (
    Drawing,
    OrderField,
    Party,
    Patent,
    PatentFilter,
    PatentOrder,
    Reason,
    SevenviewsError,
    View,
)
from sevenviews.internal.v1 import patents_pb2
from sevenviews.metadata.documents import to_document
from sevenviews.metadata.migrate import ADVISORY_LOCK, migrate
from sevenviews.metadata.ordering import parts_behind
from sevenviews.metadata.patent_table import Place, Versions
from sevenviews.metadata.schema import metadata, patents
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine, open_objects
from tests.contract.postgresql_server import new_database, running_postgresql
from tests.patience import ends
from tests.unit.metadata.samples import patent, publish_one, put


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database before its first migration."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'patents.sqlite'}"
    else:
        url = new_database(request.getfixturevalue("postgresql_url"))
    engine = open_engine(url, 5)
    yield engine
    engine.dispose()


def differences(engine: Engine) -> list[object]:
    """Between the schema in the code and that in the database."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [one for one in compare_metadata(context, metadata) if one[0] != "remove_table"]


def at_once(count: int, work: Callable[[], object]) -> list[Exception]:
    """What fails when several do the same thing."""
    failures: list[Exception] = []
    barrier = threading.Barrier(count)

    def attempt() -> None:
        barrier.wait()
        try:
            work()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def test_the_migrations_make_the_schema(empty: Engine) -> None:
    assert differences(empty) != []
    migrate(empty)
    assert differences(empty) == []
    migrate(empty)
    assert differences(empty) == []


def test_replicas_migrate_at_once(empty: Engine) -> None:
    assert at_once(4, lambda: migrate(open_engine(empty.url.render_as_string(hide_password=False), 10))) == []
    assert differences(empty) == []


def test_a_migration_that_is_cut_off_leaves_nothing_behind(empty: Engine) -> None:
    def cut_off(_: object, __: object, statement: str, *___: object) -> None:
        if "CREATE TABLE drawings" in statement:
            raise ConnectionAbortedError

    event.listen(empty, "before_cursor_execute", cut_off)
    with pytest.raises(ConnectionAbortedError):
        migrate(empty)
    event.remove(empty, "before_cursor_execute", cut_off)
    assert not inspect(empty).has_table("patents")
    migrate(empty)
    assert differences(empty) == []


def test_a_migration_may_take_longer_than_a_request(postgresql_url: str) -> None:
    url = new_database(postgresql_url)
    engine = open_engine(url, timeout_seconds=0.5)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        thread = threading.Thread(target=migrate, args=(engine,))
        thread.start()
        until(
            lambda: other.execute(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ).fetchone()
        )
        thread.join(1.5)  # three times as long as any request may wait
        assert thread.is_alive()
        other.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
        thread.join()
    # Requests are held to their time again.
    with engine.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "500ms"
    engine.dispose()
    patient = open_engine(url, timeout_seconds=60)
    assert differences(patient) == []
    patient.dispose()


def catalogue_of(engine: Engine, folder: Path) -> PatentCatalogue:
    return PatentCatalogue(SqlPatentTable(engine), open_objects(f"file://{folder}", 3), orphan_seconds=0)


def titles(catalogue: PatentCatalogue, patent_id: str) -> list[str]:
    return [one.patent.title for one in catalogue.batch_get([patent_id])[0]]


def test_a_stopped_database_is_unavailable_and_then_back(tmp_path: Path) -> None:
    with running_postgresql() as server:
        engine = open_engine(server.url, 3)
        migrate(engine)
        catalogue = catalogue_of(engine, tmp_path)
        put(catalogue, 1, title="Chair")
        server.stop()
        with pytest.raises(SevenviewsError) as caught:
            ends(lambda: titles(catalogue, "USD0000001"))
        assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE
        assert caught.value.metadata == {"service": "database"}
        server.start()
        assert titles(catalogue, "USD0000001") == ["Chair"]
        engine.dispose()


def test_a_full_database_is_said_to_be_full(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'patents.sqlite'}", 3)
    migrate(engine)
    catalogue = catalogue_of(engine, tmp_path / "drawings")
    put(catalogue, 1, title="Chair")

    @event.listens_for(engine, "checkout")
    def allow_no_more_pages(connection: DBAPIConnection, *_: object) -> None:
        connection.cursor().execute("PRAGMA max_page_count = 1")

    with pytest.raises(SevenviewsError) as caught:
        put(catalogue, 2, claim="x" * 100_000)
    assert caught.value.reason is Reason.STORAGE_FULL
    assert caught.value.metadata == {"store": "database"}
    assert titles(catalogue, "USD0000001") == ["Chair"]
    assert titles(catalogue, "USD0000002") == []


@pytest.mark.parametrize("writing", ["stage", "publish"])
def test_a_patent_deleted_while_it_is_written(postgresql_url: str, tmp_path: Path, writing: str) -> None:
    """The writer either comes first, or finds the patent gone; it never fails on what is left of it."""
    url = new_database(postgresql_url)
    engine = open_engine(url, 5)
    migrate(engine)
    catalogue = catalogue_of(engine, tmp_path)
    generation = put(catalogue, 1, publish=False, title="Chair")
    replacement = patent(1, title="Table")
    outcome: list[object] = []

    def write() -> None:
        try:
            if writing == "stage":
                outcome.append(catalogue.put(*replacement, replace_existing=True).changed)
            else:
                publish_one(catalogue, "USD0000001", generation)
        except SevenviewsError as error:
            outcome.append(error.reason)

    with psycopg.connect(url) as other:
        other.execute("UPDATE patents SET generation = 2, staged_digest = NULL, staged_document = NULL")
        thread = threading.Thread(target=write)
        thread.start()
        with psycopg.connect(url, autocommit=True) as watcher:
            until(lambda: watcher.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone())
        other.commit()
        thread.join()
    assert outcome == [True if writing == "stage" else Reason.PATENT_GENERATION_STALE]
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://x/y", "oracle://x"])
def test_an_unknown_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="database URL"):
        open_engine(url, 5)


def test_patents_of_before_can_be_filtered_by_what_is_new(empty: Engine) -> None:
    inventors = "x" * 600, "Jane  Doe"
    made = Patent("a", kind="S1", uspc=("D14/486",), inventors=tuple(map(Party, inventors)))
    migrate(empty, "0003")
    with empty.begin() as connection:
        insert = text(
            "INSERT INTO patents (patent_id, generation, published_generation, office, published_document) "
            "VALUES (:id, 1, 1, '', :document)"
        )
        for id_, document in {"a": to_document(made), "b": "{}", "c": None}.items():
            connection.execute(insert, {"id": id_, "document": document})
    migrate(empty)
    table = SqlPatentTable(empty)
    for wanted in (
        PatentFilter(kinds=("S1",)),
        PatentFilter(uspc=("D14",)),
        PatentFilter(uspc=("D14/486",)),
        PatentFilter(inventors=("jane doe",)),
    ):
        found = table.page(wanted, None, 10, include_staged=False)
        assert [one.patent.patent_id for one in found] == ["a"]


def test_names_of_before_are_compared_as_those_of_today(empty: Engine) -> None:
    made = Patent(
        "a", assignees=(Party("Nikon Corp."), Party("株式会社ニコン")), inventors=(Party("J. R. Müller"),)
    )
    applied = Patent("b", applicants=(Party("Nike, Inc."),), inventors=(Party("Jane Doe"),))
    migrate(empty, "0004")
    with empty.begin() as connection:
        for one in (made, applied):
            connection.execute(
                text(
                    "INSERT INTO patents (patent_id, generation, published_generation, office, kind, "
                    "published_document) VALUES (:id, 1, 1, '', '', :document)"
                ),
                {"id": one.patent_id, "document": to_document(one)},
            )
            for name in one.holders:
                values = {"id": one.patent_id, "name": name.casefold()}
                connection.execute(text("INSERT INTO patent_holders VALUES (:id, :name)"), values)
    migrate(empty)
    table = SqlPatentTable(empty)
    asked = (
        PatentFilter(holders=("NIKON CO., LTD.",)),
        PatentFilter(holders=("(株)ニコン",)),
        PatentFilter(holders=("Nike",)),
        PatentFilter(holders=("Jane Doe",)),
        PatentFilter(inventors=("jr muller",)),
        PatentFilter(inventors=("JANE DOE",)),
    )
    found = [
        [one.patent.patent_id for one in table.page(wanted, None, 10, include_staged=False)]
        for wanted in asked
    ]
    assert found == [["a"], ["a"], ["b"], [], ["a"], ["b"]], found


def test_sources_of_before_are_known(empty: Engine) -> None:
    migrate(empty, "0006")
    with empty.begin() as connection:
        insert = text(
            "INSERT INTO patents (patent_id, generation, published_generation, office, kind, published_document, "
            "staged_document) VALUES (:id, 1, 1, '', '', :published, :staged)"
        )
        for id_, published, staged in (
            ("a", '{"source_digest": "one"}', None),
            ("b", "{}", None),
            ("c", None, '{"source_digest": "two"}'),
        ):
            connection.execute(insert, {"id": id_, "published": published, "staged": staged})
    migrate(empty)
    assert dict(SqlPatentTable(empty).sources(["one", "two"])) == {"one": "a"}


@pytest.mark.parametrize("written", ["before the migration", "by the version before"])
def test_patents_are_read_that_are_kept_as_json_alone(empty: Engine, written: str) -> None:
    drawn = Drawing("a-D00001-01", 1, View.FRONT, "2A")
    one = Patent("a", title="Chair", assignees=(Party("Nikon"),), drawings=(drawn,))
    two = Patent("a", title="Table", inventors=(Party("Jane Doe"),))
    migrate(empty, "0007" if written == "before the migration" else "head")
    with empty.begin() as connection:
        insert = text(
            "INSERT INTO patents (patent_id, generation, published_generation, office, kind, published_document, "
            "staged_digest, staged_document) VALUES (:id, 5, :shown, '', '', :published, 'x', :staged)"
        )
        for id_, shown, published in (("a", 3, to_document(one)), ("b", 0, None)):
            values = {"id": id_, "shown": shown, "published": published, "staged": to_document(two)}
            connection.execute(insert, values)
    migrate(empty)
    table = SqlPatentTable(empty)

    def read() -> list[tuple[str, int, Patent]]:
        found = table.get(["a", "b"], include_staged=True)
        return [(id_, one.generation, one.patent) for id_, one in sorted(found.items())]

    assert read() == [("a", 3, one), ("b", 5, two)]
    summary = table.summaries(["a", "b"])["a"]
    told = patents_pb2.PatentSummary.FromString(summary.content)
    assert (summary.generation, told.shown.title, list(told.shown.holders)) == (3, "Chair", ["Nikon"])
    assert [(each.drawing_id, each.figure_number) for each in told.figures] == [(drawn.drawing_id, "2A")]
    table.publish([PatentGeneration("a", 5)])
    assert read() == [("a", 5, two), ("b", 5, two)]
    assert table.summaries(["a"])["a"].generation == 5


def test_families_of_before_are_known(empty: Engine) -> None:
    migrate(empty, "0007")
    with empty.begin() as connection:
        insert = text(
            "INSERT INTO patents (patent_id, generation, published_generation, office, kind, published_document, "
            "staged_document) VALUES (:id, 1, 1, '', '', :published, :staged)"
        )
        one = '{"application_number": "29/730,114", "office": "US"}'
        other = '{"related_documents": [{"document": "US 29730114"}]}'
        for id_, published, staged in (
            ("a", one, None),
            ("b", other, None),
            ("c", None, one),
            ("d", "{}", None),
        ):
            connection.execute(insert, {"id": id_, "published": published, "staged": staged})
    migrate(empty)
    assert dict(SqlPatentTable(empty).families(["a", "c", "d"], same_drawings=True)) == {"a": ("b",)}


def test_patents_of_before_get_their_first_generations(empty: Engine) -> None:
    migrate(empty, "0002")
    with empty.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO patents (patent_id, office, published_digest, published_document, staged_digest, "
                "staged_document) VALUES ('a', '', 'x', '{}', NULL, NULL), ('b', '', NULL, NULL, 'x', '{}'), "
                "('c', '', 'x', '{}', 'y', '{}')"
            )
        )
    migrate(empty)
    table = SqlPatentTable(empty)
    assert [table.versions(one) for one in "abc"] == [
        Versions(1, 1, "x", None),
        Versions(1, 0, None, "x"),
        Versions(2, 1, "x", "y"),
    ]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("day", [None, date(2021, 5, 1)])
def test_a_page_in_the_order_of_days_begins_where_an_index_says(
    empty: Engine, descending: bool, day: date | None
) -> None:
    migrate(empty)
    order = PatentOrder(OrderField.PUBLICATION_DATE, descending)
    parts = list(parts_behind(Place("USD1", day), order))
    # Without the part that was shown before.
    assert len(parts) == (2 if (day is None) != descending else 1)
    for part in parts:
        query = select(patents.c.patent_id).where(part.condition).order_by(*part.order).limit(3)
        plan = plan_of(empty, str(query.compile(empty, compile_kwargs={"literal_binds": True})))
        assert "ix_patents_by_publication_date" in plan
        assert not re.search("SCAN patents|TEMP B-TREE|Sort|Seq Scan", plan)


def plan_of(engine: Engine, query: str) -> str:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return "\n".join(row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
        # So few rows are read at once in any case.
        for way in ("seqscan", "bitmapscan"):
            connection.execute(text(f"SET LOCAL enable_{way} = off"))
        return "\n".join(connection.execute(text(f"EXPLAIN {query}")).scalars())
