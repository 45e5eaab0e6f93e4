"""The same suite over the embedded parts and over real servers, chosen by URL alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from sevenviews.designs import PatentFilter
from sevenviews.synthetic import write_corpus
from tests.system import System
from tests.systems import TINY_SYSTEMS, emptied

DESIGNS = 6


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archives")
    write_corpus(folder, DESIGNS, seed=11, workers=1)
    return folder


@pytest.fixture(scope="module", params=TINY_SYSTEMS)
def system(request: pytest.FixtureRequest) -> System:
    running: System = request.getfixturevalue(TINY_SYSTEMS[request.param])
    return emptied(running)


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
            first = client.search([image.content], limit=3, read_mask=["*"])
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
