"""A whole refresh while clients search and import: none fails, no answer mixes models, nothing imported is lost."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from sevenviews.corpus import CorpusPatent
from sevenviews.designs import ImportOutcome
from tests.refreshing import (
    FIRST,
    Clients,
    configuration,
    descendant,
    item,
    kill,
    start,
    start_light,
    steps_of,
    until,
)
from tests.system import System
from tests.systems import filled

SYSTEMS = {"embedded": "packaged_system", "servers": "tiny_server_system"}
"""What a user has who has no cluster, Ray and all; and the stores of a cluster."""


@pytest.fixture(scope="module", params=SYSTEMS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def system(request: pytest.FixtureRequest, kind: str, patents: list[CorpusPatent]) -> System:
    return filled(request.getfixturevalue(SYSTEMS[kind]), patents[:FIRST])


def test_a_refresh_under_searches_and_imports(
    system: System, kind: str, patents: list[CorpusPatent], tmp_path: Path
) -> None:
    before = system.serving()
    known = patents[:FIRST]
    queries = [next(iter(one.contents.values())) for one in known[2:8]]
    acknowledged: list[str] = []
    clients = Clients(system.gateway, queries)
    with clients.running():
        # Once as a user does it who has no cluster: it trains, and starts a Ray of its own, of which a worker dies.
        begin_job = start if kind == "embedded" else start_light
        job = begin_job(system, "--config", configuration(tmp_path), "--json")
        with system.client(60) as client:
            for step in steps_of(job):
                # Something arrives, changes or goes in every step.
                if step in {"train", "evaluate", "load", "create", "embed", "index", "catch-up", "verify"}:
                    new = patents[FIRST + len(acknowledged)]
                    (result,) = client.import_patents([item(new)])
                    assert result.outcome is ImportOutcome.CREATED, result.error
                    acknowledged.append(new.patent.patent_id)
                if step == "embed" and kind == "embedded":
                    kill(lambda: descendant(job.pid, "MapWorker"))
                if step == "embed":
                    assert client.delete_patents([known[0].patent.patent_id]) == 1
                    (result,) = client.import_patents([item(_with_other_images(known[1]), replaced=True)])
                    assert result.outcome is ImportOutcome.REPLACED, result.error
        assert job.stdout is not None
        report = json.loads(job.stdout.read())
        assert job.wait(120) == 0
        answered = clients.count
        until(lambda: clients.count >= answered + 10)
    after = system.serving()
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


def test_the_way_back(system: System, patents: list[CorpusPatent]) -> None:
    """Runs on what the refresh before has left."""
    after = system.serving()
    before = max(
        (one for one in system.releases() if one["state"] == "kept"), key=lambda one: one["promoted"]
    )
    late = patents[-1]
    with system.client() as client:
        (result,) = client.import_patents([item(late)])
        assert result.outcome is ImportOutcome.CREATED
        system.run("releases", "rollback", "--data", system.data)
        image = next(iter(late.contents.values()))
        until(lambda: client.search([image]).release_id == before["release_id"], 10)
        # Imported after the promotion, and found by the release of before it.
        assert client.search([image]).hits[0].patent_id == late.patent.patent_id
    system.run("releases", "rollback", "--data", system.data)
    assert system.serving()["release_id"] == after["release_id"]


def test_what_changed_between_releases_is_explained(
    system: System, patents: list[CorpusPatent], tmp_path: Path
) -> None:
    after = system.serving()["release_id"]
    (before,) = [one["release_id"] for one in system.releases() if one["state"] == "kept"]
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


def test_the_second_is_told_who_holds_the_lock(system: System, tmp_path: Path) -> None:
    first = start_light(system, "--config", configuration(tmp_path))
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
