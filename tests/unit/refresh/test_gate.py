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
