"""Simulated users on small galleries: what is judged, and what they are shown."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sevenviews.cli.lab import lab_app
from sevenviews.designs import View
from sevenviews.lab.feedback import SHOWN, USERS, measure
from sevenviews.lab.hiding.measure import Gallery
from sevenviews.ranking import Feedback
from tests.models import tiny_bundle
from tests.unit.lab.drawings import article


def gallery(patents: int, drawings: int, spread: float) -> Gallery:
    """Designs whose drawings lie around a direction of their own."""
    random = np.random.default_rng(3)
    centres = np.repeat(random.standard_normal((patents, 8)), drawings, axis=0)
    vectors = centres + spread * random.standard_normal((patents * drawings, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    own = {f"p{n}": range(n * drawings, (n + 1) * drawings) for n in range(patents)}
    return Gallery(vectors.astype(np.float32), [View.UNKNOWN] * len(vectors), own)


def test_who_marks_well_finds_more_of_what_was_not_shown() -> None:
    outcomes = measure(gallery(12, 20, spread=0.8), ["p0", "p1", "p2", "p3"], seed=0)
    assert outcomes.keys() == USERS.keys()
    every = outcomes["marks all"]
    assert len(every.patents) == 4 * 20
    assert every.change.interval[0] > 0
    assert every.next_change.difference > 0
    assert every.change.difference > outcomes["one mark in five wrong"].change.difference
    assert all(np.array_equal(one.before, every.before) for one in outcomes.values())
    assert all(((one.after >= 0) & (one.after <= 1)).all() for one in outcomes.values())


def test_feedback_that_does_nothing_changes_nothing() -> None:
    outcomes = measure(gallery(4, SHOWN + 5, 0.5), ["p0"], 0, Feedback(0, 0, 0))
    for one in outcomes.values():
        assert one.after == pytest.approx(one.before)


def test_what_is_shown_whole_leaves_nothing_to_judge() -> None:
    with pytest.raises(ValueError, match="unseen"):
        measure(gallery(3, 4, spread=0.01), ["p0"], seed=0)


def test_the_command_writes_a_report(tmp_path: Path) -> None:
    for patent in (3, 5):
        (tmp_path / "sheets" / f"D{patent}").mkdir(parents=True)
        for sheet in range(1, 9):
            article(patent, 7 * sheet).save(tmp_path / "sheets" / f"D{patent}" / f"D0000{sheet}.png")
    where = ["--corpus", str(tmp_path / "sheets"), "--out", str(tmp_path / "out")]
    options = ["--sheets", "--model", str(tiny_bundle(tmp_path / "model")), "--json"]
    result = CliRunner().invoke(lab_app, ["feedback", *where, *options])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    report = (tmp_path / "out" / "report.md").read_text()
    assert "`sheets` ask, among 16 drawings" in report
    assert "this does not show that an examiner" in report
    rows = json.loads((tmp_path / "out" / "results.json").read_text())["rows"]
    assert rows == told["rows"]
    assert {row["name"] for row in rows} == set(USERS)
