"""`sevenviews reconcile` against real stores: what it refuses to delete, and what it deletes when it is forced."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sevenviews.client import ImportItem
from sevenviews.designs import Drawing, Patent, drawing_id
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine, open_objects
from sevenviews.reconcile import FindingKind
from tests.commands import command, json_of
from tests.fakes.design_index import FakeDesignIndex
from tests.fakes.house import House, running_house
from tests.races import IMAGES

PATENTS = 10


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """With some patents of one drawing each, whose images are old."""
    with running_house(tmp_path / "house") as running:
        with running.client() as client:
            results = list(client.import_patents(map(item, range(PATENTS))))
        assert not [one.error for one in results if one.error]
        for path in images(running):
            os.utime(path, (0, 0))
        yield running


def item(number: int) -> ImportItem:
    patent_id = f"USD{number:07d}"
    name = drawing_id(patent_id, 1, 1)
    return ImportItem(Patent(patent_id, drawings=(Drawing(name, 1),)), {name: IMAGES[number]})


def images(house: House) -> list[Path]:
    return [path for path in (house.folder / "drawings").rglob("*") if path.is_file()]


def execute(house: House, statement: str) -> None:
    """What nobody should do to the database."""
    with sqlite3.connect(house.folder / "patents.sqlite") as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(statement)


def test_an_empty_database_costs_nothing_until_somebody_forces_it(house: House) -> None:
    execute(house, "DELETE FROM patents")
    found = json.loads(command("reconcile", "--data", house.folder, "--json", check=False).stdout)
    assert found["counts"] == {"vectors_orphaned": PATENTS, "object_orphaned": PATENTS}
    assert list(found["orphaned_vectors"].values()) == list(found["vectors"].values()) == [PATENTS]
    refused = command("reconcile", "--data", house.folder, "--repair", check=False)
    assert refused.returncode != 0
    assert f"REPAIR_REFUSED deletions={PATENTS} most_percent=5 store=" in refused.stderr
    assert len(images(house)) == PATENTS
    assert list(house.examine().vectors.values()) == [PATENTS]
    forced = json_of("reconcile", "--data", house.folder, "--repair", "--force")
    assert forced["agrees"]
    assert list(forced["vectors"].values()) == [0]
    assert images(house) == []


@pytest.mark.parametrize("most", ["19", "20"])
def test_the_ceiling_can_be_chosen(house: House, most: str) -> None:
    """Two of ten patents are lost, with their vectors and their images."""
    execute(house, "DELETE FROM patents WHERE patent_id IN ('USD0000001', 'USD0000002')")
    done = command(
        "reconcile", "--data", house.folder, "--repair", "--most-deleted", most, "--json", check=False
    )
    assert (done.returncode == 0) is (most == "20")
    assert len(images(house)) == (8 if most == "20" else PATENTS)


def test_a_replacement_that_was_cut_off_is_finished(house: House) -> None:
    """From the images that were stored with it, which are others than those of what readers see."""
    table = SqlPatentTable(open_engine(house.database_url, 5))
    catalogue = PatentCatalogue(table, open_objects(f"file://{house.folder / 'drawings'}", 5), 0)
    for one in (item(2), item(3)):
        contents = dict.fromkeys(one.contents, IMAGES[11])
        catalogue.put(replace(one.patent, title="replaced"), contents, replace_existing=True)
    found = house.examine()
    assert found.counts == {FindingKind.IMPORT_UNFINISHED: 2}
    # The images of before, a fifth of all, are nobody's then.
    assert json_of("reconcile", "--data", house.folder, "--repair", "--force")["agrees"]
    records, _ = catalogue.batch_get(["USD0000002", "USD0000003"])
    assert [(one.patent.title, one.generation) for one in records] == [("replaced", 2)] * 2
    assert list(house.examine().vectors.values()) == [PATENTS]


def test_vectors_that_are_lost_are_made_again(house: House) -> None:
    release = house.examine().vectors
    with house.client() as client:
        assert client.delete_patents(["USD0000003"]) == 1
        (result,) = client.import_patents([item(3)])
        assert result.error is None
    assert house.examine().vectors == release
    assert isinstance(house.index, FakeDesignIndex)
    for collection in house.index._held.values():
        collection.patents.pop(("USD0000003", 3))
    assert house.examine().counts == {"vectors_missing": 1}
    assert json_of("reconcile", "--data", house.folder, "--repair")["agrees"]
