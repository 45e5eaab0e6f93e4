"""A model that is not worth it changes nothing, and the command says why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from sevenviews.cli.refreshing import finish
from sevenviews.client import ImportItem
from sevenviews.designs import PACKAGED, Reason, SevenviewsError
from sevenviews.refresh.engine import Metrics
from sevenviews.refresh.job import begin
from sevenviews.refresh.plan import Kind
from sevenviews.refresh.splitting import split_catalogue
from sevenviews.training.config import TrainConfig
from sevenviews.training.drawings import open_dataset
from sevenviews.training.split import split as split_drawings
from tests.commands import command
from tests.fakes.engine import FakeEngine
from tests.fakes.house import House
from tests.unit.refresh.catalogue import CONFIG, patent

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


def test_a_release_keeps_the_calibration_that_was_fitted_to_its_model(house: House) -> None:
    around = house.surroundings(FakeEngine())
    before = around.services.serving_release()
    done = begin(around, CONFIG)
    after = around.services.serving_release()
    assert after.calibration.level == (done.facts("evaluate") or {})["level"]
    assert after.calibration == around.models.open(after.model_version).calibration
    assert around.services.release(before.release_id).calibration == before.calibration == PACKAGED
    # An index made anew is of the same model.
    begin(around, CONFIG, Kind.REINDEX)
    assert around.services.serving_release().calibration == after.calibration != PACKAGED


class Splitting(FakeEngine):
    """Looks at what it is to train on, as the training would."""

    seen: frozenset[str] = frozenset()

    def train(self, config: TrainConfig, run: Path, *told: Any) -> Metrics:
        drawings = open_dataset(run.parent / "drawings", config.data, config.seed, 1, lambda _: None)
        parts = split_drawings(drawings, config.data, config.seed)
        designs = drawings.designs[[*parts.training, *parts.validation]]
        self.seen = frozenset(drawings.names[design] for design in designs)
        return super().train(config, run, *told)


def test_what_shows_the_same_as_the_held_out_is_not_trained_on(house: House) -> None:
    """Under another number, as offices publish a design anew; known by its drawings alone."""
    around = house.surroundings(engine := Splitting())
    ids = list(around.services.patent_ids())
    split = split_catalogue(ids, CONFIG.gate.held_out_share, 1000, 1000)
    shown, other = (patent(int(ids[0].removeprefix("USD9"))) for ids in (split.held_out, split.training))
    copies = dict(zip(other.contents, shown.contents.values(), strict=True))
    with house.client() as client:
        (result,) = client.import_patents([ImportItem(other.patent, copies, replace=True)])
    assert result.error is None
    begin(around, CONFIG)
    assert engine.seen == set(split.training[1:])


def test_a_catalogue_too_small_to_judge_by_lets_nothing_pass(house: House) -> None:
    gate = CONFIG.gate.model_copy(update={"least_patents": 50})
    with pytest.raises(SevenviewsError, match=r"held-out patents \d+ \(fails: the limit is 50\)"):
        begin(house.surroundings(FakeEngine()), CONFIG.model_copy(update={"gate": gate}))


class Talkative(FakeEngine):
    """Prints what nobody asked for, as Ray does of a worker that died."""

    def train(self, *told: Any) -> Metrics:
        print("(raylet) A worker died")
        return super().train(*told)


def test_the_answer_is_all_that_is_printed(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    around = house.surroundings(Talkative())
    finish(lambda: begin(around, CONFIG), around, json_output=True)
    printed = capsys.readouterr()
    assert json.loads(printed.out)["state"] == "promoted"
    assert "(raylet) A worker died" in printed.err


def test_a_dry_run_changes_nothing(house: House) -> None:
    before = stored(house)
    done = command("refresh", "--data", house.folder, "--dry-run")
    assert "to train on" in done.stderr
    assert stored(house) == before
    assert not (house.folder / "refreshes").exists()
