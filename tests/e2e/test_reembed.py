"""Releases by hand: another index, another metric, by Ray Data; and what Ray's workers report.

Ray's stages take longer to start than to embed these few drawings: each case that is not about them does without.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sevenviews.backends.refreshes import RefreshState
from sevenviews.corpus import CorpusPatent
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.refresh.config import EmbeddingConfig, IndexConfig, RefreshConfig
from sevenviews.refresh.engine import RayEngine
from sevenviews.refresh.job import begin, resume
from sevenviews.refresh.plan import Kind
from tests.fakes.engine import FakeEngine
from tests.refreshing import FIRST, until
from tests.system import System
from tests.systems import filled

pytestmark = pytest.mark.usefixtures("ray_address")


@pytest.fixture(scope="module")
def system(tiny_embedded_system: System, patents: list[CorpusPatent]) -> System:
    return filled(tiny_embedded_system, patents[:FIRST])


def test_a_release_by_hand_with_another_index(system: System) -> None:
    config = RefreshConfig(index=IndexConfig(m=24, ef_construction=100, ef=64))
    with system.surroundings(FakeEngine()) as around:
        built = begin(around, config, Kind.REEMBED, release_id="wide")
    assert built.state is RefreshState.BUILT
    assert (built.facts("embed") or {})["patents"] == len(system.client().list_patents().patents)
    wide = system.json("releases", "show", "wide", "--data", system.data)
    assert wide["state"] == "building"
    assert wide["index"] == {"m": 24, "ef_construction": 100, "ef": 64}
    assert system.serving()["release_id"] != "wide"
    system.run("releases", "promote", "wide", "--data", system.data)
    assert system.serving()["release_id"] == "wide"


def test_a_binary_release_by_hand(system: System, patents: list[CorpusPatent], tmp_path: Path) -> None:
    """Built, verified, served and left again, as any other release."""
    before = system.serving()
    config = tmp_path / "index.yaml"
    config.write_text("verification: {recall_queries: 50}\n")
    report = system.json(
        *("reembed", "--release", "signs", "--metric", "hamming"),
        *("--config", config, "--data", system.data),
    )
    assert report["state"] == "built"
    assert report["steps"]["embed"]["patents"] == len(system.client().list_patents().patents)
    assert report["steps"]["create"]["metric"] == "HAMMING"
    assert report["steps"]["verify"]["recall_at_10"] >= 0.98
    assert system.json("releases", "show", "signs", "--data", system.data)["metric"] == "HAMMING"
    assert "HAMMING" in system.run("releases", "list", "--data", system.data).stdout
    known = system.client().list_patents().patents[0].patent_id
    image = next(iter(next(p for p in patents if p.patent.patent_id == known).contents.values()))
    system.run("releases", "promote", "signs", "--data", system.data)
    with system.client() as client:
        until(lambda: client.search([image]).release_id == "signs", 10)
        assert client.search([image]).hits[0].patent_id == known
    system.run("releases", "promote", before["release_id"], "--data", system.data)
    system.run("releases", "retire", "signs", "--data", system.data)


def test_an_error_within_ray_is_told_as_ours(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker's object store refuses; the job says so, and can be resumed where it was."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    impatient = RefreshConfig(embedding=EmbeddingConfig(patience_seconds=0))
    nowhere = "s3://bucket/prefix?endpoint=http://127.0.0.1:1&region=nowhere"
    with system.surroundings(RayEngine(), drawings_url=nowhere) as around:
        with pytest.raises(SevenviewsError) as caught:
            begin(around, impatient, Kind.REEMBED, release_id="unfinished")
        assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE
        record = around.services.refreshes(1)[0]
    assert (record.state, record.current_step) == (RefreshState.FAILED, "embed")
    with system.surroundings(FakeEngine()) as around:
        finished = resume(around)
        assert finished is not None
        assert (finished.refresh_id, finished.state) == (record.refresh_id, RefreshState.BUILT)
        around.services.retire("unfinished")
