"""Rows change what they name and nothing else; a claim holds if it does with every seed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sevenviews.cli.lab.experiment import settings_of
from sevenviews.lab.report import Report
from sevenviews.training.order import Claim, Measured, Order, claimed, slug, verdict


def shipped(**options: Any) -> Order:
    found = settings_of(Order, {"config": None, **options})
    assert isinstance(found, Order)
    return found


def config(**more: Any) -> Order:
    settings: dict[str, Any] = {
        "base": {"data": {"synthetic_designs": 12}, "optimization": {"steps": 40, "batch_size": 32}},
        "rows": {
            "ArcFace": {},
            "triplet": {"loss": {"kind": "triplet", "margin": 0.2}, "optimization": {"steps": 20}},
        },
        "descriptors": ["hog"],
        "claims": [{"above": "ArcFace", "below": "triplet", "by": "a paper"}],
        "seed": 1,
    }
    return Order.model_validate({**settings, **more})


def test_a_row_changes_what_it_names_alone() -> None:
    base, row = (config().training(name, 2) for name in ("ArcFace", "triplet"))
    assert (base.seed, row.seed, row.name) == (2, 2, "triplet")
    assert (base.loss.kind, row.loss.kind) == ("arcface", "triplet")
    assert (row.optimization.steps, row.optimization.batch_size) == (20, 32)
    assert (
        row.model_copy(update={"name": base.name, "loss": base.loss, "optimization": base.optimization})
        == base
    )


def test_another_kind_takes_no_settings_over() -> None:
    changed = config(base={"loss": {"kind": "arcface", "scale": 20}, "data": {"synthetic_designs": 12}})
    assert changed.training("ArcFace", 1).loss.model_dump()["scale"] == 20
    assert "scale" not in changed.training("triplet", 1).loss.model_dump()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"rows": {"one": {"optimisation": {}}}}, r"rows: one: .*did you mean 'optimization'"),
        ({"claims": [{"above": "ArcFase", "below": "hog", "by": "me"}]}, "did you mean 'ArcFace'"),
        ({"descriptors": ["hogg"]}, "there is no row 'hogg'; did you mean 'hog'"),
        ({"repeats": 0}, "repeats"),
        ({"rows": {}, "claims": []}, "rows"),
    ],
)
def test_what_does_not_fit_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"(?s){message}"):
        config(**more)


def test_the_shipped_one_compares_equal_budgets() -> None:
    order = shipped()
    trainings = [order.training(row, 7) for row in order.rows]
    budgets = {
        sum(step.optimization.steps * step.optimization.batch_size for step in one.as_steps())
        for one in trainings
    }
    assert budgets == {51_200}
    assert len({one.data for one in trainings}) == len({one.augmentation for one in trainings}) == 1
    assert all(corpus.is_absolute() for corpus in trainings[0].data.corpora)


def measured(row: str, *maps: float) -> list[Measured]:
    return [Measured(row, seed, value, 0.5, 1280) for seed, value in enumerate(maps, 1)]


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        ((0.5, 0.4), (0.4, 0.4), "holds"),
        ((0.5, 0.3), (0.4, 0.4), "seeds differ"),
        ((0.3, 0.3), (0.4, 0.4), "does not hold"),
        ((0.3,), (0.2, 0.4), "holds"),
        ((), (0.2, 0.4), "not run"),
    ],
)
def test_a_claim_holds_with_every_seed(
    above: tuple[float, ...], below: tuple[float, ...], expected: str
) -> None:
    claim = Claim(above="ArcFace", below="triplet", by="a paper")
    assert verdict(claimed(claim, measured("ArcFace", *above) + measured("triplet", *below))) == expected


def test_the_report_says_of_each_claim_whether_it_holds(tmp_path: Path) -> None:
    found = measured("ArcFace", 0.5, 0.25) + measured("triplet", 0.25, 0.25)

    class Known(Order):
        def measured(self, out: Path, tell: Callable[[str], None]) -> Iterator[Measured]:
            return iter(found)

    report = Report(tmp_path)
    Known.model_validate(config().model_dump()).run(report, lambda *_: lambda _: None)
    assert "| ArcFace ≥ triplet | a paper | holds | +0.250, +0.000 |" in report.write().read_text()
    rows = {row["name"]: row["ours"] for row in json.loads((tmp_path / "results.json").read_text())["rows"]}
    assert rows["ArcFace ≥ triplet"] == {"seed 1": 0.25, "seed 2": 0}
    assert rows["ArcFace, seed 1"]["drawings"] == 1280


def test_the_budget_is_of_every_step_of_every_row() -> None:
    order = shipped(steps=4)
    steps = [step for row in order.rows for step in order.training(row, 7).as_steps()]
    assert {step.optimization.steps for step in steps} == {4}


def test_folders_are_named_after_rows() -> None:
    assert slug("classification, then triplet") == "classification-then-triplet"
    assert len({slug(row) for row in shipped().rows}) == len(shipped().rows)
