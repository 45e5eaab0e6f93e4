"""`sevenviews ingest` against services on real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sevenviews.client.check import SQUARE
from sevenviews.corpus.entry import READER_VERSION
from tests.commands import Done, command
from tests.fakes.house import House, running_house
from tests.unit.encoder.test_images import drawing, encoded

NOWHERE = "127.0.0.1:1"
"""No gateway listens there."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def designs(house: House, tmp_path: Path) -> Path:
    """Two designs, one of which has a view that cannot be read; the house has none."""
    with house.client() as client:
        if there := [one.patent_id for one in client.list_patents().patents]:
            client.delete_patents(there)
    folder = tmp_path / "designs"
    for name, content in (
        ("chair/front.png", SQUARE),
        ("table/front.png", SQUARE),
        ("table/back.png", b"?"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def run(server: str, folder: Path, *options: str | Path, fails: bool = False) -> Done:
    done = command("ingest", folder, "--server", server, "--workers", "1", *options, check=False)
    assert done.returncode == int(fails), done.stderr
    return done


def ingest(house: House, folder: Path, *options: str | Path, fails: bool = False) -> Any:
    return json.loads(run(house.gateway, folder, "--json", *options, fails=fails).stdout)


def test_what_is_only_checked_is_told_and_not_stored(house: House, designs: Path) -> None:
    with house.client() as client:
        told = ingest(house, designs, "--validate-only")["patents"]
        assert told == {"created": 2, "unchanged": 0, "replaced": 0, "failed": 0}
        assert client.list_patents().total_size == 0
        assert ingest(house, designs)["patents"] == told
        assert client.list_patents().total_size == 2
        assert ingest(house, designs, "--validate-only")["patents"]["unchanged"] == 2


def test_what_is_stored_is_not_read_again(house: House, designs: Path) -> None:
    first = ingest(house, designs)
    assert (first["read"], first["stored"], len(first["problems"])) == (2, 0, 1)
    again = ingest(house, designs)
    assert again["patents"] == {"created": 0, "unchanged": 2, "replaced": 0, "failed": 0}
    assert (again["read"], again["stored"], again["problems"]) == (0, 2, [])
    for lost in (house.folder / "drawings").rglob("*"):
        if lost.is_file():
            lost.unlink()
    healed = ingest(house, designs, "--again")
    assert (healed["patents"]["unchanged"], healed["read"], healed["stored"]) == (2, 2, 0)
    with house.client() as client:
        assert client.get_drawing("chair-D00001-01").content == SQUARE
    (designs / "table" / "left.png").write_bytes(SQUARE)
    changed = ingest(house, designs, "--replace")
    assert changed["patents"] == {"created": 0, "unchanged": 1, "replaced": 1, "failed": 0}
    assert (changed["read"], changed["stored"]) == (1, 1)


def test_a_dry_run_reads_everything_and_needs_no_system(designs: Path, tmp_path: Path) -> None:
    (designs / "lamp").mkdir()
    (designs / "lamp" / "front.png").write_bytes(b"?")
    path = tmp_path / "report.json"
    done = run(NOWHERE, designs, "--dry-run", "--report", path, fails=True)
    assert "would be imported: 3 patents with 2 drawings from 2 sheets; 1 failed" in done.stderr
    told = json.loads(path.read_text())
    assert told["patents"]["failed"] == 1
    assert told["failures"] == ["lamp has no drawing [PATENT_WITHOUT_DRAWINGS]"]
    outcomes = {one["patent_id"]: (one["outcome"], one["reason"]) for one in told["entries"]}
    assert outcomes == {
        "chair": ("read", ""),
        "lamp": ("failed", "PATENT_WITHOUT_DRAWINGS"),
        "table": ("read", ""),
    }


def test_the_report_accounts_for_every_sheet(house: House, designs: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    ingest(house, designs, "--report", path)
    told = json.loads(path.read_text())
    assert (told["sources"], told["reader_version"]) == ([str(designs)], READER_VERSION)
    entries = {one["patent_id"]: one for one in told["entries"]}
    assert {id_: one["outcome"] for id_, one in entries.items()} == {"chair": "created", "table": "created"}
    (sheet,) = entries["table"]["sheets"]
    assert sheet["figures"] == [""], "views have no numbers"
    (problem,) = entries["table"]["problems"]
    assert (Path(problem["part"]).name, problem["reason"]) == ("back.png", "SHEET_UNREADABLE")
    assert entries["chair"]["problems"] == []

    (designs / "chair" / "front.png").write_bytes(encoded(drawing((120, 90))))
    page = tmp_path / "report.md"
    done = run(house.gateway, designs, "--report", page, fails=True)
    assert "`--replace` takes the new content" in done.stderr
    lines = {line.split(" | ")[1]: line for line in page.read_text().splitlines() if line.startswith("| ")}
    assert " | failed | " in lines["chair"]
    assert "PATENT_CONTENT_CONFLICT" in lines["chair"]
    assert " | stored | " in lines["table"]


def test_what_an_import_did_before_it_was_cut_off_is_reported(designs: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    run(NOWHERE, designs, "--again", "--report", path, fails=True)
    assert json.loads(path.read_text())["patents"]["created"] == 0


def test_a_report_that_cannot_be_written_is_refused_at_once(designs: Path, tmp_path: Path) -> None:
    done = command("ingest", designs, "--dry-run", "--report", tmp_path / "report.txt", check=False)
    assert done.returncode == 2
    assert "neither with .json nor with .md" in done.stderr
    nowhere = tmp_path / "nowhere" / "report.md"
    done = command("ingest", designs, "--dry-run", "--report", nowhere, check=False)
    assert (done.returncode, done.stderr) == (2, f"sevenviews: {nowhere}: No such file or directory\n")
