"""Milvus's boolean expressions for filters. What a caller gives enters them only as quoted literals."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sevenviews.designs import DateRange, PatentFilter, UnknownDates, View
from sevenviews.designs.terms import asked_holders, asked_persons, normalize_uspc
from sevenviews.vectors.drawings import PatentGenerations

UNKNOWN_DATE = 0
"""What is stored for an unknown day."""

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
"""Milvus knows these of JSON's; all other characters stand for themselves."""

VIEW_NUMBERS = {view: number for number, view in enumerate(View)}
VIEWS = tuple(View)


def day_number(day: date | None) -> int:
    """yyyymmdd: orders as days do, and can be read in the database."""
    return UNKNOWN_DATE if day is None else day.year * 10_000 + day.month * 100 + day.day


def filter_expression(patent_filter: PatentFilter, views: Sequence[View]) -> str:
    """All conditions joined; empty if there are none. `PatentFilter.matches` is the definition."""
    parts = [*_conditions(patent_filter)]
    if views:
        parts.append(f"view in {json.dumps(sorted(VIEW_NUMBERS[view] for view in set(views)))}")
    return " and ".join(f"({part})" for part in parts)


def _conditions(wanted: PatentFilter) -> Iterator[str]:
    if wanted.exclude_patent_ids:
        yield f"patent_id not in {_strings(wanted.exclude_patent_ids)}"
    if wanted.locarno_any:
        yield f"array_contains_any(locarno, {_strings(map(str, wanted.locarno_any))})"
    if wanted.locarno_all:
        yield f"array_contains_all(locarno, {_strings(map(str, wanted.locarno_all))})"
    if wanted.locarno_none:
        yield f"not array_contains_any(locarno, {_strings(map(str, wanted.locarno_none))})"
    if wanted.uspc:
        yield f"array_contains_any(uspc, {_strings(map(normalize_uspc, wanted.uspc))})"
    if wanted.offices:
        yield f"office in {_strings(wanted.offices)}"
    if wanted.kinds:
        yield f"kind in {_strings(wanted.kinds)}"
    if wanted.holders:
        yield f"array_contains_any(holders, {_strings(asked_holders(wanted.holders))})"
    if wanted.inventors:
        yield f"array_contains_any(inventors, {_strings(asked_persons(wanted.inventors))})"
    yield from _dates(wanted)
    yield from _nested(wanted)


def _dates(wanted: PatentFilter) -> Iterator[str]:
    for field, days in (("publication_date", wanted.publication_date), ("filing_date", wanted.filing_date)):
        if days:
            yield _day(field, _bounds(field, days), wanted.unknown_dates)
    if wanted.prior_to is not None:
        before = day_number(wanted.prior_to)
        yield " or ".join(
            f"({_day(field, f'{field} < {before}', wanted.unknown_dates)})"
            for field in ("publication_date", "filing_date")
        )


def _nested(wanted: PatentFilter) -> Iterator[str]:
    if wanted.any_of:
        yield " or ".join(f"({_within(one)})" for one in wanted.any_of)
    yield from map(_within, wanted.all_of)
    yield from (f"not ({_within(one)})" for one in wanted.none_of)


def _within(wanted: PatentFilter) -> str:
    """A filter in another. What asks for nothing is said by what every row fulfils: old servers know no constant."""
    return filter_expression(wanted, ()) or "generation >= 0"


def patents_expression(patent_ids: Iterable[str]) -> str:
    """Rows of some patents."""
    return f"patent_id in {_strings(patent_ids)}"


def generations_expression(patents: Iterable[PatentGenerations]) -> str:
    """Rows of some generations of patents; one condition for all that share theirs."""
    sharing: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for one in patents:
        sharing[one.first, one.last].append(one.patent_id)
    parts = [
        patents_expression(patent_ids)
        + (f" and generation >= {first} and generation <= {last}" if (first, last) != (0, 0) else "")
        for (first, last), patent_ids in sharing.items()
    ]
    return " or ".join(f"({part})" for part in parts)


def rows_expression(row_ids: Iterable[str]) -> str:
    """Some rows."""
    return f"row_id in {_strings(row_ids)}"


def after_expression(row_id: str) -> str:
    """Rows behind one, in the order of their ids."""
    return f"row_id > {_string(row_id)}"


def _bounds(field: str, days: DateRange) -> str:
    bounds = []
    if days.start is not None:
        bounds.append(f"{field} >= {day_number(days.start)}")
    if days.end is not None:
        bounds.append(f"{field} <= {day_number(days.end)}")
    return " and ".join(bounds)


def _day(field: str, condition: str, unknown: UnknownDates) -> str:
    """A condition on a day that may be unknown."""
    if unknown is UnknownDates.INCLUDE:
        return f"{field} == {UNKNOWN_DATE} or ({condition})"
    return f"{field} != {UNKNOWN_DATE} and {condition}"


def _strings(values: Iterable[str]) -> str:
    return "[" + ", ".join(map(_string, values)) + "]"


def _string(value: str) -> str:
    return f'"{value.translate(_ESCAPES)}"'
