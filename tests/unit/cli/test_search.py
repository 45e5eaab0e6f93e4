"""`sevenviews search` over all services, but none of their real parts: families, marks, weights, pairs of views."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sevenviews.client import ImportItem
from sevenviews.designs import Drawing, Patent, Priority, View, drawing_id
from tests.commands import command, json_of
from tests.fakes.house import House, running_house
from tests.unit.metadata.samples import image

SHOWN = {1: (View.FRONT, View.TOP), 2: (View.FRONT,), 3: (View.FRONT, View.TOP)}
CLAIMS = {1: (Priority("US", "29/730114"),), 3: (Priority("US", "29730114"),)}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Three patents, of which the first and the last are of one family."""
    with running_house(tmp_path_factory.mktemp("house")) as house, house.client() as client:
        for number, views in SHOWN.items():
            id_ = f"USD{number:07d}"
            drawings = tuple(
                Drawing(drawing_id(id_, 1, at), 1, view, str(at)) for at, view in enumerate(views, 1)
            )
            contents = {one.drawing_id: image(60 * number + at) for at, one in enumerate(drawings)}
            item = ImportItem(Patent(id_, drawings=drawings, priorities=CLAIMS.get(number, ())), contents)
            assert all(one.error is None for one in client.import_patents([item]))
        yield house


def found(house: House, *arguments: str | Path) -> list[str]:
    hits = json_of("search", "--server", house.gateway, *arguments)["hits"]
    return [hit["patent_id"][-1] for hit in hits]


def test_a_patent_finds_neither_itself_nor_its_family(house: House) -> None:
    told = json_of("search", "--patent", "US D1 S", "--server", house.gateway)
    assert [hit["patent_id"] for hit in told["hits"]] == ["USD0000002"]
    assert told["left_out_patent_ids"] == ["USD0000001", "USD0000003"]
    assert told["hits"][0]["missing_views"] == ["front"]
    assert found(house, "--patent", "D1", "--own-families")[0] == "1"


def test_families_are_collapsed(house: House, tmp_path: Path) -> None:
    asked = tmp_path / "asked.png"
    asked.write_bytes(image(60))
    assert sorted(found(house, asked, "--whole")) == ["1", "2", "3"]
    told = json_of("search", asked, "--whole", "--collapse-families", "--server", house.gateway)
    assert {hit["patent_id"]: hit["family_patent_ids"] for hit in told["hits"]} == {
        "USD0000001": ["USD0000003"],
        "USD0000002": [],
    }
    shown = command("search", asked, "--whole", "--collapse-families", "--server", house.gateway).stdout
    assert "family" in shown


def test_pairs_of_views_are_a_table(house: House) -> None:
    done = command("search", "--patent", "D1", "--pairs", "--server", house.gateway)
    assert "pairs of views" in done.stdout
    assert "front missing" in done.stdout
    (line,) = (line for line in done.stdout.splitlines() if "USD0000002-D00001-01" in line)
    assert [cell.strip() for cell in line.split("│")][-3] == "USD0000002-D00001-01"
    assert 0 < float(line.split("│")[-2]) <= 1
    assert "left out with their families, for they ask: USD0000001, USD0000003" in done.stderr


def test_marks_and_weights_are_taken(house: House, tmp_path: Path) -> None:
    asked = tmp_path / "asked.png"
    asked.write_bytes(image(60))
    marked = ("--relevant", "D2", "--irrelevant", "US D3 S")
    assert sorted(found(house, asked, "--whole", *marked)) == ["1", "2", "3"]
    done = command(
        "search", asked, "--whole", *marked, "--relevant", "D3", "--server", house.gateway, check=False
    )
    assert "FIELD_MALFORMED" in done.stderr
    weighed = (
        "--drawing",
        "USD0000003-D00001-01",
        "--weight",
        "1",
        "--weight",
        "0.5",
        "--unlike-patent",
        "D2",
    )
    assert sorted(found(house, asked, "--whole", *weighed)) == ["1", "3"]
    done = command("search", asked, "--weight", "1", "--weight", "2", "--server", house.gateway, check=False)
    assert (done.returncode, "2 weights are given for 1 images" in done.stderr) == (2, True)


@pytest.mark.parametrize("options", [(), ("--unlike-patent", "D1"), ("--relevant", "D1")], ids=str)
def test_something_has_to_be_looked_for(house: House, options: tuple[str, ...]) -> None:
    done = command("search", *options, "--server", house.gateway, check=False)
    assert (done.returncode, "nothing to look for" in done.stderr) == (2, True)
