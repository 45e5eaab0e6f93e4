"""An application as the command line gives it, by which dates of law are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from sevenviews.cli.console import fail
from sevenviews.cli.options import read_day
from sevenviews.law import Application


@dataclass(frozen=True, slots=True)
class ApplicationOptions:
    """An application as the command line gives it; see `grouped`."""

    filing_date: Annotated[
        str,
        typer.Option(
            help="Of an application, filed or planned, 2021-05-01: tell which hits are prior art, within the grace "
            "period, or later."
        ),
    ] = ""
    filing_office: Annotated[
        str, typer.Option(help="Whose law decides: US, EM, DE, GB, JP, KR, CN or CA.")
    ] = ""
    priority_date: Annotated[str, typer.Option(help="The earliest priority that the application claims.")] = (
        ""
    )
    applicant: Annotated[
        list[str] | None, typer.Option(help="Applicant, designer or holder: tells hits of the same holder.")
    ] = None

    def read(self) -> Application | None:
        """None without a filing date; ends the command where it cannot be read."""
        if not self.filing_date:
            if self.filing_office or self.priority_date or self.applicant:
                fail("--filing-office, --priority-date and --applicant need a --filing-date", 2)
            return None
        try:
            filing_date = read_day(self.filing_date)
            assert filing_date is not None  # noqa: S101 - the text is not empty
            return Application(
                filing_date,
                self.filing_office.upper(),
                read_day(self.priority_date),
                tuple(self.applicant or ()),
            )
        except ValueError as error:
            fail(f"application: {error}", 2)
