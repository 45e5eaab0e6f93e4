"""The figure numbers of a whole patent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sevenviews.corpus.figures import number_figures
from sevenviews.corpus.figures.numbering import ReadNumber


@st.composite
def _sheets(draw: st.DrawFn) -> list[ReadNumber]:
    """Figures 1 to n, one to three a sheet, in any order on it, all read well."""
    figures: list[ReadNumber] = []
    count = draw(st.integers(2, 15))
    sheet = 0
    while len(figures) < count:
        sheet += 1
        numbers = range(len(figures) + 1, min(len(figures) + draw(st.integers(1, 3)), count) + 1)
        order = draw(st.permutations(list(numbers)))
        figures += [ReadNumber(sheet, str(number), 0.9) for number in order]
    return figures


def _described(figures: list[ReadNumber]) -> list[str]:
    return [str(number) for number in range(1, len(figures) + 1)]


@given(_sheets())
def test_what_was_read_well_stands(figures: list[ReadNumber]) -> None:
    assert number_figures(figures, _described(figures)) == [figure.number for figure in figures]


@given(_sheets(), st.data(), st.sampled_from(["", "77", "1A"]))
def test_one_bad_reading_is_put_right(figures: list[ReadNumber], data: st.DataObject, reading: str) -> None:
    index = data.draw(st.integers(0, len(figures) - 1))
    read = list(figures)
    read[index] = ReadNumber(figures[index].sheet, reading, 0.9)
    assert number_figures(read, _described(figures)) == [figure.number for figure in figures]


@given(st.integers(3, 12), st.data())
def test_a_number_misread_as_another_is_put_right(count: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, count - 1))
    wrong = data.draw(st.integers(1, count).filter(lambda number: number != index + 1))
    read = [ReadNumber(sheet, str(sheet), 0.9) for sheet in range(1, count + 1)]
    read[index] = ReadNumber(index + 1, str(wrong), 0.6)
    described = [str(number) for number in range(1, count + 1)]
    assert number_figures(read, described) == described


@given(st.lists(st.sampled_from(["", "1", "2", "3", "12", "9Z"]), max_size=8), st.integers(0, 5))
def test_no_number_is_given_twice_or_invented(readings: list[str], count: int) -> None:
    described = [str(number) for number in range(1, count + 1)]
    numbers = number_figures(
        [ReadNumber(1 + i // 2, text, 0.8) for i, text in enumerate(readings)], described
    )
    assert len(numbers) == len(readings)
    if described:
        given_numbers = [number for number in numbers if number]
        assert len(set(given_numbers)) == len(given_numbers)
        assert set(given_numbers) <= set(described)


def test_sheets_out_of_order_keep_their_readings() -> None:
    read = [ReadNumber(sheet, number, 0.9) for sheet, number in enumerate(["1", "2", "5", "3", "4"], 1)]
    assert number_figures(read, ["1", "2", "3", "4", "5"]) == ["1", "2", "5", "3", "4"]


def test_without_a_description_the_readings_stand() -> None:
    assert number_figures([ReadNumber(1, "7", 0.5), ReadNumber(2, "", 0.0)], []) == ["7", ""]


def test_a_figure_too_many_gets_no_number() -> None:
    read = [ReadNumber(1, "1", 0.9), ReadNumber(1, "", 0.0), ReadNumber(2, "2", 0.9)]
    assert number_figures(read, ["1", "2"]) == ["1", "", "2"]
