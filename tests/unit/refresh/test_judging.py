"""The gate, and what it is judged by: models of which only the figures are made up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.lab.metrics import RankingReport
from sevenviews.refresh.config import GateConfig
from sevenviews.refresh.judging import Worth, figures, judge, refuse

GOOD = {
    "finite": True,
    "held_out_trained_on": 0,
    "queries": 100,
    "patents": 50,
    "serving_difference_low": -0.009,
    "anchor_difference_low": -0.01,
    "milliseconds": 10.0,
}
PATENTS, QUERIES = 300, 2
ASKING = [f"USD{number:07d}" for number in range(PATENTS) for _ in range(QUERIES)]
CONFIG = GateConfig()


def test_a_model_within_the_margin_passes() -> None:
    assert all(check.passed for check in judge(GOOD, CONFIG))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"finite": False}, "finite embeddings"),
        ({"held_out_trained_on": 1}, "held-out patents trained on"),
        ({"queries": 99}, "held-out queries"),
        ({"patents": 49}, "held-out patents"),
        ({"serving_difference_low": -0.0101}, "mAP against the serving model, lower end"),
        ({"serving_difference_low": float("nan")}, "mAP against the serving model, lower end"),
        ({"anchor_difference_low": -0.0101}, "mAP against the anchor, lower end"),
        ({"milliseconds": 100.1}, "latency in ms"),
    ],
)
def test_the_first_condition_that_fails_is_named(change: dict[str, object], name: str) -> None:
    checks = judge({**GOOD, **change}, CONFIG)
    assert [check.name for check in checks if not check.passed] == [name]
    with pytest.raises(SevenviewsError) as caught:
        refuse("f-1", checks)
    assert caught.value.reason is Reason.REFRESH_REFUSED
    assert caught.value.metadata == {"refresh_id": "f-1", "check": name}


class Trainings:
    """Makes up models: how much each is worth, and how it fares on each query."""

    def __init__(self, seed: int, patents: int = PATENTS) -> None:
        self._chance = np.random.default_rng(seed)
        self._asking = ASKING[: QUERIES * patents]
        of_patent = self._chance.uniform(0.2, 0.8, patents)
        self._hard = np.repeat(of_patent, QUERIES) + self._chance.normal(0, 0.05, QUERIES * patents)

    def model(self, worth: float) -> Worth:
        """One that is better than the first by `worth` on average, over all queries that there might be."""
        patents = len(self._asking) // QUERIES
        own = np.repeat(self._chance.normal(0, 0.03, patents), QUERIES)
        noise: npt.NDArray[np.float64] = own + self._chance.normal(0, 0.03, len(self._hard))
        report = RankingReport(self._hard + worth + noise, {1: 0.5}, len(self._hard))
        return Worth(report, True, 10.0)

    def passes(self, new: Worth, serving: Worth, anchor: Worth) -> bool:
        """Whether the gate lets it through."""
        found = {**figures(new, serving, anchor, self._asking), "held_out_trained_on": 0}
        return all(check.passed for check in judge(found, CONFIG))


def test_a_worse_model_is_refused_and_a_better_one_passes() -> None:
    for seed in range(6):
        trainings = Trainings(seed)
        serving = trainings.model(0)
        assert not trainings.passes(trainings.model(-0.03), serving, serving)
        assert trainings.passes(trainings.model(0.02), serving, serving)
        assert trainings.passes(serving, serving, serving)


def test_few_patents_are_no_proof() -> None:
    """On fifty patents a model that is as good could be one that is much worse: it is refused like that one."""
    refused = 0
    for seed in range(8):
        trainings = Trainings(seed, patents=50)
        serving = trainings.model(0)
        refused += not trainings.passes(trainings.model(0), serving, serving)
        assert not trainings.passes(trainings.model(-0.03), serving, serving)
    assert refused >= 4


def test_refreshes_repeated_do_not_drift() -> None:
    """Each model is worth .004 less than the one that serves; ten times that would be .04."""
    for seed in range(2):
        trainings = Trainings(seed)
        anchor = serving = trainings.model(0)
        lost = without_anchor = 0.0
        unpinned = serving
        for _ in range(10):
            new = trainings.model(lost - 0.004)
            if trainings.passes(new, serving, anchor):
                serving, lost = new, lost - 0.004
            new = trainings.model(without_anchor - 0.004)
            if trainings.passes(new, unpinned, unpinned):
                unpinned, without_anchor = new, without_anchor - 0.004
        assert lost > -0.01
        assert without_anchor <= lost


def test_the_figures_are_paired_by_query_and_drawn_by_patent() -> None:
    trainings = Trainings(3)
    new, serving, anchor = (trainings.model(worth) for worth in (0.05, 0, -0.05))
    found = figures(new, serving, anchor, ASKING)
    assert (found["queries"], found["patents"]) == (QUERIES * PATENTS, PATENTS)
    for other, true in (("serving", 0.05), ("anchor", 0.1)):
        low, high = found[f"{other}_difference_low"], found[f"{other}_difference_high"]
        assert low < true < high
        assert high - low < 0.03
        assert found[f"{other}_difference"] == pytest.approx(found["map"] - found[f"{other}_map"])
