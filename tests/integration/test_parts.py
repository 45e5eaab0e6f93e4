"""The same suite over the embedded parts and over real servers, chosen by URL alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sevenviews.designs import PatentFilter
from sevenviews.synthetic import write_corpus
from tests.contract.milvus_server import empty_milvus
from tests.contract.postgresql_server import new_database
from tests.contract.redis_server import RedisServer
from tests.contract.s3_server import new_bucket
from tests.models import tiny_bundle
from tests.system import System, running_system

DESIGNS = 6


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archives")
    write_corpus(folder, DESIGNS, seed=11, workers=1)
    return folder


@pytest.fixture(scope="module", params=["embedded", "servers"])
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp(request.param)
    options: list[str | Path] = ["--model", tiny_bundle(folder / "model", dimension=64, image_size=64)]
    if request.param == "servers":
        empty_milvus(request.getfixturevalue("milvus_url"))
        redis: RedisServer = request.getfixturevalue("redis_server")
        options += ["--vectors-url", request.getfixturevalue("milvus_url")]
        options += ["--database-url", new_database(request.getfixturevalue("postgresql_url"))]
        options += ["--drawings-url", new_bucket(request.getfixturevalue("s3_endpoint"))]
        options += ["--cache-url", redis.url]
    with running_system(folder / "data", *options) as running:
        yield running


def test_import_search_reconcile_delete(system: System, archives: Path) -> None:
    created = system.json("ingest", archives)
    assert created["patents"]["created"] == DESIGNS, created
    again = system.json("ingest", archives)
    assert again["patents"]["unchanged"] == DESIGNS
    assert system.examine().agrees
    with system.client() as client:
        patents = client.list_patents(page_size=100).patents
        assert len(patents) == DESIGNS
        for one in patents:
            image = client.get_drawing(one.drawings[0].drawing_id)
            first = client.search([image.content], limit=3)
            # The drawing itself is in the index: nothing can be nearer.
            assert first.hits[0].patent_id == one.patent_id
            assert first.hits[0].patent == one
            cached = client.search([image.content], limit=3)
            assert [hit.patent_id for hit in cached.hits] == [hit.patent_id for hit in first.hits]
            assert "infer" not in cached.timings
        chosen = PatentFilter(locarno_any=patents[0].locarno)
        expected = {one.patent_id for one in patents if chosen.matches(one)}
        page = client.search([image.content], limit=100, patent_filter=chosen)
        assert {hit.patent_id for hit in page.hits} == expected
        assert client.delete_patents([patents[0].patent_id]) == 1
        left = client.search([image.content], limit=100)
        assert {hit.patent_id for hit in left.hits} == {one.patent_id for one in patents[1:]}
    found = system.examine()
    assert found.agrees
    assert found.patents == DESIGNS - 1


def test_the_deleted_patent_can_come_back(system: System, archives: Path) -> None:
    report = system.json("ingest", archives)
    assert report["patents"]["created"] == 1
    assert report["patents"]["unchanged"] == DESIGNS - 1
    assert system.examine().agrees
