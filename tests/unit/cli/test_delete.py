"""`sevenviews delete`, and what other commands make of numbers as people type them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sevenviews.cli.__main__ import app
from sevenviews.client import ImportItem
from sevenviews.client.check import SQUARE
from sevenviews.designs import Party
from tests.commands import Done, command, json_of
from tests.fakes.house import House, running_house
from tests.unit.metadata.samples import patent


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def filled(house: House) -> House:
    """USD0000001 to 3."""
    with house.client() as client:
        made = [patent(number, 1, assignees=(Party("Nikon Corp."),))[0] for number in (1, 2, 3)]
        items = [ImportItem(one, {each.drawing_id: SQUARE for each in one.drawings}) for one in made]
        assert all(one.error is None for one in client.import_patents(items))
    return house


def stored(house: House) -> list[str]:
    with house.client() as client:
        return [one.patent_id for one in client.list_patents().patents]


def delete(house: House, *arguments: str) -> Done:
    return command("delete", "--server", house.gateway, *arguments, check=False)


def test_patents_are_deleted_as_they_are_typed(filled: House) -> None:
    done = delete(filled, "US", "D1", "S", "D0000002", "USD0000001", "--yes", "--json")
    assert json.loads(done.stdout) == {"deleted": ["USD0000001", "USD0000002"], "not_found": []}
    assert (done.returncode, stored(filled)) == (0, ["USD0000003"])


def test_what_is_not_there_is_said(filled: House) -> None:
    done = delete(filled, "US D3 S", "D33", "--yes")
    assert done.returncode == 1
    assert "there is no patent D33; did you mean USD0000003?" in done.stderr
    assert "deleted: USD0000003" in done.stderr
    done = delete(filled, "chair", "--yes", "--json")
    assert json.loads(done.stdout) == {"deleted": [], "not_found": [{"patent_id": "chair"}]}


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 2), ("n", 1, 3), ("", 2, 3)])
def test_it_asks_first(filled: House, answer: str, code: int, left: int) -> None:
    arguments = ["delete", "USD0000001", "--server", filled.gateway]
    done = CliRunner().invoke(app, arguments, input=f"{answer}\n" if answer else "")
    assert (done.exit_code, len(stored(filled))) == (code, left)
    assert "USD0000001" in done.stderr


def test_other_commands_take_numbers_too(filled: House, tmp_path: Path) -> None:
    assert json_of("show", "US", "D1", "S", "--server", filled.gateway)[0]["patent_id"] == "USD0000001"
    found = json_of("search", "--patent", "D1", "--exclude", "US D1 S", "--server", filled.gateway)
    assert {one["patent_id"] for one in found["hits"]} == {"USD0000002", "USD0000003"}
    image = tmp_path / "square.png"
    image.write_bytes(SQUARE)
    done = command("search", image, "--whole", "--holder", "Nikkon", "--server", filled.gateway)
    assert "no patent has 'Nikkon' (filter.holders[0]); did you mean 'Nikon Corp.'?" in done.stderr
