"""Which patents may be found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sevenviews.designs.locarno import LocarnoClass
from sevenviews.designs.patent import Patent
from sevenviews.designs.terms import (
    holder_key,
    holder_terms,
    normalize_uspc,
    person_key,
    person_terms,
    uspc_terms,
)


class UnknownDates(StrEnum):
    """Whether a condition on a date holds of a patent of which that date is not known."""

    EXCLUDE = "exclude"
    INCLUDE = "include"


@dataclass(frozen=True, slots=True)
class DateRange:
    """Both ends are included; None leaves an end open.

    Raises:
        ValueError: the range ends before it starts.
    """

    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"the range ends on {self.end}, before it starts on {self.start}")

    def __bool__(self) -> bool:
        return self.start is not None or self.end is not None

    def contains(self, day: date) -> bool:
        """Whether day lies in the range."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class PatentFilter:
    """All conditions that are given must hold. `matches` is the definition; the stores push it down.

    Attributes:
        locarno_any, locarno_all, locarno_none: a class contains its subclasses.
        offices, kinds: one of them.
        uspc: one of these classes of the United States; a class contains its subclasses.
        holders, inventors: one of these names, compared as `designs.terms` has it.
        publication_date, filing_date: a day of the range.
        exclude_patent_ids: none of these patents.
        prior_to: published or filed before this day, as what an examiner calls prior art.
        unknown_dates: whether a condition on a date holds where the date is not known. It is said of the conditions
            beside it, not of those within `any_of`, `all_of` and `none_of`.
        any_of, all_of, none_of: filters of which one at least, every one, none holds.
    """

    locarno_any: tuple[LocarnoClass, ...] = ()
    locarno_all: tuple[LocarnoClass, ...] = ()
    locarno_none: tuple[LocarnoClass, ...] = ()
    offices: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    publication_date: DateRange = DateRange()
    filing_date: DateRange = DateRange()
    exclude_patent_ids: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    uspc: tuple[str, ...] = ()
    inventors: tuple[str, ...] = ()
    prior_to: date | None = None
    unknown_dates: UnknownDates = UnknownDates.EXCLUDE
    any_of: tuple[PatentFilter, ...] = ()
    all_of: tuple[PatentFilter, ...] = ()
    none_of: tuple[PatentFilter, ...] = ()

    def matches(self, patent: Patent) -> bool:
        """Whether the patent may be found."""
        return all(self._conditions(patent))

    def _conditions(self, patent: Patent) -> Iterator[bool]:
        def has(wanted: LocarnoClass) -> bool:
            return any(wanted.contains(actual) for actual in patent.locarno)

        yield patent.patent_id not in self.exclude_patent_ids
        yield not self.locarno_any or any(map(has, self.locarno_any))
        yield all(map(has, self.locarno_all))
        yield not any(map(has, self.locarno_none))
        yield not self.uspc or _meet(map(normalize_uspc, self.uspc), uspc_terms(patent.uspc))
        yield not self.offices or patent.office in self.offices
        yield not self.kinds or patent.kind in self.kinds
        yield not self.holders or _meet(map(holder_key, self.holders), holder_terms(patent.holders))
        inventors = [party.name for party in patent.inventors]
        yield not self.inventors or _meet(map(person_key, self.inventors), person_terms(inventors))
        yield not self.publication_date or self._known(
            patent.publication_date, self.publication_date.contains
        )
        yield not self.filing_date or self._known(patent.filing_date, self.filing_date.contains)
        yield self.prior_to is None or self._is_prior_to(self.prior_to, patent)
        yield not self.any_of or any(one.matches(patent) for one in self.any_of)
        yield all(one.matches(patent) for one in self.all_of)
        yield not any(one.matches(patent) for one in self.none_of)

    def _is_prior_to(self, end: date, patent: Patent) -> bool:
        days = patent.publication_date, patent.filing_date
        return any(self._known(one, lambda day: day < end) for one in days)

    def _known(self, day: date | None, holds: Callable[[date], bool]) -> bool:
        """Whether a condition holds of a day that may be unknown."""
        return self.unknown_dates is UnknownDates.INCLUDE if day is None else holds(day)


def _meet(wanted: Iterable[str], actual: Iterable[str]) -> bool:
    return not set(wanted).isdisjoint(actual)
