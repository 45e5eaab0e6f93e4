"""The figures of real sheets, against what was read by eye."""

from __future__ import annotations

from pathlib import Path

import pytest

from sevenviews.corpus import CorpusPatent, ProblemReason
from sevenviews.corpus.figures import cut_sheet
from tests.truth.measure import measure, read_patents, read_truth

# The sheets of ../shared/data/figures, their labels read by eye.
_LABELS = {
    "USD0871717-20200107-D00002": {"2", "3"},
    "USD0871719-20200107-D00005": {"5", "6", "7", "8"},
    "USD0871721-20200107-D00005": {"6", "7"},
    "USD0871725-20200107-D00002": {"2", "3"},
    "USD0871727-20200107-D00004": {"6", "7"},
    "USD0871728-20200107-D00002": {"4", "5"},
    "USD0871741-20200107-D00007": {"8", "9"},
    "USD0871749-20200107-D00005": {"8", "9"},
}


@pytest.fixture(scope="module")
def patents(shared_data: Path) -> list[CorpusPatent]:
    folder = shared_data / "uspto"
    if not folder.is_dir():
        pytest.skip("../shared/data/uspto is not here")
    return read_patents(folder)


@pytest.mark.slow
def test_nine_figures_of_ten_get_their_number_and_view(patents: list[CorpusPatent]) -> None:
    truth = read_truth()
    assert len(truth) >= 60
    result = measure(patents, truth)
    print(result)
    assert result.recall >= 0.9, "\n".join(result.wrong)
    assert result.precision >= 0.9, "\n".join(result.wrong)


@pytest.mark.slow
def test_every_sheet_of_the_25_patents_is_accounted_for(patents: list[CorpusPatent]) -> None:
    assert len(patents) == 25
    for read in patents:
        described = {description.figure_number for description in read.patent.figure_descriptions}
        drawn = [drawing.figure_number for drawing in read.patent.drawings]
        assert sorted(drawn) == sorted(described) or read.problems
    assert sum(len({drawing.sheet_number for drawing in read.patent.drawings}) for read in patents) == 231


@pytest.mark.slow
def test_as_many_figures_are_found_as_the_office_declares(patents: list[CorpusPatent]) -> None:
    counts = [
        str(problem)
        for read in patents
        for problem in read.problems
        if problem.reason is ProblemReason.FIGURE_COUNT
    ]
    assert counts == []


@pytest.mark.parametrize("name", sorted(_LABELS))
def test_labels_are_read_without_a_description(shared_data: Path, name: str) -> None:
    sheet = shared_data / "figures" / f"{name}.png"
    if not sheet.is_file():
        pytest.skip(f"../shared/data/figures/{name}.png is not here")
    figures = cut_sheet(sheet.read_bytes())
    assert {figure.label for figure in figures} == _LABELS[name]
    assert len(figures) == len(_LABELS[name])
