"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

import typer

from sevenviews.cli.console import fail
from sevenviews.designs import DateRange, LocarnoClass, PatentFilter

JsonOutput = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")]

_DATE_LENGTH = 10


def patent_filter(
    *,
    locarno: Iterable[str] | None = None,
    locarno_all: Iterable[str] | None = None,
    without: Iterable[str] | None = None,
    uspc: Iterable[str] | None = None,
    offices: Iterable[str] | None = None,
    kinds: Iterable[str] | None = None,
    holders: Iterable[str] | None = None,
    inventors: Iterable[str] | None = None,
    exclude: Iterable[str] | None = None,
    published: tuple[str, str] = ("", ""),
    filed: tuple[str, str] = ("", ""),
    prior_to: str = "",
) -> PatentFilter:
    """The filter that a command line asks for; ends the command where it cannot be read."""
    try:
        return PatentFilter(
            locarno_any=tuple(map(LocarnoClass.parse, locarno or ())),
            locarno_all=tuple(map(LocarnoClass.parse, locarno_all or ())),
            locarno_none=tuple(map(LocarnoClass.parse, without or ())),
            uspc=tuple(uspc or ()),
            offices=tuple(map(str.upper, offices or ())),
            kinds=tuple(map(str.upper, kinds or ())),
            holders=tuple(holders or ()),
            inventors=tuple(inventors or ()),
            exclude_patent_ids=tuple(exclude or ()),
            publication_date=DateRange(read_day(published[0]), read_day(published[1])),
            filing_date=DateRange(read_day(filed[0]), read_day(filed[1])),
            prior_to=read_day(prior_to),
        )
    except ValueError as error:
        fail(f"filter: {error}", 2)


def read_day(text: str) -> date | None:
    """A whole date; None for nothing. Raises ValueError for anything else."""
    if not text:
        return None
    if len(text) != _DATE_LENGTH:
        raise ValueError(f"{text!r} is not a date such as 2021-05-01")
    return date.fromisoformat(text)
