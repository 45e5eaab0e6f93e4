"""What hiding drawings does to ranks: by hand on small galleries, and whether a definition's weakness is seen."""

from __future__ import annotations

import json
import random
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from typer.testing import CliRunner

from sevenviews.cli.lab import lab_app
from sevenviews.designs import View
from sevenviews.lab.hiding.definitions import (
    COMPARED,
    MAXIMUM,
    MEAN_OF_MAXIMA,
    OURS,
    SUM,
    TRIED,
    Asked,
    maximum,
    mean_of_maxima,
    once_only,
    total,
)
from sevenviews.lab.hiding.measure import FIGURES, Gallery, differences, mean_figures, measure
from sevenviews.lab.hiding.trials import halves, trials_of
from tests.models import tiny_bundle
from tests.unit.lab.drawings import article

ONE, FEW, MRR, ACC1, HIDDEN = range(len(FIGURES))


def asked(cosines: list[list[float]], views: list[View], firsts: list[int]) -> Asked:
    asking = [View.FRONT, View.UNKNOWN][: len(cosines)]
    return Asked(np.array(cosines, np.float32), asking, views, np.array(firsts))


def test_the_definitions_that_are_compared_are_what_they_say() -> None:
    query = asked([[0.5, 0.1, 0.2], [0.3, 0.4, 0.9]], [View.FRONT, View.TOP, View.TOP], [0, 2])
    assert mean_of_maxima(query) == pytest.approx([0.5 + 0.05 + 0.4, 0.2 + 0.9])
    assert maximum(query) == pytest.approx([0.5, 0.9])
    assert total(query) == pytest.approx([1.3, 1.1])
    assert set(COMPARED) == {OURS, MEAN_OF_MAXIMA, MAXIMUM, SUM}


def test_no_drawing_twice_is_stricter_where_a_drawing_may_be_two_sides() -> None:
    query = asked([[0.9], [0.9]], [View.UNKNOWN], [0])
    twice = Asked(query.cosines, [View.UNKNOWN] * 2, query.views, query.first_drawings)
    assert once_only(twice)[0] < COMPARED[OURS](twice)[0]


def test_every_definition_scores_every_patent() -> None:
    query = asked([[0.5, 0.1, 0.2], [0.3, 0.4, 0.9]], [View.FRONT, View.LEFT, View.UNKNOWN], [0, 2])
    for name, definition in TRIED.items():
        scores = definition(query)
        assert scores.shape == (2,), name
        assert np.isfinite(scores).all(), name


def test_a_trial_hides_each_in_turn_and_then_more_and_more() -> None:
    trials = list(trials_of("A", range(10, 16), 3, random.Random(0)))
    assert [len(trial.asking) for trial in trials] == [2] * 3 + [3] * 3 + [4] * 3
    for trial in trials:
        assert sorted(trial.asking + trial.found) == list(range(10, 16))
        assert [set(trial.found) - set(left) for left in trial.one_hidden] == [{one} for one in trial.found]
        assert [len(left) for left in trial.few_left] == list(range(len(trial.found) - 2, 0, -1))
        assert set(chain(*trial.few_left)) <= set(trial.found)


def test_a_patent_is_in_one_half_alone_and_those_of_few_drawings_in_none() -> None:
    drawings = {f"P{number}": range(number) for number in range(12)}
    choosing, reporting = halves(drawings, seed=1)
    assert sorted(choosing + reporting) == sorted(f"P{number}" for number in range(5, 12))
    assert abs(len(choosing) - len(reporting)) == 1
    with pytest.raises(ValueError, match="fewer than two"):
        halves({"A": range(9), "B": range(4)}, seed=1)


def test_a_patent_that_stays_first_does_not_change() -> None:
    vectors = np.repeat(np.eye(2, dtype=np.float32), [5, 1], axis=0)
    found = measure(
        Gallery(vectors, [View.UNKNOWN] * 6, {"A": range(5), "B": [5]}), ["A"], COMPARED, 2, seed=0
    )
    for name in (OURS, MEAN_OF_MAXIMA, MAXIMUM):
        assert found[name][0] == pytest.approx([0, 0, 1, 1, 1]), name


def test_ranks_and_their_changes_are_counted() -> None:
    """A patent of five drawings that scores by how many can be found, and a rival that two do not beat."""

    def count(query: Asked) -> npt.NDArray[np.float64]:
        found = np.diff(query.first_drawings, append=len(query.views)).astype(np.float64)
        return np.array([2.5]) if len(found) == 1 else found

    gallery = Gallery(np.eye(6, dtype=np.float32), [View.UNKNOWN] * 6, {"A": range(5), "B": [5]})
    found = measure(gallery, ["A"], {"count": count}, repeats=1, seed=0)["count"][0]
    # Two ask: three are found, rank 1; with one hidden, each in turn, and with one left, rank 2. Three ask: two are
    # found, rank 2, and so are those of which one is left. Four cannot ask.
    assert found == pytest.approx([(1 + 0) / 2, 1, (1 + 1 / 2) / 2, 1 / 2, 1 / 2])


def test_the_sum_is_seen_to_depend_on_how_many_drawings_there_are() -> None:
    chance = np.random.default_rng(0)
    kinds = np.repeat(np.eye(6), 6, axis=0)
    vectors = (kinds + 0.1 + 0.1 * chance.standard_normal(kinds.shape)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    drawings = {f"P{number}": list(range(6 * number, 6 * number + 6)) for number in range(6)}
    found = measure(Gallery(vectors, [View.UNKNOWN] * 36, drawings), list(drawings), COMPARED, 2, seed=0)
    assert found[OURS][:, FEW].mean() < 0.1
    assert found[SUM][:, FEW].mean() > 0.5
    (row,) = (row for row in differences(found) if row[0] == SUM)
    assert row[1 + FEW].startswith("-")
    assert list(mean_figures(found)) == list(COMPARED)


def test_the_command_writes_a_report_from_sheets(tmp_path: Path) -> None:
    for patent in range(3, 7):
        (tmp_path / "sheets" / f"D{patent}").mkdir(parents=True)
        for sheet in range(1, 7):
            article(patent, 7 * sheet).save(tmp_path / "sheets" / f"D{patent}" / f"D0000{sheet}.png")
    options = ["--sheets", "--model", str(tiny_bundle(tmp_path / "model")), "--repeats", "1", "--json"]
    result = CliRunner().invoke(
        lab_app,
        ["hiding", "--corpus", str(tmp_path / "sheets"), "--out", str(tmp_path / "out"), *options],
    )
    assert result.exit_code == 0, result.output
    assert set(json.loads(result.stdout)["compared"]) == set(COMPARED)
    report = (tmp_path / "out" / "report.md").read_text()
    assert "2 patents of `sheets` choose and 2 are reported on" in report
    assert "24 drawings of 4 patents" in report
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert set(results["tried"]) == set(TRIED)
    assert set(results["compared"][OURS]) == set(FIGURES)


def test_a_corpus_without_sheets_is_refused(tmp_path: Path) -> None:
    article(3, 0).save(tmp_path / "loose.png")
    options = ["--sheets", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(lab_app, ["hiding", "--corpus", str(tmp_path / "."), *options])
    assert result.exit_code == 2
    assert "holds no sheets" in result.output
