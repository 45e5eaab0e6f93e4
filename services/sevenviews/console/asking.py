"""How the hits are asked for, in the address: filters, sort, pages. One table says what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sevenviews.client import PatentHit
from sevenviews.designs import DateRange, LocarnoClass, PatentFilter, ViewMatching

PAGE_SIZES = (24, 60, 120)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that hits can be put under: a parameter of the address, and a field of the form.

    Attributes:
        label: of the field.
        chip: what a value says, to be filled with it.
        read: the value as the filter has it. Raises ValueError for one that cannot be read.
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


CONDITIONS = (
    Condition("locarno", "Locarno class", "Locarno {}", LocarnoClass.parse, hint="06 or 06-01"),
    Condition("office", "Office", "Office {}", lambda text: text.strip().upper(), hint="US"),
    Condition("holder", "Holder", "Held by {}", str.strip),
    Condition("after", "Published from", "Published from {}", date.fromisoformat, many=False, kind="date"),
    Condition("before", "Published until", "Published until {}", date.fromisoformat, many=False, kind="date"),
    Condition("prior_to", "Prior art before", "Prior to {}", date.fromisoformat, many=False, kind="date"),
    Condition("without", "Not in Locarno class", "Not Locarno {}", LocarnoClass.parse, hint="06-01"),
    Condition("exclude", "Not this design", "Without {}", str.strip),
)


def _day(hit: PatentHit) -> date:
    day = hit.summary.publication_date if hit.summary else None
    return day or date.min


def _holder(hit: PatentHit) -> str:
    return hit.summary.holders[0].casefold() if hit.summary and hit.summary.holders else "\uffff"


SORTS: Mapping[str, tuple[str, Callable[[PatentHit], Any]]] = {
    "likeness": ("Most alike first", lambda _: 0),
    "newest": ("Newest of this page first", lambda hit: -_day(hit).toordinal()),
    "oldest": ("Oldest of this page first", lambda hit: _day(hit).toordinal()),
    "holder": ("By holder", _holder),
}
"""The gateway sorts by likeness alone; the others put a page of it in another order."""

VIEWS: Mapping[str, str] = {
    ViewMatching.PREFER: "Same views preferred",
    ViewMatching.REQUIRE: "Same views only",
    ViewMatching.IGNORE: "Any view",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition that is in force, and the parameters without it."""

    text: str
    without: str


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

    @property
    def chips(self) -> tuple[Chip, ...]:
        """Of all conditions, in the order of the form."""
        return tuple(
            Chip(one.chip.format(value), self.parameters(drop=(one.name, value)))
            for one in CONDITIONS
            for value in self.values.get(one.name, ())
        )

    def parameters(
        self,
        *,
        add: tuple[str, str] | None = None,
        drop: tuple[str, str] | None = None,
        page: tuple[str, int] | None = None,
    ) -> str:
        """Of an address: what is asked for, changed a little. A page is its token and its number; else the first."""
        pairs = [
            (name, value)
            for name, values in self.values.items()
            for value in values
            if (name, value) not in {add, drop}
        ]
        if add is not None:
            pairs.append(add)
        chosen = [
            ("views", self.view_matching.value, ViewMatching.PREFER.value),
            ("sort", self.sort, "likeness"),
            ("size", str(self.size), str(PAGE_SIZES[0])),
            ("exact", "1" if self.exact else "", ""),
        ]
        pairs += [(name, value) for name, value, default in chosen if value != default]
        if page is not None:
            pairs += [("page", page[0]), ("n", str(page[1]))]
        return urlencode(pairs)

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
    for one in CONDITIONS:
        texts = list(dict.fromkeys(given.get(one.name, [])))
        for text in texts if one.many else texts[-1:]:
            try:
                read.setdefault(one.name, []).append(one.read(text))
                values[one.name] = (*values.get(one.name, ()), text)
            except ValueError:
                problems[one.name] = f"“{text}” is no {'date' if one.kind == 'date' else one.label.lower()}."
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
    )


def _filter(read: Mapping[str, list[Any]], problems: dict[str, str]) -> PatentFilter:
    def last(name: str) -> date | None:
        return read[name][-1] if read.get(name) else None

    try:
        published = DateRange(last("after"), last("before"))
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
        prior_to=last("prior_to"),
    )


def _chosen(given: Mapping[str, list[str]], name: str, read: Callable[[str], Any], default: Any) -> Any:
    """The last value that can be read: who types an address by hand is not told off for its small print."""
    try:
        return read(given[name][-1])
    except (KeyError, ValueError):
        return default
