"""What people are told of a hit, wherever they read it."""

from __future__ import annotations

from sevenviews.client.records import LegalRule, PatentHit, QueryMatch
from sevenviews.law import LegalDates

_DRAWINGS_SHOWN = 3


def standing_told(dates: LegalDates | None) -> str:
    """In a cell: "grace period, same holder"; "?" where nothing is known of the patent."""
    if dates is None:
        return "?"
    same = ", same holder" if dates.same_holder else ""
    return dates.standing.replace("_", " ") + same


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


def best_matches(hit: PatentHit) -> list[QueryMatch]:
    """Of the drawings that matched, those that a report shows, each once, the best first."""
    matched = sorted((one for one in hit.matches if one.drawing_id), key=lambda one: one.score)
    best = {one.drawing_id: one for one in matched}
    return sorted(best.values(), key=lambda one: -one.score)[:_DRAWINGS_SHOWN]
