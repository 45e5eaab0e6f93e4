"""The gate, and what it is judged by."""

from __future__ import annotations

import numpy as np
import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.refresh.config import GateConfig
from sevenviews.refresh.judging import judge, paired_interval, refuse

GOOD = {"map": 0.60, "serving_map": 0.605, "finite": True, "milliseconds": 10.0}


def test_a_model_within_the_margin_passes() -> None:
    assert all(check.passed for check in judge(GOOD, GateConfig(margin=0.01)))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"map": 0.59}, "mAP"),
        ({"map": float("nan")}, "mAP"),
        ({"finite": False}, "finite embeddings"),
        ({"milliseconds": 100.1}, "latency in ms"),
    ],
)
def test_the_first_condition_that_fails_is_named(change: dict[str, object], name: str) -> None:
    checks = judge({**GOOD, **change}, GateConfig(margin=0.01, latency_ms=100))
    assert [check.name for check in checks if not check.passed] == [name]
    with pytest.raises(SevenviewsError) as caught:
        refuse("f-1", checks)
    assert caught.value.reason is Reason.REFRESH_REFUSED
    assert caught.value.metadata == {"refresh_id": "f-1", "check": name}


def test_the_interval_holds_the_true_difference_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(3)
    held = 0
    for trial in range(200):
        old = chance.uniform(0, 0.8, 120)
        new = old + 0.05 + chance.normal(0, 0.1, 120)
        low, high = paired_interval(new, old, trial)
        held += low <= 0.05 <= high
    assert 180 <= held <= 199


def test_equal_models_differ_by_nothing() -> None:
    precision = np.linspace(0, 1, 30)
    assert paired_interval(precision, precision, 0) == (0.0, 0.0)
