"""Rows change what they name and nothing else; a claim holds if it does with every seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import sevenviews.training.order
from sevenviews.training.order import Claim, Measured, OrderConfig, OrderReport, Verdict
from sevenviews.training.order.experiment import slug

SHIPPED = Path(sevenviews.training.order.__file__).parent / "configs" / "ldraw.yaml"


def config(**more: Any) -> OrderConfig:
    settings: dict[str, Any] = {
        "base": {"data": {"synthetic_designs": 12}, "optimization": {"steps": 40, "batch_size": 32}},
        "rows": {
            "ArcFace": {},
            "triplet": {"loss": {"kind": "triplet", "margin": 0.2}, "optimization": {"steps": 20}},
        },
        "descriptors": ["hog"],
        "claims": [{"above": "ArcFace", "below": "triplet", "by": "a paper"}],
        "seeds": [1, 2],
    }
    return OrderConfig.model_validate({**settings, **more})


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
        ({"descriptors": ["hogg"]}, "there is no 'hogg'; did you mean 'hog'"),
        ({"seeds": []}, "seeds"),
        ({"rows": {}, "claims": []}, "rows"),
    ],
)
def test_what_does_not_fit_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"(?s){message}"):
        config(**more)


def test_the_shipped_one_compares_equal_budgets() -> None:
    shipped = OrderConfig.load(SHIPPED)
    trainings = [shipped.training(row, 7) for row in shipped.rows]
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
    ("above", "below", "verdict"),
    [
        ((0.5, 0.4), (0.4, 0.4), Verdict.HOLDS),
        ((0.5, 0.3), (0.4, 0.4), Verdict.UNDECIDED),
        ((0.3, 0.3), (0.4, 0.4), Verdict.FAILS),
        ((0.3,), (0.2, 0.4), Verdict.HOLDS),
        ((), (0.2, 0.4), None),
    ],
)
def test_a_claim_holds_with_every_seed(
    above: tuple[float, ...], below: tuple[float, ...], verdict: Verdict | None, tmp_path: Path
) -> None:
    report = OrderReport(config(), measured("ArcFace", *above) + measured("triplet", *below))
    assert report.verdict(Claim(above="ArcFace", below="triplet", by="")) == verdict
    text = (report.write(tmp_path).folder / "report.md").read_text()
    assert f"| ArcFace ≥ triplet | a paper | {verdict or 'not run'} |" in text
    assert json.loads((tmp_path / "results.json").read_text())["claims"][0]["verdict"] == verdict


def test_folders_are_named_after_rows() -> None:
    assert slug("classification, then triplet") == "classification-then-triplet"
    assert len({slug(row) for row in OrderConfig.load(SHIPPED).rows}) == len(OrderConfig.load(SHIPPED).rows)
