"""Which patents choose and which report, and that an evaluation never mixes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sevenviews.lab.sets import PatentSet, patents_of, read_ids, set_of
from sevenviews.lab.task import TaskSource, read_tasks
from tests.commands import command, json_of
from tests.unit.lab.drawings import article

DEVELOPMENT, REPORT = patents_of(PatentSet.DEVELOPMENT), patents_of(PatentSet.REPORT)


def test_no_patent_chooses_and_reports() -> None:
    assert (len(DEVELOPMENT), len(REPORT)) == (30, 55)
    assert not set(DEVELOPMENT) & set(REPORT)


@pytest.mark.parametrize("spelling", ["{0}", "US D{1} S", "D{1}", "{0}-20210209.ZIP", "usd{1}"])
def test_a_patent_is_known_in_every_spelling(spelling: str) -> None:
    for which, patents in ((PatentSet.DEVELOPMENT, DEVELOPMENT), (PatentSet.REPORT, REPORT)):
        assert {set_of(spelling.format(one, int(one[3:]))) for one in patents} == {which}
    assert set_of("USD0000001") is PatentSet.OPEN


def test_a_list_has_comments_and_any_spelling() -> None:
    assert read_ids(["# nothing", "", "D909,824  # a chair", "USD0909824S1"]) == ["USD0909824"] * 2


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Two patents of each set, three drawings each."""
    for sides, name in enumerate((*DEVELOPMENT[:2], *REPORT[:2], "USD0000001", "USD0000002"), 3):
        folder = tmp_path / "mixed" / name
        folder.mkdir(parents=True)
        for view, turn in (("front", 0), ("back", 5), ("left", 10)):
            article(sides, turn).save(folder / f"{view}.png")
    return tmp_path / "mixed"


def test_each_set_is_a_task_of_its_own(mixed: Path) -> None:
    tasks = read_tasks(TaskSource(mixed, distractors=mixed))
    assert [task.patent_set for task in tasks] == list(PatentSet)
    for task in tasks:
        assert (task.patent_count, len(task.queries), len(task.gallery)) == (2, 4, 2 + 18)
        asking = set(task.patents[task.queries].tolist())
        assert {set_of(patent) for patent in asking} == {task.patent_set}


def test_the_command_tells_the_sets_apart_and_counts_the_trials(mixed: Path, tmp_path: Path) -> None:
    options = ("evaluate", "--corpus", mixed, "--reports", tmp_path / "reports")
    document = json_of(*options, "--model", "raw", "--model", "hog")
    told = [(one["patent_set"], one["model"], one["trials"]) for one in document]
    assert told == [
        (which, model, {"trials": 2, "models": 2}) for which in PatentSet for model in ("raw", "hog")
    ]
    assert set(document[1]["paired"]) == {"raw"}
    said = command(*options, "--model", "raw")
    assert "report set" in said.stdout
    assert "report set, by which nothing is chosen: 3 trials of 2 models so far" in " ".join(
        said.stderr.split()
    )
    lines = (tmp_path / "reports" / "trials.jsonl").read_text().splitlines()
    assert len(lines) == 9
    assert {json.loads(line)["set"] for line in lines} == set(PatentSet)


def test_an_unknown_relevance_is_refused(mixed: Path) -> None:
    done = command("evaluate", "--corpus", mixed, "--relevance", "luck", check=False)
    assert done.returncode == 2
    assert "patent, citations" in done.stderr
