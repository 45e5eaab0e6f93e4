"""What stands in the way of a refresh is named; the serving release stays as it was; the refresh can be resumed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sevenviews.cli.local import Addresses as LocalAddresses
from sevenviews.cli.local import LocalStores
from sevenviews.corpus import CorpusPatent
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.encoder.store import ModelStore
from sevenviews.refresh.config import RefreshConfig, VerificationConfig
from sevenviews.refresh.job import Surroundings, begin, resume
from sevenviews.refresh.lock import open_lock
from sevenviews.refresh.plan import Kind
from sevenviews.refresh.record import RefreshState
from sevenviews.refresh.services import Addresses, Services
from tests.models import tiny_bundle
from tests.refreshing import started
from tests.system import System, running_system

CONFIG = RefreshConfig()


@pytest.fixture(scope="module")
def system(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, patents: list[CorpusPatent]
) -> Iterator[System]:
    with started(request, "embedded", tmp_path_factory.mktemp("errors"), patents) as running:
        yield running


def surroundings(system: System, **elsewhere: Any) -> Surroundings:
    """Of a job in this process, that is not patient; some addresses may lead nowhere."""
    local, stores = LocalAddresses.read(system.data), LocalStores.read(system.data)
    addresses = Addresses(local.embedding, local.vectors, local.metadata, stores.drawings_url)
    services = Services(replace(addresses, **elsewhere), patience_seconds=0)
    lock = open_lock(stores.lock_url)
    return Surroundings(services, ModelStore(stores.models), stores.work, lock, "local", lambda _: None)


def failure(around: Surroundings, config: RefreshConfig = CONFIG) -> SevenviewsError:
    with pytest.raises(SevenviewsError) as caught:
        begin(around, config, Kind.REINDEX)
    return caught.value


def unchanged(system: System) -> None:
    """The first release serves, and searches are answered."""
    around = surroundings(system)
    assert around.services.serving_release().release_id.startswith("initial-")
    with system.client() as client:
        patent = client.list_patents(page_size=1).patents[0]
        image = client.get_drawing(patent.drawings[0].drawing_id)
        assert client.search([image.content]).hits[0].patent_id == patent.patent_id


def test_a_refused_object_store(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    around = surroundings(
        system, drawings_url="s3://bucket/prefix?endpoint=http://127.0.0.1:1&region=nowhere"
    )
    impatient = CONFIG.embedding.model_copy(update={"patience_seconds": 0})
    error = failure(around, CONFIG.model_copy(update={"embedding": impatient}))
    assert error.reason is Reason.DEPENDENCY_UNAVAILABLE
    unchanged(system)
    record = around.services.refreshes(1)[0]
    assert (record.state, record.current_step) == (RefreshState.FAILED, "embed")
    assert "DEPENDENCY_UNAVAILABLE" in record.message
    # The store is back.
    finished = resume(surroundings(system))
    assert finished is not None
    assert finished.refresh_id == record.refresh_id
    assert finished.state is RefreshState.PROMOTED
    assert surroundings(system).services.promote(_first(system)).state


def _first(system: System) -> str:
    return next(
        one.release_id
        for one in surroundings(system).services.releases()
        if one.release_id.startswith("initial-")
    )


def test_absent_vectors(system: System) -> None:
    error = failure(surroundings(system, vectors="127.0.0.1:1"))
    assert error.reason is Reason.DEPENDENCY_UNAVAILABLE
    assert error.metadata["service"] == "vectors"
    unchanged(system)


def test_an_absent_journal(system: System) -> None:
    error = failure(surroundings(system, metadata="127.0.0.1:1"))
    assert error.reason is Reason.DEPENDENCY_UNAVAILABLE
    assert error.metadata["service"] == "metadata"
    unchanged(system)


def test_a_damaged_model(system: System) -> None:
    around = surroundings(system)
    version = around.models.default_version()
    model = around.models.root / version / "model.onnx"
    sound = model.read_bytes()
    try:
        model.write_bytes(sound[:-100])
        error = failure(around)
    finally:
        model.write_bytes(sound)
    assert error.reason is Reason.MODEL_BUNDLE_INVALID
    assert error.metadata == {"model_version": version, "file": "model.onnx"}
    unchanged(system)


def test_a_lost_image_is_named_and_may_be_allowed_for(system: System, patents: list[CorpusPatent]) -> None:
    around = surroundings(system)
    folder = system.data / "drawings"
    victim = patents[3].patent.drawings[0]
    (stored,) = around.services.patents([patents[3].patent.patent_id])
    digest = stored.drawings[0].content_digest
    (path,) = [one for one in folder.rglob(digest) if one.is_file()]
    content = path.read_bytes()
    path.unlink()
    try:
        error = failure(around)
        assert error.reason is Reason.DRAWING_CONTENT_MISSING
        assert victim.drawing_id in error.message
        assert "most_lost_drawings" in error.message
        unchanged(system)
        allowing = CONFIG.model_copy(update={"verification": VerificationConfig(most_lost_drawings=1)})
        record = begin(surroundings(system), allowing, Kind.REEMBED, release_id="lacking")
        assert record.state is RefreshState.BUILT
        assert list(dict(record.facts("embed") or {})["lost"]) == [victim.drawing_id]
    finally:
        path.write_bytes(content)
    around.services.retire("lacking")


def test_a_release_of_that_name_has_another_dimension(system: System, tmp_path: Path) -> None:
    around = surroundings(system)
    other = around.models.add(tiny_bundle(tmp_path / "other", dimension=24, image_size=32, seed=9))
    built = begin(around, CONFIG, Kind.REEMBED, release_id="by-hand", model_version=other.version)
    assert built.state is RefreshState.BUILT
    assert around.services.release("by-hand").dimension == 24
    with pytest.raises(SevenviewsError) as caught:
        begin(surroundings(system), CONFIG, Kind.REEMBED, release_id="by-hand")
    assert caught.value.reason is Reason.RELEASE_CONFLICT
    around.services.retire("by-hand")
    shutil.rmtree(around.models.root / other.version)
    unchanged(system)


def test_a_release_whose_model_is_lost_is_named(system: System, tmp_path: Path) -> None:
    around = surroundings(system)
    other = around.models.add(tiny_bundle(tmp_path / "other", dimension=24, image_size=32, seed=11))
    begin(around, CONFIG, Kind.REEMBED, release_id="orphan", model_version=other.version)
    kept = tmp_path / "kept"
    (around.models.root / other.version).rename(kept)
    done = system.run("doctor", "--data", system.data, "--json", check=False)
    assert done.returncode == 1
    (finding,) = [one for one in json.loads(done.stdout) if one["check"] == "releases"]
    assert finding["status"] == "broken"
    assert f"orphan ({other.version})" in finding["detail"]
    around.services.retire("orphan")
    assert system.run("doctor", "--data", system.data).returncode == 0


def test_an_unknown_model(system: System) -> None:
    with pytest.raises(SevenviewsError) as caught:
        begin(surroundings(system), CONFIG, Kind.REEMBED, release_id="x", model_version="0" * 16)
    assert caught.value.reason is Reason.MODEL_NOT_FOUND


def test_a_full_disk(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil._ntuple_diskusage(10**9, 10**9, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(SevenviewsError) as caught:
        begin(surroundings(system), CONFIG)
    assert caught.value.reason is Reason.STORAGE_FULL
    assert caught.value.metadata == {"store": "work"}
    unchanged(system)


def test_the_journal_tells_it_all(system: System) -> None:
    """Each failure above has left a record, and none is under way."""
    records = surroundings(system).services.refreshes()
    assert len(records) >= 7
    assert RefreshState.RUNNING not in {one.state for one in records}
    assert all(one.message for one in records if one.state is RefreshState.FAILED)


def test_nothing_is_published(tmp_path: Path) -> None:
    with running_system(tmp_path / "data", "--model", tiny_bundle(tmp_path / "model")) as empty:
        done = empty.run("refresh", "--data", empty.data, check=False)
        assert done.returncode == 1
        assert "CORPUS_EMPTY" in done.stderr
        again = empty.run("refresh", "--data", empty.data, "--dry-run", check=False)
        assert "NO_SERVING_RELEASE" in again.stderr
