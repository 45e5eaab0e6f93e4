"""The figures of the PDFs' sheets, against what was seen by eye."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.sheet_figures import SHEETS, Rates, measure, read_truth


def _measure(data: Path, described: bool) -> Rates:
    if not (data / SHEETS).is_file() or not (data / "pdf").is_dir():
        pytest.skip("../shared/data/sheets-60.tar and ../shared/data/pdf are not here")
    rates = measure(read_truth(), data, described)
    print(rates)
    return rates


@pytest.mark.slow
def test_figures_get_their_number_and_view_and_are_cut_as_a_person_would(shared_data: Path) -> None:
    assert len(read_truth()) >= 200
    rates = _measure(shared_data, described=True)
    assert rates.named >= 0.95, "\n".join(rates.wrong)
    assert rates.cut >= 0.97, "\n".join(rates.wrong)
    assert rates.drawings <= 1.02


@pytest.mark.slow
def test_labels_alone_give_the_numbers(shared_data: Path) -> None:
    rates = _measure(shared_data, described=False)
    assert rates.named >= 0.95, "\n".join(rates.wrong)
