"""The number of a figure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import FigureNumber, expand_figures

_HEADS = st.one_of(st.integers(0, 999).map(str), st.sampled_from(["A", "B", "AA", "S1", "B12"]))
_TAILS = st.one_of(
    st.just(""),
    st.integers(1, 99).map(".{}".format),
    st.integers(1, 99).map("-{}".format),
    st.sampled_from(["A", "Z", "AA", "AB"]),
    st.sampled_from(["'", "''", "A'"]),
)


@st.composite
def _numbers(draw: st.DrawFn) -> FigureNumber:
    head, tail = draw(_HEADS), draw(_TAILS)
    return FigureNumber(head + tail if head[-1].isdigit() or not tail[:1].isalpha() else head)


@given(
    _numbers(), st.sampled_from(["{}", "FIG. {}", "Fig {}.", "Reproduction {}", " {} ", "FIGURE {} (Cont.)"])
)
def test_what_is_printed_is_read_as_the_same(number: FigureNumber, form: str) -> None:
    assert FigureNumber.parse(form.format(number)) == number
    assert FigureNumber.parse(str(number).lower()) == number


@given(_numbers(), _numbers(), _numbers())
def test_the_order_is_total(one: FigureNumber, other: FigureNumber, third: FigureNumber) -> None:
    assert (one < other) + (one == other) + (other < one) == 1
    assert (one.groups == other.groups) == (one == other)
    if one <= other <= third:
        assert one <= third


def test_numbers_sort_as_people_count() -> None:
    printed = [
        "1",
        "1'",
        "1A",
        "1B",
        "1Z",
        "1AA",
        "1.1",
        "1.2",
        "1.10",
        "1-1",
        "1-2",
        "2",
        "2A",
        "10",
        "12L",
        "A",
        "B",
    ]
    assert sorted(set(map(FigureNumber, printed))) == [FigureNumber(text) for text in printed]


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("1", "1"),
        ("007", "7"),
        ("12 l", "12L"),
        ("1AA", "1AA"),
        ("1 . 4", "1.4"),
        ("1.10", "1.10"),
        ("0001.2", "1.2"),
        ("1–1", "1-1"),
        ("3-A", "3A"),
        ("1(a)", "1A"),
        ("1 (2)", "1-2"),
        ("1′", "1'"),
        ("IV", "4"),
        ("FIG. XII", "12"),
        ("IIIb", "3B"),
        ("FIG. A", "A"),
        ("FIG. 1 (Cont.)", "1"),
        ("FIG. 1A (continued)", "1A"),
        ("FIG. 2 cont'd", "2"),
        ("Reproduction 1.1", "1.1"),
        ("Figs. 3", "3"),
        ("１２", "12"),
    ],
)
def test_one_grammar_for_all_that_people_write(written: str, printed: str) -> None:
    assert str(FigureNumber.parse(written)) == printed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FIG.",
        "FIGURE",
        "figure out",
        "1 2 3 chairs",
        "12345",
        "1..2",
        "-1",
        "①②③④⑤",
        "½",
        "1-",
        "ABC",
    ],
)
def test_other_texts_are_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="no figure's number"):
        FigureNumber.parse(text)


@pytest.mark.parametrize("text", ["01", "1a", "1 A", "IV", "1–1", "FIG. 1"])
def test_a_number_holds_its_printed_form_alone(text: str) -> None:
    with pytest.raises(ValueError, match="printed form"):
        FigureNumber(text)


@pytest.mark.parametrize(
    ("listed", "numbers"),
    [
        ("1", "1"),
        ("2A", "2A"),
        ("1-3", "1 2 3"),
        ("1 to 3, 7 and 9b", "1 2 3 7 9B"),
        ("3 through 5", "3 4 5"),
        ("2–4; 6 & 8", "2 3 4 6 8"),
        ("5-3", "5 3"),
        ("1A–1F", "1A 1B 1C 1D 1E 1F"),
        ("1A-F", "1A 1B 1C 1D 1E 1F"),
        ("1AA to 1AC", "1AA 1AB 1AC"),
        ("1Y-1AB", "1Y 1Z 1AA 1AB"),
        ("1.1–1.4", "1.1 1.2 1.3 1.4"),
        ("1.8-1.11", "1.8 1.9 1.10 1.11"),
        ("1.1-4", "1.1 1.2 1.3 1.4"),
        ("1.1 to 2.2", "1.1 1.2 2.1 2.2"),
        ("1-1 to 1-3", "1-1 1-2 1-3"),
        ("1-1–1-3", "1-1 1-2 1-3"),
        ("1-1, 1-2 and 1-3", "1-1 1-2 1-3"),
        ("2-1 and 2-2", "2-1 2-2"),
        ("1A-2B", "1A 1B 2A 2B"),
        ("1-2C", "1 2A 2B 2C"),
        ("2A-4", "2A 3 4"),
        ("I-IV", "1 2 3 4"),
        ("A-C", "A B C"),
        ("1-7 and 8-9", "1 2 3 4 5 6 7 8 9"),
        ("1, 1", "1"),
    ],
)
def test_lists_are_expanded(listed: str, numbers: str) -> None:
    assert " ".join(map(str, expand_figures(listed))) == numbers


def test_one_figure_is_no_range() -> None:
    assert expand_figures("1-2", several=False) == (FigureNumber("1-2"),)


@given(st.integers(0, 300), st.integers(1, 150), st.sampled_from(["-", "–", " to ", " through "]))
def test_a_range_has_every_number_between_its_ends(first: int, more: int, mark: str) -> None:
    expected = [str(number) for number in range(first, first + more + 1)]
    assert [str(number) for number in expand_figures(f"{first}{mark}{first + more}")] == expected


@given(st.text(st.sampled_from("0129ABIVfig.-–,' to and"), max_size=30))
def test_no_list_breaks_it(listed: str) -> None:
    try:
        numbers = expand_figures(listed)
    except ValueError:
        return
    assert numbers
    assert all(FigureNumber.parse(str(number)) == number for number in numbers)
