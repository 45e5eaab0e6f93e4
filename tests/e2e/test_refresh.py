"""A whole refresh while clients search and import: none fails, no answer mixes models, nothing imported is lost."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from sevenviews.client import Client, ImportItem
from sevenviews.corpus import CorpusPatent, NotADesign, iter_entries
from sevenviews.corpus.synthetic import write_corpus
from sevenviews.designs import ImportOutcome, SevenviewsError
from tests.contract.milvus_server import empty_milvus
from tests.contract.postgresql_server import new_database
from tests.contract.redis_server import RedisServer
from tests.contract.s3_server import new_bucket
from tests.models import tiny_bundle
from tests.system import COMMAND, System, running_system

DESIGNS = 24
FIRST = 14
"""Imported before anything is refreshed; the others come meanwhile."""

TRAINING = {
    "name": "tiny",
    "data": {"cache_side": 64, "validation_share": 0.2},
    "model": {"backbone": "mobilenet_v3_small", "dimension": 32},
    "optimization": {"steps": 2, "batch_size": 8, "drawings_per_design": 2, "image_size": 64},
    "deployed_image_size": 64,
    "evaluate_every": 2,
    "threads": 1,
    "bfloat16": False,
}
REFRESH = {
    "learning": {"config": TRAINING, "start_from": "scratch"},
    # What two steps of training are worth is no matter here.
    "gate": {"margin": 1.0, "held_out_share": 0.3, "latency_ms": 10_000},
}


@pytest.fixture(scope="module")
def patents(tmp_path_factory: pytest.TempPathFactory) -> list[CorpusPatent]:
    folder = tmp_path_factory.mktemp("archives")
    write_corpus(folder, DESIGNS, seed=23, workers=2)
    found = []
    for entry in iter_entries(folder):
        try:
            found.append(entry.read())
        except NotADesign:
            continue
    assert len(found) == DESIGNS
    return found


@contextmanager
def started(
    request: pytest.FixtureRequest, kind: str, folder: Path, patents: Sequence[CorpusPatent]
) -> Iterator[System]:
    """A system with the first patents, searched by a tiny model."""
    options: list[str | Path] = ["--model", tiny_bundle(folder / "model", dimension=64, image_size=64)]
    if kind == "servers":
        empty_milvus(request.getfixturevalue("milvus_url"))
        redis: RedisServer = request.getfixturevalue("redis_server")
        options += ["--vectors-url", request.getfixturevalue("milvus_url")]
        options += ["--database-url", new_database(request.getfixturevalue("postgresql_url"))]
        options += ["--drawings-url", new_bucket(request.getfixturevalue("s3_endpoint"))]
        options += ["--cache-url", redis.url]
    with running_system(folder / "data", *options) as running:
        with running.client() as client:
            for result in client.import_patents(map(item, patents[:FIRST])):
                assert result.outcome is ImportOutcome.CREATED, result
        yield running


@pytest.fixture(scope="module", params=["embedded", "servers"])
def system(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, patents: list[CorpusPatent]
) -> Iterator[System]:
    with started(request, request.param, tmp_path_factory.mktemp(request.param), patents) as running:
        yield running


def item(patent: CorpusPatent, *, replaced: bool = False) -> ImportItem:
    return ImportItem(patent.patent, patent.contents, replace=replaced)


def configuration(folder: Path, **changes: Any) -> Path:
    path = folder / "refresh.yaml"
    path.write_text(yaml.safe_dump({**REFRESH, **changes}))
    return path


def releases(system: System) -> list[dict[str, Any]]:
    found = system.json("releases", "list", "--data", system.data)
    assert isinstance(found, list)
    return found


def serving(system: System) -> dict[str, Any]:
    (one,) = [one for one in releases(system) if one["state"] == "serving"]
    return one


@dataclass(slots=True)
class Clients:
    """Several that search without end, and what they were told."""

    gateway: str
    queries: Sequence[bytes]
    answers: set[tuple[str, str]] = field(default_factory=set)
    count: int = 0
    failures: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self, number: int = 2) -> Iterator[Clients]:
        threads = [threading.Thread(target=self._search, args=(one,)) for one in range(number)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self.ended.set()
            for thread in threads:
                thread.join(60)

    def _search(self, first: int) -> None:
        with Client(self.gateway, timeout_seconds=60) as client:
            position = first
            while not self.ended.wait(0.05):
                position += 1
                try:
                    page = client.search([self.queries[position % len(self.queries)]], limit=5)
                except SevenviewsError as error:
                    self.failures.append(f"{error.reason}: {error.message}")
                    continue
                if not page.hits:
                    self.failures.append("no hits")
                self.count += 1
                self.answers.add((page.release_id, page.model_version))


def refreshed(system: System, *options: str | Path) -> Any:
    return system.json("refresh", "--data", system.data, *options)


def test_a_refresh_under_searches_and_imports(
    system: System, patents: list[CorpusPatent], tmp_path: Path
) -> None:
    before = serving(system)
    known = patents[:FIRST]
    queries = [next(iter(one.contents.values())) for one in known[2:8]]
    acknowledged: list[str] = []
    clients = Clients(system.gateway, queries)
    with clients.running():
        command = [
            COMMAND,
            "refresh",
            "--data",
            str(system.data),
            "--config",
            configuration(tmp_path),
            "--json",
        ]
        job = subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with system.client(60) as client:
            for step in _steps(job):
                # Something arrives, changes or goes in every step.
                if step in {"train", "evaluate", "load", "create", "embed", "index", "catch-up", "verify"}:
                    new = patents[FIRST + len(acknowledged)]
                    (result,) = client.import_patents([item(new)])
                    assert result.outcome is ImportOutcome.CREATED, result.error
                    acknowledged.append(new.patent.patent_id)
                if step == "embed":
                    assert client.delete_patents([known[0].patent.patent_id]) == 1
                    (result,) = client.import_patents([item(_with_other_images(known[1]), replaced=True)])
                    assert result.outcome is ImportOutcome.REPLACED, result.error
        assert job.stdout is not None
        report = json.loads(job.stdout.read())
        assert job.wait(120) == 0
        answered = clients.count
        _until(lambda: clients.count >= answered + 10)
    after = serving(system)
    assert report["state"] == "promoted"
    assert after["release_id"] == report["refresh_id"]
    assert after["model_version"] != before["model_version"]
    assert after["dimension"] == 32
    assert after["ready"]
    assert after["evaluation"]["recall_at_10"] >= 0.98
    assert set(after["evaluation"]) >= {"map", "serving_map"}
    # No search failed, and none was answered by one release with another's model.
    assert clients.failures == []
    assert clients.answers == {(one["release_id"], one["model_version"]) for one in (before, after)}
    # All that was acknowledged is in both releases, and nothing else.
    found = system.examine()
    assert found.agrees, found.findings
    assert set(found.vectors) == {before["release_id"], after["release_id"]}
    assert len(set(found.vectors.values())) == 1
    assert len(acknowledged) == 8
    assert found.patents == FIRST - 1 + len(acknowledged)
    report_text = Path(report["report"]).read_text()
    assert "promoted" in report_text
    assert "| new |" in report_text


def _with_other_images(patent: CorpusPatent) -> CorpusPatent:
    """The same ids, and each image now that of another drawing."""
    ids = list(patent.contents)
    contents = dict(zip(ids, [patent.contents[one] for one in ids[1:] + ids[:1]], strict=True))
    return replace(patent, patent=replace(patent.patent, title="Replaced"), contents=contents)


def _steps(job: subprocess.Popen[str]) -> Iterator[str]:
    assert job.stderr is not None
    told = []
    for line in job.stderr:
        told.append(line)
        if match := re.match(r"\[\d+/\d+\] ([a-z-]+):", line):
            yield match[1]
    assert job.wait(120) == 0, "".join(told)


def _until(condition: Any, seconds: float = 60) -> None:
    deadline = threading.Event()
    timer = threading.Timer(seconds, deadline.set)
    timer.start()
    try:
        while not condition():
            assert not deadline.wait(0.02), "it did not come to pass"
    finally:
        timer.cancel()


def test_the_way_back(system: System, patents: list[CorpusPatent]) -> None:
    """Runs on what the refresh before has left."""
    after = serving(system)
    before = max((one for one in releases(system) if one["state"] == "kept"), key=lambda one: one["promoted"])
    late = patents[-1]
    with system.client() as client:
        (result,) = client.import_patents([item(late)])
        assert result.outcome is ImportOutcome.CREATED
        system.run("releases", "rollback", "--data", system.data)
        image = next(iter(late.contents.values()))
        _until(lambda: client.search([image]).release_id == before["release_id"], 10)
        # Imported after the promotion, and found by the release of before it.
        assert client.search([image]).hits[0].patent_id == late.patent.patent_id
    system.run("releases", "rollback", "--data", system.data)
    assert serving(system)["release_id"] == after["release_id"]


def test_what_changed_between_releases_is_explained(
    system: System, patents: list[CorpusPatent], tmp_path: Path
) -> None:
    after = serving(system)["release_id"]
    (before,) = [one["release_id"] for one in releases(system) if one["state"] == "kept"]
    for number, patent in enumerate(patents[2:5]):
        (tmp_path / f"{number}.png").write_bytes(next(iter(patent.contents.values())))
    same = system.json("releases", "diff", before, before, "--queries", tmp_path, "--data", system.data)
    assert same["overlap"] == 1.0
    assert all(one["changes"] == [] for one in same["queries"])
    found = system.json(
        "releases", "diff", before, after, "--queries", tmp_path, "-k", "5", "--data", system.data
    )
    changes = [change for one in found["queries"] for change in one["changes"]]
    # Both releases are kept current, so that only the model can have done it.
    assert {change["cause"] for change in changes} == {"new_model"}
    assert all(change["before"] != change["after"] for change in changes)


def test_a_release_by_hand_with_another_index(system: System, tmp_path: Path) -> None:
    config = tmp_path / "index.yaml"
    config.write_text("index: {m: 24, ef_construction: 100, ef: 64}\n")
    report = system.json("reembed", "--release", "wide", "--config", config, "--data", system.data)
    assert report["state"] == "built"
    assert report["steps"]["embed"]["patents"] == len(system.client().list_patents().patents)
    wide = system.json("releases", "show", "wide", "--data", system.data)
    assert wide["state"] == "building"
    assert wide["index"] == {"m": 24, "ef_construction": 100, "ef": 64}
    assert serving(system)["release_id"] != "wide"
    # Again: nothing is left to do.
    again = system.json("reembed", "--release", "wide", "--config", config, "--data", system.data)
    assert again["steps"]["embed"]["drawings"] == 0
    system.run("releases", "promote", "wide", "--data", system.data)
    assert serving(system)["release_id"] == "wide"


def test_a_closed_gate_changes_nothing(system: System, tmp_path: Path) -> None:
    before = releases(system)
    models = sorted((system.data / "models").iterdir())
    config = configuration(tmp_path, gate={"margin": 1.0, "held_out_share": 0.3, "latency_ms": 0.0001})
    done = system.run("refresh", "--data", system.data, "--config", config, check=False)
    assert done.returncode == 3
    assert "REFRESH_REFUSED" not in done.stdout
    assert "latency in ms" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert releases(system) == before
    assert sorted((system.data / "models").iterdir()) == models
    (report,) = [
        text
        for path in (system.data / "refreshes").glob("*/report.md")
        if "refused" in (text := path.read_text())
    ]
    assert "latency in ms" in report


def test_the_second_is_told_who_holds_the_lock(system: System, tmp_path: Path) -> None:
    command = [COMMAND, "refresh", "--data", str(system.data), "--config", str(configuration(tmp_path))]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert first.stderr is not None
    for line in first.stderr:
        if line.startswith("[2/"):
            break
    first.send_signal(signal.SIGSTOP)
    second = system.run("refresh", "--data", system.data, "--skip-train", check=False)
    first.kill()
    first.wait()
    assert second.returncode == 1
    assert "REFRESH_LOCKED" in second.stderr
    assert f":{first.pid}" in second.stderr.replace("\n", "")


def test_a_dry_run_changes_nothing(system: System, tmp_path: Path) -> None:
    before = releases(system)
    journal = sorted((system.data / "refreshes").iterdir())
    done = system.run("refresh", "--data", system.data, "--config", configuration(tmp_path), "--dry-run")
    assert "to train on" in done.stderr
    assert releases(system) == before
    assert sorted((system.data / "refreshes").iterdir()) == journal


def test_without_a_training_there_is_nothing_to_refresh(system: System) -> None:
    done = system.run("refresh", "--data", system.data, check=False)
    assert done.returncode == 2
    assert "learning.config" in done.stderr
