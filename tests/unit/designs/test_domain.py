"""The domain: notations, ids and the meaning of a filter."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import (
    CropBox,
    DateRange,
    LocarnoClass,
    Party,
    Patent,
    PatentFilter,
    Reason,
    SevenviewsError,
    UnknownDates,
    canonical_patent_id,
    drawing_id,
    is_patent_id,
    patent_id_of,
    size_of_page,
)

CHAIR = LocarnoClass(6, 1)
FURNITURE = LocarnoClass(6)


@pytest.mark.parametrize("text", ["06-01", "6-1", "06.01", "0601", "LOC 06-01", " 06 - 01 ", "06/01"])
def test_a_subclass_is_read_in_every_notation(text: str) -> None:
    assert LocarnoClass.parse(text) == CHAIR


@given(st.builds(LocarnoClass, st.integers(1, 32), st.none() | st.integers(1, 99)))
def test_a_class_is_read_as_it_is_printed(locarno: LocarnoClass) -> None:
    assert LocarnoClass.parse(str(locarno)) == locarno


@pytest.mark.parametrize("text", ["", "33", "00", "0", "06-", "six", "06-01-02", "D14/486", "06 OR 1=1"])
def test_what_is_no_class_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Locarno"):
        LocarnoClass.parse(text)


def test_a_class_contains_its_subclasses_only() -> None:
    assert FURNITURE.contains(CHAIR)
    assert FURNITURE.contains(FURNITURE)
    assert not CHAIR.contains(FURNITURE)
    assert not CHAIR.contains(LocarnoClass(6, 2))


@given(st.integers(1, 99_999), st.integers(1, 99))
def test_a_drawing_id_names_its_patent(sheet: int, position: int) -> None:
    assert patent_id_of(drawing_id("USD0909824", sheet, position)) == "USD0909824"


@pytest.mark.parametrize(
    "text",
    [
        "USD0909824", "usd909824", "USD0909824S1", "US D909,824 S", "US-D909824-S1", "D909824", "D 909,824",
        "D0909824 S", "USD0909824-20210209", "USD0909824-20210209.ZIP", " US D909824 S1\n",
    ],
)  # fmt: skip
def test_a_patent_has_one_canonical_id(text: str) -> None:
    assert canonical_patent_id(text) == "USD0909824"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("D12", "D12"),
        ("USD12", "USD0000012"),
        ("cn 301234567", "CN301234567S"),
        ("JP D1234567", "JPD1234567"),
        ("D0000", "D0000"),
        ("3001a", "3001A"),
        ("US 6,792,682 B2", "US 6,792,682 B2"),
        ("EM008888888-0001", "EM008888888-0001"),
        ("D909824-D00001-01", "D909824-D00001-01"),
    ],
)
def test_what_is_no_american_design_keeps_its_name(text: str, canonical: str) -> None:
    assert canonical_patent_id(text) == canonical
    assert canonical_patent_id(canonical) == canonical


@pytest.mark.parametrize("text", ["../etc/passwd", "", "a/b", "a b", "-a", "a..b", "x" * 65, 'a"b', "é"])
def test_ids_that_could_hurt_are_no_ids(text: str) -> None:
    assert not is_patent_id(text)


@pytest.mark.parametrize("text", ["USD0909824", "USD0909824-D1-01", "-D00001-01", "../x-D00001-01"])
def test_what_is_no_drawing_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a drawing id"):
        patent_id_of(text)


def patent(**fields: object) -> Patent:
    return Patent("USD0000001", **fields)  # type: ignore[arg-type]


def test_the_empty_filter_matches_everything() -> None:
    assert PatentFilter().matches(patent())


def test_locarno_any_all_none() -> None:
    lamp, both = LocarnoClass(26, 5), patent(locarno=(CHAIR, LocarnoClass(26, 5)))
    assert PatentFilter(locarno_any=(FURNITURE, LocarnoClass(1))).matches(both)
    assert PatentFilter(locarno_all=(FURNITURE, lamp)).matches(both)
    assert not PatentFilter(locarno_all=(FURNITURE, LocarnoClass(1))).matches(both)
    assert not PatentFilter(locarno_none=(LocarnoClass(26),)).matches(both)
    assert not PatentFilter(locarno_any=(FURNITURE,)).matches(patent())


def test_holders_compare_without_case_spacing_and_legal_forms() -> None:
    held = patent(assignees=(Party("ACME  Chairs GmbH"),), inventors=(Party("Jane Doe"),))
    assert PatentFilter(holders=("acme chairs gmbh",)).matches(held)
    assert not PatentFilter(holders=("Jane Doe",)).matches(held)


def test_inventors_compare_as_holders_do() -> None:
    made = patent(assignees=(Party("ACME"),), inventors=(Party("Jane  DOE"), Party("B")))
    assert PatentFilter(inventors=("jane doe", "c")).matches(made)
    assert not PatentFilter(inventors=("acme",)).matches(made)
    assert not PatentFilter(inventors=("c",)).matches(patent())


def test_a_class_of_the_united_states_contains_its_subclasses() -> None:
    made = patent(uspc=("D14/486", "D6"))
    for found in ("D14/486", "d14/486", "D14", "D6", "D 14 / 486"):
        assert PatentFilter(uspc=("D99", found)).matches(made)
    for other in ("D1", "D14/4", "D14/486.1", "D6/334", "D14/"):
        assert not PatentFilter(uspc=(other,)).matches(made)
    assert not PatentFilter(uspc=("D14",)).matches(patent())


def test_kinds_and_ids_are_exact() -> None:
    assert PatentFilter(kinds=("S", "S1")).matches(patent(kind="S1"))
    assert not PatentFilter(kinds=("S",)).matches(patent(kind="S1"))
    assert not PatentFilter(kinds=("S",)).matches(patent())
    assert not PatentFilter(exclude_patent_ids=("USD0000002", "USD0000001")).matches(patent())
    assert PatentFilter(exclude_patent_ids=("USD0000002", "USD000000")).matches(patent())


def test_without_assignees_the_applicants_hold() -> None:
    assert patent(applicants=(Party("A"), Party("A")), inventors=(Party("B"),)).holders == ("A",)
    assert patent(inventors=(Party("B"),)).holders == ("B",)


def test_both_ends_of_a_range_are_included() -> None:
    day = date(2021, 5, 1)
    assert DateRange(day, day).contains(day)
    assert not DateRange(start=date(2021, 5, 2)).contains(day)
    assert not DateRange(end=date(2021, 4, 30)).contains(day)


def test_filters_in_a_filter() -> None:
    chair, lamp = PatentFilter(locarno_any=(CHAIR,)), PatentFilter(locarno_any=(LocarnoClass(26, 5),))
    here, both = PatentFilter(offices=("US",)), patent(office="US", locarno=(CHAIR, LocarnoClass(26, 5)))
    one = replace(both, locarno=(CHAIR,))
    assert PatentFilter(any_of=(lamp, chair)).matches(one)
    assert not PatentFilter(any_of=(lamp,)).matches(one)
    assert PatentFilter(all_of=(lamp, chair)).matches(both)
    assert not PatentFilter(all_of=(lamp, chair)).matches(one)
    assert PatentFilter(none_of=(lamp,)).matches(one)
    assert not PatentFilter(none_of=(lamp, chair)).matches(one)
    # All of them must hold, and what stands beside them.
    assert replace(here, any_of=(chair,), none_of=(lamp,)).matches(one)
    assert not replace(here, any_of=(chair,)).matches(replace(one, office="EM"))
    # A filter that asks for nothing is one that all patents fulfil.
    assert PatentFilter(any_of=(lamp, PatentFilter())).matches(one)
    assert not PatentFilter(none_of=(PatentFilter(),)).matches(one)


def test_what_is_not_known_to_be_so_is_not_excluded_either() -> None:
    """Unless unknown dates were to fulfil the condition."""
    early = PatentFilter(filing_date=DateRange(end=date(2020, 1, 1)))
    assert PatentFilter(none_of=(early,)).matches(patent())
    assert not PatentFilter(none_of=(replace(early, unknown_dates=UnknownDates.INCLUDE),)).matches(patent())
    assert PatentFilter(none_of=(early,), unknown_dates=UnknownDates.INCLUDE).matches(patent())


LONG_AGO, SOON = date(1990, 1, 1), date(2999, 1, 1)


@pytest.mark.parametrize(
    "condition",
    [{"filing_date": DateRange(end=SOON)}, {"filing_date": DateRange(LONG_AGO)}, {"prior_to": SOON}],
)
def test_an_unknown_day_fulfils_conditions_only_if_so_asked(condition: dict[str, Any]) -> None:
    assert not PatentFilter(**condition).matches(patent())
    assert PatentFilter(**condition, unknown_dates=UnknownDates.INCLUDE).matches(patent())


def test_without_a_condition_unknown_days_do_not_count() -> None:
    for policy in UnknownDates:
        assert PatentFilter(unknown_dates=policy).matches(patent())


def test_prior_art_was_published_or_filed_before_the_day() -> None:
    day, before, after = date(2021, 5, 1), date(2021, 4, 30), date(2021, 5, 2)
    prior = PatentFilter(prior_to=day)
    for published, filed, expected in (
        (before, None, True),
        (None, before, True),
        (after, before, True),
        (before, after, True),
        (day, day, False),
        (after, None, False),
        (None, None, False),
    ):
        assert prior.matches(patent(publication_date=published, filing_date=filed)) is expected
    # Its filing is not known, and may have been before.
    maybe = replace(prior, unknown_dates=UnknownDates.INCLUDE)
    assert maybe.matches(patent(publication_date=after))
    assert not maybe.matches(patent(publication_date=after, filing_date=day))


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        DateRange(date(2021, 1, 2), date(2021, 1, 1))


@pytest.mark.parametrize("corners", [(0, 0, 0, 1), (0.5, 0, 0.4, 1), (-0.1, 0, 1, 1), (0, 0, 1, 1.1)])
def test_a_crop_that_is_empty_or_outside_is_refused(corners: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="empty or outside"):
        CropBox(*corners)


def test_a_crop_of_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="empty or outside"):
        CropBox(float("nan"), 0, 1, 1)


def test_an_error_crosses_processes_whole() -> None:
    error = SevenviewsError(Reason.IMAGE_BLANK, "blank", {"image": "queries[0]"})
    back = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (back.reason, back.message, back.metadata) == (error.reason, error.message, error.metadata)


@pytest.mark.parametrize(("asked", "size"), [(0, 20), (1, 1), (20, 20), (200, 200), (201, 200)])
def test_a_page_has_the_default_size_or_at_most_the_maximum(asked: int, size: int) -> None:
    assert size_of_page(asked, 20, 200) == size


def test_a_page_of_negative_size_is_refused() -> None:
    with pytest.raises(SevenviewsError) as caught:
        size_of_page(-1, 20, 200)
    assert caught.value.reason is Reason.FIELD_OUT_OF_RANGE
