"""Between the messages of law.proto and the dates of law."""

from __future__ import annotations

from sevenviews.law import NOTICE, Application, LegalDates, Standing, first_day_of_grace, rule_of
from sevenviews.runtime.wire import date_to_wire
from sevenviews.v1 import law_pb2


def application_to_wire(application: Application) -> law_pb2.DesignApplication:
    return law_pb2.DesignApplication(
        filing_date=date_to_wire(application.filing_date),
        office=application.office,
        priority_date=date_to_wire(application.priority_date),
        holders=application.holders,
    )


def legal_dates_to_wire(dates: LegalDates) -> law_pb2.LegalDates:
    return law_pb2.LegalDates(
        standing=law_pb2.LegalStanding.Value(f"LEGAL_STANDING_{dates.standing.name}"),
        same_holder=dates.same_holder,
        explanation=dates.explanation,
    )


def legal_dates_of_answer(wire: law_pb2.LegalDates) -> LegalDates:
    """What a newer server has another word for is not known here."""
    known = {law_pb2.LegalStanding.Value(f"LEGAL_STANDING_{one.name}"): one for one in Standing}
    same_holder = wire.same_holder if wire.HasField("same_holder") else None
    return LegalDates(known.get(wire.standing, Standing.UNKNOWN), same_holder, wire.explanation)


def legal_rule_to_wire(application: Application) -> law_pb2.LegalRule:
    """The rule that tells the dates against an application."""
    told = law_pb2.LegalRule(
        office=application.office, decisive_date=date_to_wire(application.decisive_date), notice=NOTICE
    )
    if (rule := rule_of(application)) is not None:
        part = law_pb2.LegalRule(
            provision=rule.provision,
            in_force_date=date_to_wire(rule.in_force),
            months=rule.months,
            first_day=date_to_wire(first_day_of_grace(application, rule)),
            condition=rule.condition,
        )
        told.MergeFrom(part)
    return told
