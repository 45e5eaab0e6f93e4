"""What goes onto the wire comes back the same; what cannot be is refused by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import pytest
from google.type import date_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.designs import (
    Citation,
    DateRange,
    Drawing,
    Embodiment,
    FigureDescription,
    HagueRegistration,
    LocarnoClass,
    Party,
    Patent,
    PatentFilter,
    Priority,
    Reason,
    RelatedDocument,
    SevenviewsError,
    UnknownDates,
    View,
)
from sevenviews.runtime import patent_wire, wire
from sevenviews.v1 import common_pb2, patent_pb2

T = TypeVar("T")
FIRST_OF_2021 = date_pb2.Date(year=2021, month=1, day=1)
FIRST_OF_2022 = date_pb2.Date(year=2022, month=1, day=1)

NO_SUCH_POLICY: Any = 99

text = st.text(st.characters(codec="utf-8"), max_size=20)
days = st.none() | st.dates(min_value=date(1790, 1, 1))
locarno = st.builds(LocarnoClass, st.integers(1, 32), st.none() | st.integers(1, 99))


def tuples(of: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(of, max_size=3).map(tuple)


@st.composite
def ranges(draw: st.DrawFn) -> DateRange:
    start, end = draw(days), draw(days)
    return DateRange(end, start) if start and end and end < start else DateRange(start, end)


patents = st.builds(
    Patent,
    patent_id=text,
    title=text,
    claim=text,
    locarno=tuples(locarno),
    uspc=tuples(text),
    filing_date=days,
    publication_date=days,
    term_years=st.none() | st.integers(1, 25),
    applicants=tuples(st.builds(Party, text, text, text)),
    citations=tuples(st.builds(Citation, text, text, days, text)),
    figure_descriptions=tuples(st.builds(FigureDescription, text, text)),
    drawings=tuples(st.builds(Drawing, text, st.integers(0, 99), st.sampled_from(View), text)),
    source_digest=text,
    priorities=tuples(st.builds(Priority, text, text, days)),
    related_documents=tuples(st.builds(RelatedDocument, text, text, days)),
    hague=st.none() | st.builds(HagueRegistration, text, days, days, days),
    colour_statement=text,
    broken_line_statement=text,
    embodiments=tuples(st.builds(Embodiment, text, tuples(text))),
    use_statement=text,
    design_point_statement=text,
    best_view_statement=text,
)
filters = st.builds(
    PatentFilter,
    locarno_any=tuples(locarno),
    locarno_all=tuples(locarno),
    locarno_none=tuples(locarno),
    offices=tuples(st.sampled_from(["US", "EM"])),
    holders=tuples(st.sampled_from(["Acme", 'O"Neil\\'])),
    publication_date=ranges(),
    filing_date=ranges(),
    exclude_patent_ids=tuples(st.sampled_from(["USD0000001", "x"])),
    kinds=tuples(st.sampled_from(["S1", "S"])),
    uspc=tuples(st.sampled_from(["D14", "D14/486.1"])),
    inventors=tuples(st.sampled_from(["Jane Doe", "\0 漢"])),
    prior_to=days,
    unknown_dates=st.sampled_from(UnknownDates),
)


nested_filters = st.recursive(
    filters,
    lambda inner: st.builds(
        replace, filters, any_of=tuples(inner), all_of=tuples(inner), none_of=tuples(inner)
    ),
    max_leaves=4,
)


@settings(deadline=None)
@given(patents)
def test_a_patent_survives_the_wire(patent: Patent) -> None:
    assert patent_wire.patent_from_wire(patent_wire.patent_to_wire(patent)) == patent


@settings(deadline=None)
@given(nested_filters)
def test_a_filter_survives_the_wire(patent_filter: PatentFilter) -> None:
    assert wire.filter_from_wire(wire.filter_to_wire(patent_filter)) == patent_filter


@pytest.mark.parametrize("view", View)
def test_a_view_survives_the_wire(view: View) -> None:
    assert wire.view_from_wire(wire.view_to_wire(view)) is view


BROKEN_FILTERS = {
    "filter.locarno_any[0]": common_pb2.PatentFilter(locarno_any=[common_pb2.LocarnoClass(class_number=33)]),
    "filter.offices[0]": common_pb2.PatentFilter(offices=["us"]),
    "filter.holders[1]": common_pb2.PatentFilter(holders=["Acme", "  "]),
    "filter.inventors[0]": common_pb2.PatentFilter(inventors=["\0"]),
    "filter.prior_to": common_pb2.PatentFilter(prior_to=date_pb2.Date(year=2021, month=2, day=30)),
    "filter.any_of[1].none_of[0].kinds[0]": common_pb2.PatentFilter(
        any_of=[
            common_pb2.PatentFilter(),
            common_pb2.PatentFilter(none_of=[common_pb2.PatentFilter(kinds=[""])]),
        ]
    ),
    "filter.unknown_dates": common_pb2.PatentFilter(unknown_dates=NO_SUCH_POLICY),
    "filter.kinds[0]": common_pb2.PatentFilter(kinds=["s1"]),
    "filter.uspc[1]": common_pb2.PatentFilter(uspc=["D14", ""]),
    "filter.exclude_patent_ids[0]": common_pb2.PatentFilter(exclude_patent_ids=['x" or 1 == 1']),
    "filter.filing_date.to": common_pb2.PatentFilter(
        filing_date=common_pb2.DateRange(to=date_pb2.Date(year=2021, month=2, day=30))
    ),
    "filter.publication_date": common_pb2.PatentFilter(
        publication_date=common_pb2.DateRange(**{"from": FIRST_OF_2022}, to=FIRST_OF_2021)
    ),
}


@pytest.mark.parametrize(("field", "broken"), BROKEN_FILTERS.items())
def test_a_malformed_filter_is_refused_by_name(field: str, broken: common_pb2.PatentFilter) -> None:
    with pytest.raises(SevenviewsError) as caught:
        wire.filter_from_wire(broken)
    assert caught.value.reason is Reason.FIELD_MALFORMED
    assert caught.value.metadata["field"] == field


def test_a_crop_outside_the_image_is_refused() -> None:
    with pytest.raises(SevenviewsError) as caught:
        wire.crop_from_wire(common_pb2.CropBox(left=0.5, right=0.5, bottom=1))
    assert caught.value.reason is Reason.CROP_BOX_INVALID


def test_an_unknown_view_is_refused() -> None:
    with pytest.raises(SevenviewsError) as caught:
        wire.view_from_wire(99)  # type: ignore[arg-type]
    assert caught.value.reason is Reason.FIELD_MALFORMED


@pytest.mark.parametrize(
    ("wire_date", "read"),
    [
        (date_pb2.Date(year=1998, month=9, day=8), date(1998, 9, 8)),
        (date_pb2.Date(year=1998, month=9), date(1998, 9, 1)),
        (date_pb2.Date(year=1998), date(1998, 1, 1)),
        (date_pb2.Date(), None),
    ],
)
def test_a_cited_document_may_be_dated_by_its_month_or_year(
    wire_date: date_pb2.Date, read: date | None
) -> None:
    citation = patent_pb2.Citation(document="USD1", date=wire_date)
    (cited,) = patent_wire.patent_from_wire(patent_pb2.Patent(citations=[citation])).citations
    assert cited.date == read


@pytest.mark.parametrize(
    ("field", "broken"),
    {
        "patent.filing_date": patent_pb2.Patent(filing_date=date_pb2.Date(year=1998, month=9)),
        "patent.publication_date": patent_pb2.Patent(publication_date=date_pb2.Date(month=9, day=8)),
        "patent.citations[0].date": patent_pb2.Patent(
            citations=[patent_pb2.Citation(date=date_pb2.Date(year=1998, month=13))]
        ),
    }.items(),
)
def test_other_dates_are_whole(field: str, broken: patent_pb2.Patent) -> None:
    with pytest.raises(SevenviewsError) as caught:
        patent_wire.patent_from_wire(broken)
    assert (caught.value.reason, caught.value.metadata["field"]) == (Reason.FIELD_MALFORMED, field)
