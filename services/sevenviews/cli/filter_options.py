"""The options of every command that filters patents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import typer

from sevenviews.cli.console import fail
from sevenviews.cli.options import read_day
from sevenviews.designs import DateRange, LocarnoClass, PatentFilter


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """Which patents; see `grouped`."""

    locarno: Annotated[
        list[str] | None, typer.Option(help="Class 06 or subclass 06-01; any of those given.")
    ] = None
    locarno_all: Annotated[list[str] | None, typer.Option(help="All of those given.")] = None
    without: Annotated[list[str] | None, typer.Option(help="None of these Locarno classes.")] = None
    office: Annotated[list[str] | None, typer.Option(help="Office, such as US.")] = None
    holder: Annotated[list[str] | None, typer.Option(help="Assignee or applicant.")] = None
    inventor: Annotated[list[str] | None, typer.Option(help="One of the inventors.")] = None
    uspc: Annotated[
        list[str] | None,
        typer.Option(help="Class of the United States, D14 or D14/486; any of those given."),
    ] = None
    kind: Annotated[list[str] | None, typer.Option(help="Kind of document, such as S1.")] = None
    exclude: Annotated[list[str] | None, typer.Option(help="Not this patent, by id or number.")] = None
    after: Annotated[str, typer.Option(help="Published on this day or later: 2021-05-01.")] = ""
    before: Annotated[str, typer.Option(help="Published on this day or earlier.")] = ""
    filed_after: Annotated[str, typer.Option(help="Filed on this day or later.")] = ""
    filed_before: Annotated[str, typer.Option(help="Filed on this day or earlier.")] = ""
    prior_to: Annotated[str, typer.Option(help="Published or filed before this day: prior art.")] = ""

    def read(self) -> PatentFilter:
        """Ends the command where it cannot be read."""
        try:
            return PatentFilter(
                locarno_any=_classes(self.locarno),
                locarno_all=_classes(self.locarno_all),
                locarno_none=_classes(self.without),
                uspc=tuple(self.uspc or ()),
                offices=tuple(map(str.upper, self.office or ())),
                kinds=tuple(map(str.upper, self.kind or ())),
                holders=tuple(self.holder or ()),
                inventors=tuple(self.inventor or ()),
                exclude_patent_ids=tuple(self.exclude or ()),
                publication_date=DateRange(read_day(self.after), read_day(self.before)),
                filing_date=DateRange(read_day(self.filed_after), read_day(self.filed_before)),
                prior_to=read_day(self.prior_to),
            )
        except ValueError as error:
            fail(f"filter: {error}", 2)


def _classes(typed: Iterable[str] | None) -> tuple[LocarnoClass, ...]:
    return tuple(map(LocarnoClass.parse, typed or ()))
