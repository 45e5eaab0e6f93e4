"""How the hits are asked for, in the address: filters, an application, marks, sort, pages. Tables say which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sevenviews.client import PatentHit
from sevenviews.designs import DateRange, LocarnoClass, PatentFilter, ViewMatching
from sevenviews.law import Application, Standing

PAGE_SIZES = (24, 60, 120)


@dataclass(frozen=True, slots=True)
class Condition:
    """What hits can be put under, or told by: a parameter of the address, and a field of the form.

    Attributes:
        label: of the field.
        chip: what a value says, to be filled with it.
        read: the value as the search has it. Raises ValueError for one that cannot be read.
        many: several may be given, of which one has to hold.
        kind: of the field, as HTML names it.
    """

    name: str
    label: str
    chip: str
    read: Callable[[str], Any]
    many: bool = True
    kind: str = "text"
    hint: str = ""


FILTER = (
    Condition("locarno", "Locarno class", "Locarno {}", LocarnoClass.parse, hint="06 or 06-01"),
    Condition("office", "Office", "Office {}", lambda text: text.strip().upper(), hint="US"),
    Condition("holder", "Holder", "Held by {}", str.strip),
    Condition("after", "Published from", "Published from {}", date.fromisoformat, many=False, kind="date"),
    Condition("before", "Published until", "Published until {}", date.fromisoformat, many=False, kind="date"),
    Condition("prior_to", "Prior art before", "Prior to {}", date.fromisoformat, many=False, kind="date"),
    Condition("without", "Not in Locarno class", "Not Locarno {}", LocarnoClass.parse, hint="06-01"),
    Condition("exclude", "Not this design", "Without {}", str.strip),
)

APPLICATION = (
    Condition("filed", "Filing date", "Filed on {}", date.fromisoformat, many=False, kind="date"),
    Condition(
        "at", "Office", "Filed at {}", lambda text: text.strip().upper(), many=False, hint="US, EM, DE, JP …"
    ),
    Condition("priority", "Priority date", "Priority of {}", date.fromisoformat, many=False, kind="date"),
    Condition("applicant", "Applicant or designer", "Application of {}", str.strip),
)
"""Against which the dates of law of each hit are told."""

LIKE, UNLIKE = "like", "unlike"
MARKS = (
    Condition(LIKE, "Like this", "Like {}", str.strip),
    Condition(UNLIKE, "Not this", "Not like {}", str.strip),
)
"""Ids of designs that are like what is looked for, and of some that are not."""

_ALL = (*FILTER, *APPLICATION, *MARKS)


def _day(hit: PatentHit) -> date:
    day = hit.summary.publication_date if hit.summary else None
    return day or date.min


def _holder(hit: PatentHit) -> str:
    return hit.summary.holders[0].casefold() if hit.summary and hit.summary.holders else "\uffff"


def _standing(hit: PatentHit) -> int:
    return list(Standing).index(hit.legal_dates.standing) if hit.legal_dates else len(Standing)


SORTS: Mapping[str, tuple[str, Callable[[PatentHit], Any]]] = {
    "likeness": ("Most alike first", lambda _: 0),
    "newest": ("Newest of this page first", lambda hit: -_day(hit).toordinal()),
    "oldest": ("Oldest of this page first", lambda hit: _day(hit).toordinal()),
    "holder": ("By holder", _holder),
    "law": ("By dates of law", _standing),
}
"""The gateway sorts by likeness alone; the others put a page of it in another order."""

VIEWS: Mapping[str, str] = {
    ViewMatching.PREFER: "Same views preferred",
    ViewMatching.REQUIRE: "Same views only",
    ViewMatching.IGNORE: "Any view",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """What is in force, and the parameters without it; narrows: it keeps designs out."""

    text: str
    without: str
    narrows: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, its mistakes by parameter among it."""

    values: Mapping[str, tuple[str, ...]]
    problems: Mapping[str, str]
    patent_filter: PatentFilter
    view_matching: ViewMatching
    sort: str
    size: int
    page: str
    number: int
    exact: bool
    families: bool
    application: Application | None

    @property
    def chips(self) -> tuple[Chip, ...]:
        """Of all that is in force, in the order of the form."""
        return tuple(
            Chip(one.chip.format(value), self.parameters(drop=(one.name, value)), one in FILTER)
            for one in _ALL
            for value in self.values.get(one.name, ())
        )

    @property
    def like(self) -> tuple[str, ...]:
        """Ids of designs that are marked as like what is looked for."""
        return self.values.get(LIKE, ())

    @property
    def unlike(self) -> tuple[str, ...]:
        """Ids of those that are marked as not."""
        return self.values.get(UNLIKE, ())

    def parameters(
        self,
        *,
        add: tuple[str, str] | None = None,
        drop: tuple[str, str] | None = None,
        page: tuple[str, int] | None = None,
    ) -> str:
        """Of an address: what is asked for, changed a little. A page is its token and its number; else the first."""
        pairs = [one for one in self.pairs() if one not in {add, drop}]
        if add is not None:
            pairs.append(add)
        if page is not None:
            pairs += [("page", page[0]), ("n", str(page[1]))]
        return urlencode(pairs)

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of all parameters but the page; what is as it would be anyway is left out."""
        chosen = [
            ("views", self.view_matching.value, ViewMatching.PREFER.value),
            ("sort", self.sort, "likeness"),
            ("size", str(self.size), str(PAGE_SIZES[0])),
            ("exact", "1" if self.exact else "", ""),
            ("families", "1" if self.families else "", ""),
        ]
        return [
            *((name, value) for name, values in self.values.items() for value in values),
            *((name, value) for name, value, default in chosen if value != default),
        ]

    def marking(self, hits: Iterable[PatentHit]) -> list[tuple[str, str]]:
        """As `pairs`, without the marks of hits that are shown: their boxes say those."""
        shown = {hit.patent_id for hit in hits}
        return [
            (name, value) for name, value in self.pairs() if name not in {LIKE, UNLIKE} or value not in shown
        ]

    def sorted(self, hits: Iterable[PatentHit]) -> list[tuple[int, PatentHit]]:
        """The hits of a page with their ranks, as they are to be shown."""
        ranked = list(enumerate(hits, start=(self.number - 1) * self.size + 1))
        return sorted(ranked, key=lambda one: SORTS[self.sort][1](one[1]))


def asked(parameters: Iterable[tuple[str, str]]) -> Asked:
    """What the parameters of an address ask for. Unknown ones are passed over; bad values are left out, and told."""
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        if value.strip():
            given.setdefault(name, []).append(value.strip())
    values: dict[str, tuple[str, ...]] = {}
    problems: dict[str, str] = {}
    read: dict[str, list[Any]] = {}
    for one in _ALL:
        texts = list(dict.fromkeys(given.get(one.name, [])))
        for text in texts if one.many else texts[-1:]:
            try:
                read.setdefault(one.name, []).append(one.read(text))
                values[one.name] = (*values.get(one.name, ()), text)
            except ValueError:
                problems[one.name] = f"“{text}” is no {'date' if one.kind == 'date' else one.label.lower()}."
    both = set(values.get(LIKE, ())) & set(values.get(UNLIKE, ()))
    for name in (LIKE, UNLIKE) if both else ():
        values[name] = tuple(value for value in values[name] if value not in both)
    return Asked(
        values,
        problems,
        _filter(read, problems),
        _chosen(given, "views", ViewMatching, ViewMatching.PREFER),
        _chosen(given, "sort", {one: one for one in SORTS}.__getitem__, "likeness"),
        _chosen(given, "size", lambda text: PAGE_SIZES[PAGE_SIZES.index(int(text))], PAGE_SIZES[0]),
        given.get("page", [""])[-1],
        max(1, _chosen(given, "n", int, 1)),
        given.get("exact", [""])[-1] == "1",
        given.get("families", [""])[-1] == "1",
        _application(read, problems),
    )


def _last(read: Mapping[str, list[Any]], name: str) -> Any:
    return read[name][-1] if read.get(name) else None


def _filter(read: Mapping[str, list[Any]], problems: dict[str, str]) -> PatentFilter:
    try:
        published = DateRange(_last(read, "after"), _last(read, "before"))
    except ValueError:
        published = DateRange()
        problems["before"] = "It is before the day from which is asked for."
    return PatentFilter(
        locarno_any=tuple(read.get("locarno", ())),
        locarno_none=tuple(read.get("without", ())),
        offices=tuple(read.get("office", ())),
        holders=tuple(read.get("holder", ())),
        exclude_patent_ids=tuple(read.get("exclude", ())),
        publication_date=published,
        prior_to=_last(read, "prior_to"),
    )


def _application(read: Mapping[str, list[Any]], problems: dict[str, str]) -> Application | None:
    filed = _last(read, "filed")
    if filed is None:
        if "filed" not in problems and any(read.get(one.name) for one in APPLICATION):
            problems["filed"] = "Without a filing date no dates of law can be told."
        return None
    try:
        return Application(
            filed, _last(read, "at") or "", _last(read, "priority"), tuple(read.get("applicant", ()))
        )
    except ValueError:
        problems["priority"] = "It is later than the filing."
        return None


def _chosen(given: Mapping[str, list[str]], name: str, read: Callable[[str], Any], default: Any) -> Any:
    """The last value that can be read: who types an address by hand is not told off for its small print."""
    try:
        return read(given[name][-1])
    except (KeyError, ValueError):
        return default
