"""The dates of law: how a patent stands to the day of an application, by the rules of the offices. Not legal advice.

`rules` is the law as data, a rule a row, each with its provision and the day from which it holds; `dates` applies it.
Pure, and stands on designs alone.
"""

from sevenviews.law.dates import (
    Application,
    LegalDates,
    Standing,
    dates_of_law,
    first_day_of_grace,
    rule_of,
)
from sevenviews.law.rules import RULES, CountedFrom, Gazettes, GraceRule

__all__ = [
    "NOTICE",
    "RULES",
    "Application",
    "CountedFrom",
    "Gazettes",
    "GraceRule",
    "LegalDates",
    "Standing",
    "dates_of_law",
    "first_day_of_grace",
    "rule_of",
]

NOTICE = (
    "These are dates compared by rule, not legal advice: whether a disclosure counts also depends on who made it, on "
    "declarations in time, and on the designs themselves."
)
"""Said once with every answer that tells dates of law."""
