"""What each kind of index is told: a release is searched as it was built, whatever the settings say by now."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from sevenviews.vectors import release_facts
from sevenviews.vectors.index_kinds import build_parameters, search_parameters
from sevenviews.vectors.known_releases import KnownReleases
from sevenviews.vectors.releases import IndexKind, IndexParameters, Release
from sevenviews.vectors.settings import VectorsSettings

SERVER = "http://milvus:19530"


@pytest.mark.parametrize("kind", IndexKind)
def test_a_search_looks_at_no_fewer_than_it_returns(kind: IndexKind) -> None:
    index = IndexParameters(ef=100, kind=kind)
    for limit in (1, 100, 4096):
        told = search_parameters(index, limit)
        (breadth,) = {"ef", "nprobe", "search_list"} & told.keys()
        assert told[breadth] == max(100, limit)
    assert ("M" in build_parameters(index)) is kind.startswith("HNSW")


@pytest.mark.parametrize("kind", IndexKind)
def test_a_release_keeps_its_kind(kind: IndexKind) -> None:
    release = Release("r", "model", 4, IndexParameters(kind=kind))
    assert release_facts.release_of(release_facts.created(release), serving=False).index.kind is kind


def test_a_release_of_before_is_a_graph() -> None:
    (content,) = release_facts.created(Release("r", "model", 4)).items()
    before = {content[0]: content[1].replace(', "kind": "HNSW"', "")}
    assert "kind" not in before[content[0]]
    assert release_facts.release_of(before, serving=False).index == IndexParameters()


@pytest.mark.parametrize(
    "settings", [{"index_type": "DISKANN"}, {"mmap": True}, {"shards": 2}, {"replicas": 2}]
)
def test_the_embedded_engine_has_one_way(settings: dict[str, object]) -> None:
    assert VectorsSettings(url=SERVER, **settings)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="milvus-lite has none of them"):
        VectorsSettings(url="milvus-lite:x", **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("settings", [{"index_type": "FLAT"}, {"shards": 0}, {"replicas": 17}])
def test_what_no_server_has_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        VectorsSettings(url=SERVER, **settings)  # type: ignore[arg-type]


def test_a_release_is_believed_for_a_moment() -> None:
    now = 0.0
    known = KnownReleases(seconds=2, clock=lambda: now)
    release = Release("r", "model", 4)
    known.put(release, looked_at=known.now())
    now = 1.9
    assert known.get("r") is release
    assert known.get("other") is None
    now = 2.0
    assert known.get("r") is None
    # What is put late is as old as the look that it comes from.
    known.put(release, looked_at=0)
    assert known.get("r") is None
    known.put(release, looked_at=2)
    known.forget("r")
    assert known.get("r") is None
