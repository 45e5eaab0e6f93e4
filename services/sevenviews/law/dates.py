"""How a patent's dates stand to those of an application, by the rule of its office."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sevenviews.designs import Patent
from sevenviews.designs.terms import holder_terms
from sevenviews.law.rules import LONGEST_MONTHS, RULES, CountedFrom, Gazettes, GraceRule

_SAME_DAY_AS_PARENT = {"continuation", "division"}
"""Relations to an earlier application whose day counts as the patent's own, for all that it shows."""


class Standing(StrEnum):
    """What a patent's dates make of it, against an application."""

    PRIOR_ART = "prior_art"
    """It was published before, and no grace period of the office can excuse it."""

    GRACE_PERIOD = "grace_period"
    """It was published within the grace period: the rule's condition decides."""

    EARLIER_FILED = "earlier_filed"
    """It was filed before, and published on that day or later: what it takes away is for the office's law to say."""

    LATER = "later"
    """It was neither published nor filed before."""

    UNKNOWN = "unknown"
    """A date, or the law, that would decide is not known."""


@dataclass(frozen=True, slots=True)
class Application:
    """An application for protection of a design, filed or planned.

    Attributes:
        filing_date: at the office.
        office: WIPO ST.3, whose law decides; empty: no rule is known.
        priority_date: the earliest that is claimed; None: none is.
        holders: applicants, designers and those whose rights they have, by name.

    Raises:
        ValueError: the priority is later than the filing.
    """

    filing_date: date
    office: str = ""
    priority_date: date | None = None
    holders: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.priority_date is not None and self.priority_date > self.filing_date:
            raise ValueError(
                f"priority of {self.priority_date} is later than the filing of {self.filing_date}"
            )

    @property
    def decisive_date(self) -> date:
        """Before which something has to be known to be prior art: that of the priority, if one is claimed."""
        return self.priority_date or self.filing_date

    def day(self, which: CountedFrom) -> date:
        """The day that a law means."""
        return self.filing_date if which is CountedFrom.FILING else self.decisive_date


@dataclass(frozen=True, slots=True)
class LegalDates:
    """Where a patent stands.

    Attributes:
        same_holder: whether it has a holder or an inventor in common with the application; None: not known, for one
            of the two names nobody.
        explanation: the dates that decided, in a sentence.
    """

    standing: Standing
    same_holder: bool | None
    explanation: str


def rule_of(application: Application, rules: Iterable[GraceRule] = RULES) -> GraceRule | None:
    """The newest rule of the office that is in force for the application; None: none is known here."""
    return next(
        (
            rule
            for rule in rules
            if rule.office == application.office and rule.in_force <= application.day(rule.in_force_by)
        ),
        None,
    )


def first_day_of_grace(application: Application, rule: GraceRule) -> date:
    """The first day whose publications the rule can excuse."""
    first = _months_before(application.day(rule.counted_from), rule.months)
    return first if rule.disclosed_from is None else max(first, rule.disclosed_from)


def dates_of_law(application: Application, patent: Patent) -> LegalDates:
    """Where a patent stands against an application."""
    same_holder = _same_holder(application, patent)
    standing, explanation = _standing(application, patent, same_holder=same_holder)
    return LegalDates(standing, same_holder, explanation)


def _standing(application: Application, patent: Patent, *, same_holder: bool | None) -> tuple[Standing, str]:
    decisive = application.decisive_date
    filed, published = _filed(patent), _published(patent)
    if published is not None and published < decisive:
        return _published_before(application, published, same_holder=same_holder)
    if filed is not None and filed >= decisive:
        return Standing.LATER, f"It was filed on {filed}, not before {decisive}."
    if published is None and filed is None:
        return Standing.UNKNOWN, "Neither the day of its filing nor that of its publication is known."
    if published is None:
        return (
            Standing.UNKNOWN,
            f"It was filed on {filed}, before {decisive}; when it was published is not known.",
        )
    if filed is None:
        return (
            Standing.UNKNOWN,
            f"It was published on {published}, not before {decisive}; when it was filed is not known.",
        )
    rule = rule_of(application)
    where = f" ({rule.earlier_application})" if rule else ""
    return (
        Standing.EARLIER_FILED,
        f"It was filed on {filed}, before {decisive}, and published on {published}: an earlier application{where}.",
    )


def _published_before(
    application: Application, published: date, *, same_holder: bool | None
) -> tuple[Standing, str]:
    rule = rule_of(application)
    told = f"It was published on {published}, before {application.decisive_date}"
    if rule is None:
        if published < _months_before(application.filing_date, LONGEST_MONTHS):
            return Standing.PRIOR_ART, f"{told}, and before any grace period."
        if application.office:
            why = f"what the law of {application.office} was on {application.filing_date} is not known here"
        else:
            why = "no office was named"
        return Standing.UNKNOWN, f"{told}; whether a grace period can excuse it is open, for {why}."
    first = first_day_of_grace(application, rule)
    if published < first:
        return Standing.PRIOR_ART, f"{told}, and before the grace period from {first} on ({rule.provision})."
    within = f"{told}, and within the grace period from {first} on ({rule.provision})"
    if rule.gazettes is Gazettes.NEVER:
        return Standing.PRIOR_ART, f"{within}, which does not excuse what an office publishes."
    if rule.gazettes is Gazettes.AGAINST_WILL:
        within += (
            ", which excuses what an office publishes only where it was against the will of those entitled"
        )
    if same_holder is False:
        within += "; by another holder, so that it has to go back to the applicant"
    return Standing.GRACE_PERIOD, f"{within}."


def _published(patent: Patent) -> date | None:
    """For the first time, as far as it is known."""
    hague = patent.hague.publication_date if patent.hague else None
    return _earliest([patent.publication_date, hague])


def _filed(patent: Patent) -> date | None:
    """The earliest day that the patent can claim: its own, that of a priority, of its Hague registration, of the
    application that it continues or divides."""
    related = [one.date for one in patent.related_documents if one.relation in _SAME_DAY_AS_PARENT]
    hague = patent.hague.filing_date if patent.hague else None
    return _earliest([patent.filing_date, hague, *related, *(one.date for one in patent.priorities)])


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _same_holder(application: Application, patent: Patent) -> bool | None:
    """By the names as filters compare them."""
    parties = (*patent.assignees, *patent.applicants, *patent.inventors)
    known, wanted = holder_terms(party.name for party in parties), holder_terms(application.holders)
    return not set(known).isdisjoint(wanted) if known and wanted else None


def _months_before(day: date, months: int) -> date:
    """The day of the same number; where that month is too short, its last."""
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
