"""A backup brings everything back, hash for hash; one that is not whole brings back nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sevenviews.cli.backup import MANIFEST, BackupError, bring_back, save
from sevenviews.cli.local import locked
from sevenviews.client import ImportItem
from sevenviews.designs import Drawing, Patent, View, drawing_id
from sevenviews.vectors.milvus_index import MilvusIndex
from tests.commands import command, json_of
from tests.fakes.design_index import FakeDesignIndex
from tests.fakes.house import House, running_house
from tests.processes import start_child
from tests.unit.metadata.samples import image

PATENTS = 6
QUERY = image(145)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backup")


@pytest.fixture(scope="module")
def saved(folder: Path) -> dict[str, Any]:
    """The answers of a system on `folder`/before, which is saved in `folder`/saved and then destroyed."""
    data = folder / "before"
    index = MilvusIndex(f"milvus-lite:{data / 'vectors'}")
    with running_house(data, index) as house:
        with house.client() as client:
            results = list(client.import_patents(map(item, range(PATENTS))))
            assert {one.outcome.value for one in results} == {"created"}
            client.delete_patents(["USD0000005"])
        told = answers(house)
    index.close()
    command("backup", folder / "saved", "--data", data)
    shutil.rmtree(data)
    return told


def item(number: int, size: int | None = None) -> ImportItem:
    patent_id = f"USD{number:07d}"
    rows = tuple(Drawing(drawing_id(patent_id, 1, n), 1, View.FRONT, str(n)) for n in (1, 2))
    images = {
        row.drawing_id: image(100 + 20 * (number if size is None else size) + n) for n, row in enumerate(rows)
    }
    return ImportItem(Patent(patent_id, title=f"Lamp {number}", drawings=rows), images)


def answers(house: House, *, agreeing: bool = True) -> dict[str, Any]:
    """What callers see, and the hashes of all images and vectors, of stores that agree or need not."""
    assert house.examine().agrees or not agreeing
    with house.client() as client:
        hits = client.search([QUERY], limit=PATENTS).hits
        patents = client.list_patents().patents
        drawings = [one.drawing_id for patent in patents for one in patent.drawings]
        images = {one: hashlib.sha256(client.get_drawing(one).content).hexdigest() for one in drawings}
    _, portions = house.index.list("", (), with_vectors=True, timeout=30)
    vectors = {
        f"{one.drawing_id}@{one.generation}": hashlib.sha256(one.vector.tobytes()).hexdigest()
        for portion in portions
        for one in portion
        if one.vector is not None
    }
    return {"hits": hits, "patents": patents, "images": images, "vectors": vectors}


def test_destroyed_and_restored_it_answers_the_same(saved: dict[str, Any], folder: Path) -> None:
    data = folder / "after"
    assert len(saved["hits"]) == PATENTS - 1
    assert len(saved["images"]) == len(saved["vectors"]) == 2 * (PATENTS - 1)
    told = json_of("restore", folder / "saved", "--data", data)
    assert told["files"] == len(json.loads((folder / "saved" / MANIFEST).read_text())["files"])
    index = MilvusIndex(f"milvus-lite:{data / 'vectors'}")
    with running_house(data, index) as house:
        assert answers(house) == saved
    index.close()


@pytest.fixture
def copy(saved: dict[str, Any], folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder / "saved", tmp_path / "saved"))


def some_drawing(backup: Path) -> Path:
    return next(path for path in sorted((backup / "data" / "drawings").rglob("*")) if path.is_file())


def flip(backup: Path) -> None:
    """Another byte, the same size."""
    path = some_drawing(backup)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def point_elsewhere(backup: Path) -> None:
    told = json.loads((backup / MANIFEST).read_text())
    told["files"][0]["path"] = "../stolen"
    (backup / MANIFEST).write_text(json.dumps(told))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut off before its list": lambda backup: (backup / MANIFEST).unlink(),
    "a list that is cut off": lambda backup: (backup / MANIFEST).write_text("{"),
    "a list of something else": lambda backup: (backup / MANIFEST).write_text('{"format": 1, "files": [3]}'),
    "a newer format": lambda backup: (backup / MANIFEST).write_text('{"format": 2}'),
    "a path out of it": point_elsewhere,
    "a file less": lambda backup: some_drawing(backup).unlink(),
    "a file more": lambda backup: some_drawing(backup).with_name("more").touch(),
    "a file cut short": lambda backup: some_drawing(backup).write_bytes(b"II"),
    "a bit that flipped": flip,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_not_whole_is_refused_and_nothing_is_made(
    copy: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    damage(copy)
    before = sorted(tmp_path.iterdir())
    done = command("restore", copy, "--data", tmp_path / "data", check=False)
    assert done.returncode == 1
    assert str(copy) in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_nothing_is_written_over(copy: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    bring_back(copy, data)  # an empty directory is as good as none
    with pytest.raises(BackupError, match="holds something"):
        bring_back(copy, data)
    with pytest.raises(BackupError, match="holds something"):
        save(data, copy)


def test_who_holds_the_data_without_serving_is_waited_for(copy: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    bring_back(copy, data)
    with locked(data), pytest.raises(BackupError, match="in use by process"):
        save(data, tmp_path / "again")
    assert not (tmp_path / "again" / MANIFEST).exists()


IMPORTING = """
import sys
from itertools import count
from pathlib import Path

told, sys.stdout = sys.stdout, sys.stderr  # where logs go
from sevenviews.vectors.milvus_index import MilvusIndex
from tests.fakes.house import running_house
from tests.unit.cli.test_backup import item

data = Path(sys.argv[1])
index = MilvusIndex(f"milvus-lite:{data / 'vectors'}")
with running_house(data, index) as house, house.client() as client:
    for result in client.import_patents(item(number, size=number % 20) for number in count()):
        print(result.patent_id, file=told, flush=True)
"""
STANDING = """
import sys
from sevenviews.cli.standstill import standstill

with standstill(int(sys.argv[1])):
    print("all stand", flush=True)
    sys.stdin.read()
"""


def test_what_runs_is_saved_as_it_is_in_one_moment(tmp_path: Path) -> None:
    """Patents are stored all the time: what callers were told before is whole, and they notice but a pause."""
    data, restored = tmp_path / "data", tmp_path / "restored"
    talking: dict[str, Any] = {"stdout": subprocess.PIPE, "text": True}
    # As a child of `sevenviews up`, which is this process here.
    services = start_child([sys.executable, "-c", IMPORTING, data, "sevenviews.metadata"], **talking)
    assert services.stdout is not None
    told = [services.stdout.readline().strip() for _ in range(5)]
    # A backup that is killed wakes them.
    killed = start_child([sys.executable, "-c", STANDING, str(os.getpid())], stdin=subprocess.PIPE, **talking)
    with killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "all stand\n"
        killed.kill()
    told += [services.stdout.readline().strip() for _ in range(5)]
    state = json.loads((data / "up.json").read_text())
    (data / "up.json").write_text(json.dumps({**state, "pid": os.getpid()}))
    with locked(data):
        save(data, tmp_path / "saved")
    # They go on.
    assert all(services.stdout.readline() for _ in range(10))
    services.kill()
    services.communicate()
    bring_back(tmp_path / "saved", restored)
    index = MilvusIndex(f"milvus-lite:{restored / 'vectors'}")
    with running_house(restored, index) as house:
        found = answers(house, agreeing=False)
        stored = {patent.patent_id for patent in found["patents"]}
        assert set(told) <= stored
        assert {one.partition("@")[0] for one in found["vectors"]} >= found["images"].keys()
        command("reconcile", "--data", restored, "--repair", "--force")
        # What was under way is finished, or not there.
        assert stored <= {patent.patent_id for patent in answers(house)["patents"]}
    index.close()


@pytest.mark.parametrize("store", ["patents.sqlite", "drawings", "vectors", "models"])
def test_what_lies_on_servers_is_told(copy: Path, tmp_path: Path, store: str) -> None:
    data = tmp_path / "data"
    bring_back(copy, data)
    (data / store).rename(tmp_path / store)
    done = command("backup", tmp_path / "again", "--data", data, check=False)
    assert done.returncode == 1
    assert store in done.stderr


# What deploy/backup.md says of servers, over the same services with smaller parts.


def test_vectors_that_are_lost_are_made_again(tmp_path: Path) -> None:
    with running_house(tmp_path) as house, house.client() as client:
        list(client.import_patents(map(item, range(PATENTS))))
        before = answers(house)
    # An empty Milvus, and the database and the drawings as they were.
    with running_house(tmp_path, FakeDesignIndex()) as house:
        with house.client() as client:
            list(client.import_patents([item(0)]))
        command("reconcile", "--data", tmp_path, "--repair", "--force")
        assert answers(house) == before


def copy_database(source: Path, target: Path) -> None:
    """As pg_dump and its restoration do: what was committed, of one moment."""
    with (
        contextlib.closing(sqlite3.connect(source)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def test_a_database_of_before_takes_the_other_stores_back(tmp_path: Path) -> None:
    index = FakeDesignIndex()
    with running_house(tmp_path / "house", index) as house, house.client() as client:
        list(client.import_patents(map(item, range(3))))
        before = answers(house)
    database = tmp_path / "house" / "patents.sqlite"
    copy_database(database, tmp_path / "dump")
    with running_house(tmp_path / "house", index) as house, house.client() as client:
        client.delete_patents(["USD0000001"])
        list(client.import_patents(map(item, range(3, PATENTS))))
    copy_database(tmp_path / "dump", database)
    with running_house(tmp_path / "house", index) as house:
        command("reconcile", "--data", tmp_path / "house", "--repair", "--force")
        assert answers(house) == before
