"""Between the messages of protos/sevenviews/v1 and the domain. What comes is a request, and read strictly.

Answers are read by `runtime.answers`, which lets pass what a newer service says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2

from sevenviews.designs import (
    CropBox,
    DateRange,
    LocarnoClass,
    PatentFilter,
    PatentOrder,
    Reason,
    SevenviewsError,
    UnknownDates,
    View,
    ViewCoverage,
    ViewMatching,
)
from sevenviews.designs.numbers import ids_of
from sevenviews.designs.terms import normalize_name, normalize_uspc
from sevenviews.v1 import common_pb2

_OFFICE = re.compile(r"[A-Z]{2}")
_UNKNOWN_DATES = {
    UnknownDates.EXCLUDE: common_pb2.UNKNOWN_DATES_EXCLUDE,
    UnknownDates.INCLUDE: common_pb2.UNKNOWN_DATES_INCLUDE,
}
_KIND = re.compile(r"[A-Z][0-9]?")


def malformed(field: str, value: object, why: str) -> SevenviewsError:
    """The error of a field that is not of its form."""
    return SevenviewsError(Reason.FIELD_MALFORMED, f"{field}: {why}", {"field": field, "value": str(value)})


def required(field: str) -> SevenviewsError:
    """The error of a field that is absent."""
    return SevenviewsError(Reason.FIELD_REQUIRED, f"{field} is required", {"field": field})


def check_range(field: str, value: int, minimum: int, maximum: int) -> int:
    """Value, if it lies within both bounds; FIELD_OUT_OF_RANGE otherwise."""
    if minimum <= value <= maximum:
        return value
    raise SevenviewsError(
        Reason.FIELD_OUT_OF_RANGE,
        f"{field} is {value}; it must be {minimum} to {maximum}",
        {"field": field, "minimum": str(minimum), "maximum": str(maximum)},
    )


def view_to_wire(view: View) -> common_pb2.View.ValueType:
    """UNKNOWN is VIEW_UNSPECIFIED on the wire."""
    if view is View.UNKNOWN:
        return common_pb2.VIEW_UNSPECIFIED
    return common_pb2.View.Value(f"VIEW_{view.name}")


def view_from_wire(view: common_pb2.View.ValueType, field: str = "view") -> View:
    """Raises FIELD_MALFORMED for a number that this version does not know."""
    if view == common_pb2.VIEW_UNSPECIFIED:
        return View.UNKNOWN
    try:
        return View[common_pb2.View.Name(view).removeprefix("VIEW_")]
    except ValueError as error:
        raise malformed(field, view, "not a view") from error


def view_matching_to_wire(matching: ViewMatching) -> common_pb2.ViewMatching.ValueType:
    return common_pb2.ViewMatching.Value(f"VIEW_MATCHING_{matching.name}")


def view_matching_from_wire(
    matching: common_pb2.ViewMatching.ValueType, field: str = "view_matching"
) -> ViewMatching:
    """Unspecified: PREFER. Raises FIELD_MALFORMED for a number that this version does not know."""
    if matching == common_pb2.VIEW_MATCHING_UNSPECIFIED:
        return ViewMatching.PREFER
    try:
        return ViewMatching[common_pb2.ViewMatching.Name(matching).removeprefix("VIEW_MATCHING_")]
    except ValueError as error:
        raise malformed(field, matching, "not a way to match views") from error


def coverage_to_wire(coverage: ViewCoverage) -> common_pb2.ViewCoverage.ValueType:
    return common_pb2.ViewCoverage.Value(f"VIEW_COVERAGE_{coverage.name}")


def date_to_wire(day: date | None) -> date_pb2.Date | None:
    """None stays absent."""
    return None if day is None else date_pb2.Date(year=day.year, month=day.month, day=day.day)


def date_from_wire(day: date_pb2.Date, field: str = "date") -> date | None:
    """All fields zero: None. Raises FIELD_MALFORMED for what is no whole date, or one that no calendar has."""
    if not (day.year or day.month or day.day):
        return None
    try:
        return date(day.year, day.month, day.day)
    except ValueError as error:
        raise malformed(field, f"{day.year}-{day.month}-{day.day}", str(error)) from error


def time_to_wire(time: datetime | None) -> Timestamp | None:
    """None stays absent."""
    if time is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(time)
    return stamp


def cited_date_from_wire(day: date_pb2.Date, field: str = "date") -> date | None:
    """As `date_from_wire`; but documents are often dated by the month or the year alone: the first of it."""
    if day.year and not day.day:
        return date_from_wire(date_pb2.Date(year=day.year, month=day.month or 1, day=1), field)
    return date_from_wire(day, field)


def locarno_to_wire(locarno: LocarnoClass) -> common_pb2.LocarnoClass:
    """A whole class has subclass 0 on the wire."""
    return common_pb2.LocarnoClass(
        class_number=locarno.class_number, subclass_number=locarno.subclass_number or 0
    )


def locarno_from_wire(locarno: common_pb2.LocarnoClass, field: str = "locarno") -> LocarnoClass:
    """Raises FIELD_MALFORMED for a class that does not exist."""
    try:
        return LocarnoClass(locarno.class_number, locarno.subclass_number or None)
    except ValueError as error:
        raise malformed(field, f"{locarno.class_number}-{locarno.subclass_number}", str(error)) from error


def crop_to_wire(crop: CropBox) -> common_pb2.CropBox:
    return common_pb2.CropBox(left=crop.left, top=crop.top, right=crop.right, bottom=crop.bottom)


def crop_from_wire(crop: common_pb2.CropBox, field: str = "crop") -> CropBox:
    """Raises CROP_BOX_INVALID."""
    try:
        return CropBox(crop.left, crop.top, crop.right, crop.bottom)
    except ValueError as error:
        raise SevenviewsError(Reason.CROP_BOX_INVALID, f"{field}: {error}", {"field": field}) from error


def filter_to_wire(patent_filter: PatentFilter) -> common_pb2.PatentFilter:
    return common_pb2.PatentFilter(
        locarno_any=map(locarno_to_wire, patent_filter.locarno_any),
        locarno_all=map(locarno_to_wire, patent_filter.locarno_all),
        locarno_none=map(locarno_to_wire, patent_filter.locarno_none),
        offices=patent_filter.offices,
        holders=patent_filter.holders,
        publication_date=_range_to_wire(patent_filter.publication_date),
        filing_date=_range_to_wire(patent_filter.filing_date),
        exclude_patent_ids=patent_filter.exclude_patent_ids,
        kinds=patent_filter.kinds,
        uspc=patent_filter.uspc,
        inventors=patent_filter.inventors,
        prior_to=date_to_wire(patent_filter.prior_to),
        unknown_dates=_UNKNOWN_DATES[patent_filter.unknown_dates],
        any_of=map(filter_to_wire, patent_filter.any_of),
        all_of=map(filter_to_wire, patent_filter.all_of),
        none_of=map(filter_to_wire, patent_filter.none_of),
    )


def filter_from_wire(wire: common_pb2.PatentFilter, field: str = "filter") -> PatentFilter:
    """Raises FIELD_MALFORMED, naming the part that is wrong."""
    return PatentFilter(
        locarno_any=locarno_list_from_wire(wire.locarno_any, f"{field}.locarno_any"),
        locarno_all=locarno_list_from_wire(wire.locarno_all, f"{field}.locarno_all"),
        locarno_none=locarno_list_from_wire(wire.locarno_none, f"{field}.locarno_none"),
        offices=_texts(wire.offices, f"{field}.offices", _OFFICE.fullmatch, "not an office code such as US"),
        holders=_texts(wire.holders, f"{field}.holders", normalize_name, "a holder's name is empty"),
        publication_date=_range_from_wire(wire.publication_date, f"{field}.publication_date"),
        filing_date=_range_from_wire(wire.filing_date, f"{field}.filing_date"),
        exclude_patent_ids=_texts(
            wire.exclude_patent_ids, f"{field}.exclude_patent_ids", ids_of, "not a patent's id or number"
        ),
        kinds=_texts(wire.kinds, f"{field}.kinds", _KIND.fullmatch, "not a kind of document such as S1"),
        uspc=_texts(wire.uspc, f"{field}.uspc", normalize_uspc, "a class is empty"),
        inventors=_texts(wire.inventors, f"{field}.inventors", normalize_name, "an inventor's name is empty"),
        prior_to=date_from_wire(wire.prior_to, f"{field}.prior_to"),
        unknown_dates=_unknown_dates_from_wire(wire.unknown_dates, f"{field}.unknown_dates"),
        any_of=_filters_from_wire(wire.any_of, f"{field}.any_of"),
        all_of=_filters_from_wire(wire.all_of, f"{field}.all_of"),
        none_of=_filters_from_wire(wire.none_of, f"{field}.none_of"),
    )


def order_from_wire(order_by: str, field: str = "order_by") -> PatentOrder:
    """Raises FIELD_MALFORMED, naming what there is to order by."""
    try:
        return PatentOrder.parse(order_by)
    except ValueError as error:
        raise malformed(field, order_by, str(error)) from error


def _filters_from_wire(wire: Sequence[common_pb2.PatentFilter], field: str) -> tuple[PatentFilter, ...]:
    """How far filters may stand in each other, `runtime.limits` has checked."""
    return tuple(filter_from_wire(one, f"{field}[{position}]") for position, one in enumerate(wire))


def _unknown_dates_from_wire(wire: common_pb2.UnknownDates.ValueType, field: str) -> UnknownDates:
    for policy, number in _UNKNOWN_DATES.items():
        if number == (wire or common_pb2.UNKNOWN_DATES_EXCLUDE):
            return policy
    raise malformed(field, wire, "not a policy for unknown dates")


def _texts(
    wire: Iterable[str], field: str, is_good: Callable[[str], object], why_not: str
) -> tuple[str, ...]:
    """All of them; FIELD_MALFORMED for the first that is not good."""
    for position, text in enumerate(wire):
        if not is_good(text):
            raise malformed(f"{field}[{position}]", text, why_not)
    return tuple(wire)


def locarno_list_from_wire(wire: Sequence[common_pb2.LocarnoClass], field: str) -> tuple[LocarnoClass, ...]:
    return tuple(locarno_from_wire(locarno, f"{field}[{position}]") for position, locarno in enumerate(wire))


def _range_to_wire(days: DateRange) -> common_pb2.DateRange | None:
    if not days:
        return None
    # `from` is a keyword of Python, so the field is reached by name.
    wire = common_pb2.DateRange(to=date_to_wire(days.end))
    if days.start is not None:
        getattr(wire, "from").CopyFrom(date_to_wire(days.start))
    return wire


def _range_from_wire(wire: common_pb2.DateRange, field: str) -> DateRange:
    start = date_from_wire(getattr(wire, "from"), f"{field}.from")
    end = date_from_wire(wire.to, f"{field}.to")
    try:
        return DateRange(start, end)
    except ValueError as error:
        raise malformed(field, f"{start}..{end}", str(error)) from error
