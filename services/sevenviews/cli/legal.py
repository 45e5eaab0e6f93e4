"""The dates of law in the command: an application's options, and what is told of a hit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from sevenviews.cli.console import fail, note
from sevenviews.cli.options import read_day
from sevenviews.client import LegalRule
from sevenviews.law import Application, LegalDates


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


def standing_told(dates: LegalDates | None) -> str:
    """In a cell: "grace period, same holder"; "?" where nothing is known of the patent."""
    if dates is None:
        return "?"
    same = ", same holder" if dates.same_holder else ""
    return dates.standing.replace("_", " ") + same


def note_rule(rule: LegalRule) -> None:
    """The law by which the dates are told, and that it is no advice."""
    note(rule_told(rule))
    note(rule.notice)


def rule_told(rule: LegalRule) -> str:
    """In one line."""
    before = f"Prior art is what was published before {rule.decisive_date}"
    if not rule.provision:
        office = f"of {rule.office} " if rule.office else ""
        return (
            f"{before}. No rule on grace periods {office}is known here: within the year before, that is open."
        )
    return (
        f"{before}; {rule.provision}, in force since {rule.in_force}, has a grace period of {rule.months} months, "
        f"from {rule.first_day} on. {rule.condition}"
    )


def dates_as_json(dates: LegalDates | None) -> dict[str, Any] | None:
    if dates is None:
        return None
    return {
        "standing": dates.standing.value,
        "same_holder": dates.same_holder,
        "explanation": dates.explanation,
    }
