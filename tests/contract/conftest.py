"""What the contract suites share: each kind of vector index, and each kind of patent table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sevenviews.designs import PatentFilter, patent_id_of
from sevenviews.metadata.migrate import migrate
from sevenviews.metadata.patent_table import PatentTable
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine, open_objects
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.milvus_index import MilvusIndex
from sevenviews.vectors.releases import Release
from tests.contract.designs import SECONDS, create, every_generation, held
from tests.contract.postgresql_server import new_database
from tests.fakes.design_index import FakeDesignIndex
from tests.fakes.patent_stores import FakePatentTable


@pytest.fixture(scope="module", params=["fake", "lite", "server"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesignIndex]:
    """The fake, Milvus Lite, and a real Milvus server."""
    made: DesignIndex
    if request.param == "fake":
        made = FakeDesignIndex()
    elif request.param == "lite":
        made = MilvusIndex(f"milvus-lite:{tmp_path_factory.mktemp('lite')}")
    else:
        made = MilvusIndex(request.getfixturevalue("milvus_url"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared(index: DesignIndex) -> Release:
    """One release for most tests: a server takes seconds to make and load one."""
    return create(index)


@pytest.fixture
def release(index: DesignIndex, shared: Release) -> Iterator[Release]:
    """An empty release."""
    yield shared
    if patents := {patent_id_of(one) for one in held(index, shared)}:
        index.delete(shared.release_id, every_generation(sorted(patents)), SECONDS)


@pytest.fixture(scope="module", params=["fake", "sqlite", "postgresql"])
def table(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatentTable]:
    """The fake, SQLite and PostgreSQL."""
    if request.param == "fake":
        yield FakePatentTable()
        return
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'patents.sqlite'}"
    else:
        url = new_database(request.getfixturevalue("postgresql_url"))
    engine = open_engine(url, 5)
    migrate(engine)
    yield SqlPatentTable(engine)
    engine.dispose()


@pytest.fixture
def catalogue(table: PatentTable, tmp_path: Path) -> Iterator[PatentCatalogue]:
    """An empty one over each table, its images in a directory."""
    made = PatentCatalogue(table, open_objects(f"file://{tmp_path}", 5), orphan_seconds=0)
    yield made
    ids = [one.patent.patent_id for one in made.list(PatentFilter(), 1000, "", include_staged=True).patents]
    if ids:
        made.delete(ids)
