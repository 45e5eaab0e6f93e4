"""A model that is not worth it changes nothing, and the command says why."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from sevenviews.cli.refreshing import finish
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.refresh.job import begin
from tests.commands import command
from tests.fakes.engine import FakeEngine
from tests.fakes.house import House
from tests.unit.refresh.catalogue import CONFIG

CLOSED = CONFIG.model_copy(update={"gate": CONFIG.gate.model_copy(update={"latency_ms": 1e-6})})


def stored(house: House) -> tuple[list[str], list[Path]]:
    releases = command("releases", "list", "--data", house.folder, "--json").stdout
    return [releases], sorted((house.folder / "models").iterdir())


def test_a_closed_gate_changes_nothing(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    before = stored(house)
    around = house.surroundings(FakeEngine())
    with pytest.raises(typer.Exit) as caught:
        finish(lambda: begin(around, CLOSED), around, json_output=False)
    assert caught.value.exit_code == 3
    told = " ".join(capsys.readouterr().err.split())
    assert "latency in ms" in told
    assert "Nothing was changed" in told
    assert stored(house) == before
    (report,) = (house.folder / "refreshes").glob("*/report.md")
    assert "refused" in report.read_text()
    assert "latency in ms" in report.read_text()


def test_a_model_that_was_trained_on_the_held_out_is_refused(house: House) -> None:
    around = house.surroundings(engine := FakeEngine())
    first = begin(around, CONFIG)
    held_out = first.facts("snapshot")["held_out"]  # type: ignore[index]
    assert set(held_out) <= engine.excluded[0]
    before = stored(house)
    # In whatever spelling: the catalogue's ids are not canonical.
    engine = FakeEngine(seed=2)
    engine.learned = frozenset({held_out[0]})
    with pytest.raises(SevenviewsError, match="held-out patents trained on 1") as caught:
        begin(house.surroundings(engine), CONFIG)
    assert caught.value.reason is Reason.REFRESH_REFUSED
    assert stored(house) == before


def test_the_anchor_stays_whoever_serves(house: House) -> None:
    packaged = house.surroundings(FakeEngine()).services.serving_release().model_version
    first = begin(house.surroundings(FakeEngine(seed=1)), CONFIG)
    second = begin(house.surroundings(FakeEngine(seed=2)), CONFIG)
    snapshots = [one.facts("snapshot") or {} for one in (first, second)]
    assert [one["anchor_model"] for one in snapshots] == [packaged, packaged]
    assert snapshots[1]["serving_model"] == (first.facts("publish") or {})["model_version"] != packaged
    assert (second.facts("evaluate") or {})["anchor_model"] == packaged
    # A person may pin another.
    gate = CONFIG.gate.model_copy(update={"anchor_model": snapshots[1]["serving_model"]})
    # What a refresh worked with is gone at its end, and the reports stay.
    left = {one.name for one in (house.folder / "refreshes").glob("*/*")}
    assert left == {"report.md"}
    third = begin(house.surroundings(FakeEngine(seed=3)), CONFIG.model_copy(update={"gate": gate}))
    assert (third.facts("evaluate") or {})["anchor_model"] == snapshots[1]["serving_model"]


def test_a_catalogue_too_small_to_judge_by_lets_nothing_pass(house: House) -> None:
    gate = CONFIG.gate.model_copy(update={"least_patents": 50})
    with pytest.raises(SevenviewsError, match=r"held-out patents \d+ \(fails: the limit is 50\)"):
        begin(house.surroundings(FakeEngine()), CONFIG.model_copy(update={"gate": gate}))


def test_another_error_is_another_status(house: House) -> None:
    def fail() -> None:
        raise SevenviewsError(Reason.CORPUS_EMPTY, "no patent is published")

    with pytest.raises(typer.Exit) as caught:
        finish(fail, house.surroundings(FakeEngine()), json_output=False)  # type: ignore[arg-type]
    assert caught.value.exit_code == 1


def test_a_dry_run_changes_nothing(house: House) -> None:
    before = stored(house)
    done = command("refresh", "--data", house.folder, "--dry-run")
    assert "to train on" in done.stderr
    assert stored(house) == before
    assert not (house.folder / "refreshes").exists()
