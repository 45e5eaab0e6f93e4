"""What the patent of a synthetic design says, as the domain's Patent.

The numbers start at D9,900,001: real design patents passed D1,000,000 in 2023, so that nobody takes one for
another. Publication days are Tuesdays, as real ones are, of 2025 and after, since the 15th edition of
Locarno came into force.
"""

from __future__ import annotations

from datetime import date, timedelta

from sevenviews.designs import Citation, Party, Patent
from sevenviews.synthetic.designs import SyntheticDesign, kind_of
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.figures import FigurePlan, describe_figures
from sevenviews.synthetic.names import firm, person

LOCARNO_EDITION = "15"
_FIRST_NUMBER = 9_900_001
_FIRST_TUESDAY = date(2025, 1, 7)
_WEEKS_BETWEEN = 4
_DESIGNS_A_WEEK = 20
_PARTIES, _CITATIONS, _DATES = 20, 21, 22
_TERM_YEARS = 15
_MAX_CITATIONS = 6


def document_number(index: int) -> str:
    """ "D9900001" for index 0."""
    return f"D{_FIRST_NUMBER + index}"


def patent_id(index: int) -> str:
    """ "USD9900001" for index 0."""
    return f"US{document_number(index)}"


def publication_date(index: int) -> date:
    """The Tuesday on which a design is published: twenty designs share one."""
    return _FIRST_TUESDAY + timedelta(weeks=_WEEKS_BETWEEN * (index // _DESIGNS_A_WEEK))


def patent_of(design: SyntheticDesign, plan: FigurePlan) -> Patent:
    """The patent, without its drawings."""
    published = publication_date(design.index)
    dice = Dice(design.seed, design.index, _DATES)
    inventors, assignees = _parties(design.seed, design.index)
    return Patent(
        patent_id=patent_id(design.index),
        office="US",
        kind="S1",
        title=design.title,
        claim=design.claim,
        locarno=design.locarno,
        locarno_edition=LOCARNO_EDITION,
        uspc=(f"{design.uspc[:-3]}/{design.uspc[-3:]}",),
        application_number=f"29{990_000 + design.index:06d}",
        filing_date=published - timedelta(days=dice.whole(250, 1100)),
        publication_date=published,
        term_years=_TERM_YEARS,
        applicants=assignees or inventors,
        assignees=assignees,
        inventors=inventors,
        citations=_citations(design),
        figure_descriptions=describe_figures(design, plan),
    )


def _parties(seed: int, index: int) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Inventors and assignees; some inventors keep their design."""
    dice = Dice(seed, index, _PARTIES)
    inventors = tuple(dict.fromkeys(person(dice) for _ in range(dice.pick((1, 1, 2, 3)))))
    return inventors, (firm(dice),) if dice.chance(0.85) else ()


def _citations(citing: SyntheticDesign) -> tuple[Citation, ...]:
    """Designs published before, those of the same kind first."""
    dice = Dice(citing.seed, citing.index, _CITATIONS)
    earlier = [i for i in range(citing.index) if publication_date(i) < publication_date(citing.index)]
    near = dice.sample(earlier, 3 * _MAX_CITATIONS)
    near.sort(key=lambda index: kind_of(citing.seed, index).name != citing.kind)
    return tuple(_citation(citing.seed, index, dice) for index in near[: dice.whole(0, _MAX_CITATIONS)])


def _citation(seed: int, index: int, dice: Dice) -> Citation:
    inventors, _ = _parties(seed, index)
    surname = inventors[0].name.split()[-1]
    return Citation(
        f"US {document_number(index)} S",
        surname if len(inventors) == 1 else f"{surname} et al.",
        publication_date(index).replace(day=1),
        dice.pick(("cited by examiner", "cited by applicant")),
    )
