"""`sevenviews replay` over all services and the stores of the embedded default, Milvus Lite among them: a certificate
survives imports, corrections, deletions and promotions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sevenviews.certificates import canonical
from sevenviews.client import ImportItem
from sevenviews.refresh.job import begin
from sevenviews.refresh.plan import Kind
from sevenviews.vectors.milvus_index import MilvusIndex
from tests.commands import Done, command, json_of
from tests.fakes.engine import FakeEngine
from tests.fakes.house import House, running_house
from tests.models import tiny_bundle
from tests.unit.refresh.catalogue import CONFIG, image, patent

PATENTS = 8
SEED = 3
"""Of the query: a drawing of the second patent."""


def add(house: House, items: Sequence[ImportItem]) -> None:
    with house.client() as client:
        assert [one.error for one in client.import_patents(items) if one.error] == []


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("replay")
    index = MilvusIndex(f"milvus-lite:{folder / 'milvus'}")
    with running_house(folder, index) as house:
        add(house, [patent(number) for number in range(PATENTS)])
        yield house
    index.close()


@pytest.fixture
def query(tmp_path: Path) -> Path:
    path = tmp_path / "query.png"
    path.write_bytes(image(SEED))
    return path


def certify(house: House, query: Path, *options: str) -> Path:
    path = query.with_suffix(".certificate.json")
    done = command(
        *("search", query, "--server", house.gateway, "--whole", "--certify", path, "--limit", "5"), *options
    )
    assert "unsigned" in done.stderr
    return path


def replayed(house: House, *arguments: str | Path) -> Any:
    return json_of("replay", *arguments, "--server", house.gateway)


def kinds(report: Any) -> dict[str, str]:
    return {one["patent_id"]: one["kind"] for one in report["differences"]}


def test_a_certificate_after_imports_corrections_deletions_and_a_promotion(house: House, query: Path) -> None:
    file = certify(house, query)
    hits = [hit["patent_id"] for hit in json.loads(file.read_text())["certificate"]["hits"]]
    assert hits[0] == "USD900001"
    assert len(hits) == 5
    report = replayed(house, file, query)
    assert (report["same"], report["explained"], report["differences"]) == (True, True, [])

    # A hundred more, one of them with the very drawing that asks.
    first, *others = (patent(number) for number in range(100, 200))
    copied = {drawing_id: image(SEED) for drawing_id in first.contents}
    add(house, [replace(first, contents=copied), *others])
    corrected = replace(patent(1), contents=dict.fromkeys(patent(1).contents, image(999)), replace=True)
    add(house, [corrected])
    with house.client() as client:
        client.delete_patents([hits[1]])
    report = replayed(house, file, query)
    told = kinds(report)
    assert (report["same"], report["explained"]) == (False, True)
    assert told["USD900100"] == "new document"
    assert told["USD900001"] == "corrected"
    assert told[hits[1]] == "deleted"
    assert set(told.values()) <= {"new document", "corrected", "deleted", "moved"}

    # The release that answered is kept when another one serves, and is asked again.
    other = house.models.add(tiny_bundle(query.parent / "model", dimension=32, image_size=64, seed=7)).version
    with house.surroundings(FakeEngine()).services as services:
        begin(house.surroundings(FakeEngine()), CONFIG, Kind.REEMBED, release_id="other", model_version=other)
        services.promote("other")
    assert kinds(replayed(house, file, query)) == told
    report = replayed(house, file, query, "--serving")
    assert report["explained"]
    assert report["after"]["release_id"] == "other"
    assert {"other model", "other release"} <= {one["kind"] for one in report["differences"]}
    assert kinds(report)[hits[1]] == "deleted"
    # Retired, the serving one is asked.
    with house.surroundings(FakeEngine()).services as services:
        services.retire(report["before"]["release_id"])
    again = command("replay", file, query, "--server", house.gateway)
    assert "is retired; the serving one is asked instead" in again.stderr
    assert "Each difference has its reason." in again.stdout


def test_what_cannot_be_repeated_is_said(house: House, query: Path, tmp_path: Path) -> None:
    def failed(*arguments: str | Path) -> Done:
        done = command("replay", *arguments, "--server", house.gateway, check=False)
        assert done.returncode in {1, 2}
        return done

    file = certify(house, query)
    another = tmp_path / "another.png"
    another.write_bytes(image(SEED + 1))
    assert "is in none of the files" in failed(file, another).stderr
    content = json.loads(file.read_text())
    content["certificate"]["hits"].pop()
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(content))
    assert "was changed" in failed(forged, query).stderr
    assert "is no certificate" in failed(another, query).stderr
    content = json.loads(file.read_text())
    content["certificate"]["queries"][0]["view"] = "sideways"
    content["sha256"] = hashlib.sha256(canonical(content["certificate"])).hexdigest()
    forged.write_text(json.dumps(content))
    assert "cannot be read: 'sideways'" in failed(forged, query).stderr
    assert "No such file" in failed(tmp_path / "missing.json").stderr


def test_a_patent_that_asks_needs_no_file_and_the_filter_is_kept(house: House, tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    options = (
        *("--patent", "D900002", "--exclude", "D900003", "--locarno", "06-01", "--collapse-families"),
        *("--relevant", "D900004", "--irrelevant", "D900005"),
    )
    command("search", "--server", house.gateway, "--certify", file, *options)
    said = json.loads(file.read_text())["certificate"]
    assert said["filter"]["exclude_patent_ids"] == ["USD900003"]
    assert said["left_out"] == ["USD900002"]
    assert said["judged"] == [
        {"patent_id": "USD900004", "generation": 1, "relevant": True},
        {"patent_id": "USD900005", "generation": 1, "relevant": False},
    ]
    assert said["parameters"]["collapse_families"] is True
    assert replayed(house, file)["same"]
