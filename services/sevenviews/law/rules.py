"""Grace periods for designs, as the laws of the offices have them. To add an office, or an amendment, add a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CountedFrom(StrEnum):
    """The day of an application that a law means."""

    FILING = "filing"
    """The filing at that office, whatever priority is claimed."""

    PRIORITY = "priority"
    """The priority that is claimed; without one, the filing."""


class Gazettes(StrEnum):
    """Whether a grace period excuses what an office itself has published: a registration, an application."""

    EXCUSED = "excused"
    """As any other publication."""

    AGAINST_WILL = "against_will"
    """Only if it came about against the will of whoever is entitled to the design."""

    NEVER = "never"


@dataclass(frozen=True, slots=True)
class GraceRule:
    """What an office's law says of publications before an application.

    Attributes:
        office: WIPO ST.3.
        provision: as lawyers cite it.
        months: how long the period is.
        counted_from: the day before which it lies.
        in_force: the rule holds of applications from this day on, until the next rule of the office.
        condition: what else has to be so, in a sentence.
        earlier_application: the provision on applications that were filed earlier and published later.
        gazettes: whether publications of offices are excused.
        in_force_by: the day of an application that decides whether the rule is in force for it.
        disclosed_from: publications before this day are not excused, however short the time; None: there is none.
    """

    office: str
    provision: str
    months: int
    counted_from: CountedFrom
    in_force: date
    condition: str
    earlier_application: str
    gazettes: Gazettes = Gazettes.EXCUSED
    in_force_by: CountedFrom = CountedFrom.FILING
    disclosed_from: date | None = None


_BY_DESIGNER = (
    "It is excused if the designer, a successor in title, or somebody who had it from them, made it public."
)
_JP_CONDITION = (
    "It is excused if it was made public against the will of whoever is entitled, or by them and declared with the "
    "application; of publications in gazettes of offices, only the first."
)
_KR_CONDITION = (
    "It is excused if whoever is entitled made it public and claims so; never if it was published as an application "
    "or a registration by treaty or law, in Korea or elsewhere."
)

RULES: tuple[GraceRule, ...] = (
    GraceRule(
        "US",
        "35 U.S.C. 102(b)(1)",
        12,
        CountedFrom.PRIORITY,
        date(2013, 3, 16),
        "It is excused if the inventor, or somebody who had it from the inventor, made it public, or if the inventor "
        "had made it public before.",
        "35 U.S.C. 102(a)(2)",
        in_force_by=CountedFrom.PRIORITY,
    ),
    GraceRule(
        "US",
        "35 U.S.C. 102(b) before the America Invents Act",
        12,
        CountedFrom.FILING,
        date(1953, 1, 1),
        "It is no bar by its date; if another made it public, it is prior art unless the invention was earlier.",
        "35 U.S.C. 102(e) before the America Invents Act",
    ),
    GraceRule(
        "EM",
        "Regulation (EC) No 6/2002, Art. 7(2)",
        12,
        CountedFrom.PRIORITY,
        date(2002, 3, 6),
        _BY_DESIGNER,
        "Regulation (EC) No 6/2002, Art. 25(1)(d)",
    ),
    GraceRule(
        "DE",
        "Designgesetz § 6",
        12,
        CountedFrom.PRIORITY,
        date(2004, 6, 1),
        _BY_DESIGNER,
        "Designgesetz § 34 Satz 1 Nr. 3",
    ),
    GraceRule(
        "GB",
        "Registered Designs Act 1949, s. 1B(6)(c) to (e)",
        12,
        CountedFrom.PRIORITY,
        date(2001, 12, 9),
        _BY_DESIGNER,
        "Registered Designs Act 1949, s. 11ZA(1A)",
    ),
    GraceRule(
        "JP",
        "Design Act, Art. 4",
        12,
        CountedFrom.FILING,
        date(2018, 6, 9),
        _JP_CONDITION,
        "Design Act, Art. 3-2 and 9",
        gazettes=Gazettes.AGAINST_WILL,
        disclosed_from=date(2017, 12, 9),
    ),
    GraceRule(
        "JP",
        "Design Act, Art. 4, before the amendment by Act No. 33 of 2018",
        6,
        CountedFrom.FILING,
        date(1960, 4, 1),
        _JP_CONDITION,
        "Design Act, Art. 3-2 and 9",
        gazettes=Gazettes.AGAINST_WILL,
    ),
    GraceRule(
        "KR",
        "Design Protection Act, Art. 36",
        12,
        CountedFrom.FILING,
        date(2017, 9, 22),
        _KR_CONDITION,
        "Design Protection Act, Art. 33(3) and 46",
        gazettes=Gazettes.NEVER,
    ),
    GraceRule(
        "KR",
        "Design Protection Act, Art. 36, before the amendment by Act No. 14686",
        6,
        CountedFrom.FILING,
        date(2014, 7, 1),
        _KR_CONDITION,
        "Design Protection Act, Art. 33(3) and 46",
        gazettes=Gazettes.NEVER,
    ),
    GraceRule(
        "CN",
        "Patent Law, Art. 24",
        6,
        CountedFrom.PRIORITY,
        date(1985, 4, 1),
        "It is excused if it was first shown at a recognised exhibition or meeting, or in an emergency for the "
        "public good (since 1 June 2021), or if another disclosed it without consent; of publications in gazettes, "
        "only the last.",
        "Patent Law, Art. 23(1)",
        gazettes=Gazettes.AGAINST_WILL,
    ),
    GraceRule(
        "CA",
        "Industrial Design Act, s. 8.2(1)(a)",
        12,
        CountedFrom.PRIORITY,
        date(2018, 11, 5),
        "It is excused if the applicant, a predecessor in title, or somebody who knew it from them, made it public.",
        "Industrial Design Act, s. 8.2(1)(c)",
    ),
)
"""The newest rule of an office before the older ones."""

LONGEST_MONTHS = max(rule.months for rule in RULES)
"""Whatever an office's law is: what was published longer before is excused by none."""
