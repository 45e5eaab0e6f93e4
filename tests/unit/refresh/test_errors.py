"""What stands in the way of a refresh is named; the serving release stays as it was; the refresh can be resumed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from sevenviews.backends.refreshes import RefreshState
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.refresh.config import RefreshConfig, VerificationConfig
from sevenviews.refresh.context import Surroundings
from sevenviews.refresh.job import begin, resume
from sevenviews.refresh.plan import Kind
from tests.commands import command
from tests.fakes.engine import FakeEngine
from tests.fakes.house import House, running_house
from tests.models import tiny_bundle
from tests.unit.refresh.catalogue import CONFIG, PATENTS, VIEWS, image

IMPATIENT = CONFIG.model_copy(
    update={"embedding": CONFIG.embedding.model_copy(update={"patience_seconds": 0})}
)


@pytest.fixture(autouse=True)
def _what_serves_stays(house: House) -> Iterator[None]:
    with house.client() as client:
        before = client.search([image(0)])
        yield
        assert client.search([image(0)]) == replace(before, timings=ANY)


def surroundings(house: House, **elsewhere: Any) -> Surroundings:
    """Some addresses may lead nowhere."""
    return house.surroundings(FakeEngine(), addresses=replace(house.addresses(), **elsewhere))


def failure(around: Surroundings, config: RefreshConfig = IMPATIENT) -> SevenviewsError:
    with pytest.raises(SevenviewsError) as caught:
        begin(around, config, Kind.REINDEX)
    return caught.value


def test_a_refused_object_store(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    first = house.surroundings(FakeEngine()).services.serving_release().release_id
    around = surroundings(house, drawings_url="s3://bucket/prefix?endpoint=http://127.0.0.1:1&region=nowhere")
    assert failure(around).reason is Reason.DEPENDENCY_UNAVAILABLE
    (record,) = around.services.refreshes()
    assert (record.state, record.current_step) == (RefreshState.FAILED, "embed")
    assert "DEPENDENCY_UNAVAILABLE" in record.message
    # The store is back.
    finished = resume(surroundings(house))
    assert finished is not None
    assert finished.refresh_id == record.refresh_id
    assert finished.state is RefreshState.PROMOTED
    surroundings(house).services.promote(first)


@pytest.mark.parametrize("service", ["vectors", "metadata"])
def test_an_absent_service(house: House, service: str) -> None:
    error = failure(surroundings(house, **{service: "127.0.0.1:1"}))
    assert error.reason is Reason.DEPENDENCY_UNAVAILABLE
    assert error.metadata["service"] == service


def test_a_damaged_model(house: House) -> None:
    version = house.models.default_version()
    model = house.models.root / version / "model.onnx"
    sound = model.read_bytes()
    model.write_bytes(sound[:-100])
    error = failure(surroundings(house))
    model.write_bytes(sound)
    assert error.reason is Reason.MODEL_BUNDLE_INVALID
    assert error.metadata == {"model_version": version, "file": "model.onnx"}


def test_a_lost_image_is_named_and_may_be_allowed_for(house: House) -> None:
    around = surroundings(house)
    (stored,) = around.services.patents(["USD900003"])
    victim = stored.patent.drawings[0]
    (path,) = (one for one in (house.folder / "drawings").rglob(victim.content_digest) if one.is_file())
    path.unlink()
    error = failure(around)
    assert error.reason is Reason.DRAWING_CONTENT_MISSING
    assert victim.drawing_id in error.message
    assert "most_lost_drawings" in error.message
    allowing = CONFIG.model_copy(update={"verification": VerificationConfig(most_lost_drawings=1)})
    record = begin(around, allowing, Kind.REEMBED, release_id="lacking")
    assert record.state is RefreshState.BUILT
    assert list(dict(record.facts("embed") or {})["lost"]) == [victim.drawing_id]


def test_a_release_of_that_name_has_another_dimension(house: House, tmp_path: Path) -> None:
    around = surroundings(house)
    other = house.models.add(tiny_bundle(tmp_path / "other", dimension=24, image_size=32, seed=9))
    for drawings in (PATENTS * VIEWS, 0):  # the second time nothing is left to do
        built = begin(around, CONFIG, Kind.REEMBED, release_id="by-hand", model_version=other.version)
        assert (built.state, (built.facts("embed") or {})["drawings"]) == (RefreshState.BUILT, drawings)
    assert around.services.release("by-hand").dimension == 24
    with pytest.raises(SevenviewsError) as caught:
        begin(around, CONFIG, Kind.REEMBED, release_id="by-hand")
    assert caught.value.reason is Reason.RELEASE_CONFLICT


def test_a_release_whose_model_is_lost_is_named(house: House, tmp_path: Path) -> None:
    around = surroundings(house)
    other = house.models.add(tiny_bundle(tmp_path / "other", dimension=24, image_size=32, seed=11))
    begin(around, CONFIG, Kind.REEMBED, release_id="orphan", model_version=other.version)
    shutil.rmtree(house.models.root / other.version)
    done = command("doctor", "--data", house.folder, "--json", check=False)
    assert done.returncode == 1
    (finding,) = [one for one in json.loads(done.stdout) if one["check"] == "releases"]
    assert finding["status"] == "broken"
    assert f"orphan ({other.version})" in finding["detail"]
    around.services.retire("orphan")
    assert command("doctor", "--data", house.folder).returncode == 0


def test_an_unknown_model(house: House) -> None:
    with pytest.raises(SevenviewsError) as caught:
        begin(surroundings(house), CONFIG, Kind.REEMBED, release_id="x", model_version="0" * 16)
    assert caught.value.reason is Reason.MODEL_NOT_FOUND


def test_a_full_disk(house: House) -> None:
    full = replace(surroundings(house), free_bytes=lambda _: 0)
    with pytest.raises(SevenviewsError) as caught:
        begin(full, CONFIG)
    assert caught.value.reason is Reason.STORAGE_FULL
    assert caught.value.metadata == {"store": "work"}


def test_a_failed_refresh_has_left_its_record(house: House) -> None:
    around = surroundings(house)
    with pytest.raises(SevenviewsError):
        begin(around, CONFIG, Kind.REEMBED, release_id="x", model_version="0" * 16)
    (record,) = around.services.refreshes()
    assert record.state is RefreshState.FAILED
    assert "MODEL_NOT_FOUND" in record.message


def test_nothing_is_published(tmp_path: Path) -> None:
    with running_house(tmp_path / "empty") as empty:
        done = command("refresh", "--data", empty.folder, check=False)
        assert done.returncode == 1
        assert "CORPUS_EMPTY" in done.stderr
        again = command("refresh", "--data", empty.folder, "--dry-run", check=False)
        assert "NO_SERVING_RELEASE" in again.stderr
