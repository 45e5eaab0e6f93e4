"""Filters and patents by chance, from words few enough that they often meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st

from sevenviews.designs import DateRange, LocarnoClass, Party, Patent, PatentFilter, UnknownDates
from sevenviews.vectors.drawings import DrawingVector, PatentVectors

T = TypeVar("T")

NAMES = (
    'O"Neil',
    "it's; DROP TABLE patents;--",
    "back\\slash",
    "tab\tnew\nline",
    "{} ['] 100 %_ %s",
    "Ünïcode 漢",
    "bell\x07",
    "plain",
    "Plain & Co. KG",
)
CLASSES = (LocarnoClass(6, 1), LocarnoClass(6, 2), LocarnoClass(6), LocarnoClass(26, 5))
USPC = ("D14/486", "D14/486.1", "D6", "D6/334", 'D"9/1', "?")
DAYS = (None, date(2021, 1, 5), date(2021, 6, 1))
OFFICES = ("US", "EM")
KINDS = ("S1", "S", "A\x07")
PATENT_IDS = tuple(f"USD{number:07d}" for number in range(60))

RANGES = (DateRange(), DateRange(DAYS[1], DAYS[1]), DateRange(start=DAYS[2]), DateRange(end=DAYS[2]))


def some(values: Sequence[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


@st.composite
def filters(draw: st.DrawFn, levels: int = 3) -> PatentFilter:
    """Of a few conditions: with all of them, nothing would ever be found."""
    conditions: dict[str, st.SearchStrategy[Any]] = {
        "locarno_any": some(CLASSES),
        "locarno_all": some(CLASSES),
        "locarno_none": some(CLASSES),
        "offices": some(OFFICES),
        "holders": some([name.upper() for name in NAMES]),
        "publication_date": st.sampled_from(RANGES),
        "filing_date": st.sampled_from(RANGES),
        "exclude_patent_ids": some(PATENT_IDS),
        "kinds": some(KINDS),
        "uspc": some((*USPC, "D14", "d 6 / 334")),
        "inventors": some([name.upper() for name in NAMES]),
        "prior_to": st.sampled_from(DAYS),
    }
    if levels > 1:
        within = st.lists(filters(levels - 1), max_size=2).map(tuple)
        conditions |= {"any_of": within, "all_of": within, "none_of": within}
    chosen = draw(st.lists(st.sampled_from(sorted(conditions)), max_size=4, unique=True))
    unknown_dates = draw(st.sampled_from(UnknownDates))
    return PatentFilter(unknown_dates=unknown_dates, **{name: draw(conditions[name]) for name in chosen})


def patents() -> list[Patent]:
    """A patent for each of PATENT_IDS, without drawings; of some of them little is known."""
    chance = np.random.default_rng(3)

    def few(values: Sequence[T]) -> tuple[T, ...]:
        return tuple(values[n] for n in chance.permutation(len(values))[: chance.integers(0, 3)])

    def one(values: Sequence[T]) -> T:
        return values[int(chance.integers(len(values)))]

    return [
        Patent(
            patent_id,
            office=one((*OFFICES, "")),
            kind=one((*KINDS, "")),
            locarno=few(CLASSES),
            uspc=few(USPC),
            publication_date=one(DAYS),
            filing_date=one(DAYS),
            assignees=tuple(map(Party, few(NAMES))),
            inventors=tuple(map(Party, few(NAMES))),
        )
        for patent_id in PATENT_IDS
    ]


def vectors_of(patent: Patent, drawings: Sequence[DrawingVector], generation: int = 1) -> PatentVectors:
    """A patent as the index takes it."""
    return PatentVectors(
        patent.patent_id,
        generation,
        tuple(drawings),
        locarno=patent.locarno,
        office=patent.office,
        holders=patent.holders,
        publication_date=patent.publication_date,
        filing_date=patent.filing_date,
        kind=patent.kind,
        uspc=patent.uspc,
        inventors=tuple(party.name for party in patent.inventors),
    )


ONE_OF_EACH: tuple[dict[str, Any], ...] = (
    {"locarno_any": CLASSES[:1]},
    {"locarno_all": CLASSES[2:3]},
    {"locarno_none": CLASSES[2:3]},
    {"offices": ("US",)},
    {"holders": ("Plain",)},
    {"publication_date": RANGES[2]},
    {"filing_date": RANGES[2]},
    {"exclude_patent_ids": PATENT_IDS[:5]},
    {"kinds": ("S1",)},
    {"uspc": ("D14",)},
    {"inventors": ("Plain",)},
    {"prior_to": DAYS[2]},
    {"any_of": (PatentFilter(offices=("US",)), PatentFilter(kinds=("S1",)))},
    {"all_of": (PatentFilter(offices=("US",)), PatentFilter(uspc=("D14",)))},
    {"none_of": (PatentFilter(filing_date=RANGES[2]), PatentFilter(inventors=("plain",)))},
    {"unknown_dates": UnknownDates.INCLUDE, "filing_date": RANGES[2]},
)
"""Fields of filters by which some of the patents are found, but not all."""


_DATED = PatentFilter(prior_to=DAYS[2], publication_date=RANGES[3], filing_date=RANGES[2])
_CLASSED = PatentFilter(locarno_all=tuple(LocarnoClass(1 + n % 32, 1 + n // 32) for n in range(100)))
_NAMED = PatentFilter(holders=tuple(f"{n}" + "𝒳" * 240 for n in range(100)))

LARGEST: Mapping[str, PatentFilter] = {
    "ids": PatentFilter(exclude_patent_ids=tuple(f"x{'-' * 58}{n:04d}" for n in range(1000))),
    "names": PatentFilter(none_of=(_NAMED,)),
    "classes": PatentFilter(
        none_of=(replace(_CLASSED, any_of=(replace(_CLASSED, all_of=(_CLASSED,) * 6),) * 2),)
    ),
    "dates": PatentFilter(any_of=(replace(_DATED, all_of=(_DATED,) * 31),) * 2),
    "levels": PatentFilter(none_of=(PatentFilter(none_of=(PatentFilter(none_of=(_DATED,)),)),)),
}
"""As large as the limits of the protos let a filter be, each in its own way."""
