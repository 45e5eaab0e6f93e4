"""The commands that read the catalogue, against services on real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sevenviews.client import ImportItem
from sevenviews.client.check import SQUARE
from sevenviews.designs import LocarnoClass, Party
from tests.commands import command, json_of
from tests.fakes.house import House, running_house
from tests.unit.metadata.samples import patent


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Three patents: USD0000000 and 1 of the same holder and class, 2 of others."""
    days = (date(2021, 2, 9), None, date(2020, 1, 7))
    with running_house(tmp_path_factory.mktemp("house")) as house, house.client() as client:
        items = []
        for number, day in enumerate(days):
            made, _ = patent(
                number,
                1,
                title=f"Design {number}",
                office="US",
                locarno=(LocarnoClass(6 if number < 2 else 26, 1),),
                assignees=(Party("Acme Inc." if number < 2 else "Lamps & Co"),),
                publication_date=day,
            )
            items.append(ImportItem(made, {one.drawing_id: SQUARE for one in made.drawings}))
        assert all(one.error is None for one in client.import_patents(items))
        yield house


def test_facets(house: House) -> None:
    found = json_of("facets", "holder", "locarno_class", "--locarno", "26", "--server", house.gateway)
    assert found == {
        "holder": {"values": [{"value": "Lamps & Co", "count": 1}], "more": False},
        # Its own condition is left out.
        "locarno_class": {
            "values": [{"value": "06", "count": 2}, {"value": "26", "count": 1}],
            "more": False,
        },
    }
    assert json_of("facets", "--server", house.gateway)["publication_year"]["values"] == [
        {"value": 2021, "count": 1},
        {"value": 2020, "count": 1},
    ]
    shown = command("facets", "holder", "--values", "1", "--server", house.gateway).stdout
    assert "Acme Inc." in shown
    assert "…" in shown
    assert "Lamps" not in shown


def test_patents_are_shown_as_they_were_asked_for(house: House, tmp_path: Path) -> None:
    names = ["USD0000002", "USD0000000"]
    found = json_of("show", *names, "--save", tmp_path, "--server", house.gateway)
    assert [one["patent_id"] for one in found] == names
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        f"{name}-D00001-01.png": SQUARE for name in names
    }
    unknown = command("show", "USD0000009", "USD0000002", "--json", "--server", house.gateway, check=False)
    assert unknown.returncode == 1
    assert "PATENT_NOT_FOUND" in unknown.stderr
    assert [one["patent_id"] for one in json.loads(unknown.stdout)] == ["USD0000002"]


def test_the_latest_patents_are_listed_first(house: House) -> None:
    order = ("--order-by", "publication_date desc")
    found = json_of("show", *order, "--limit", "2", "--server", house.gateway)
    assert [one["patent_id"] for one in found] == ["USD0000000", "USD0000002"]
    unknown = command("show", "--order-by", "title", "--server", house.gateway, check=False)
    assert unknown.returncode == 1
    assert "publication_date" in unknown.stderr
