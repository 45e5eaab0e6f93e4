"""Which patents may be found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sevenviews.designs.locarno import LocarnoClass
from sevenviews.designs.patent import Patent


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

    def contains(self, day: date | None) -> bool:
        """Whether day lies in the range. An unknown day lies in the open range only."""
        if day is None:
            return not self
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class PatentFilter:
    """All conditions that are given must hold. `matches` is the definition; the stores push it down."""

    locarno_any: tuple[LocarnoClass, ...] = ()
    locarno_all: tuple[LocarnoClass, ...] = ()
    locarno_none: tuple[LocarnoClass, ...] = ()
    offices: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    publication_date: DateRange = DateRange()
    filing_date: DateRange = DateRange()

    def matches(self, patent: Patent) -> bool:
        """Whether the patent may be found."""

        def has(wanted: LocarnoClass) -> bool:
            return any(wanted.contains(actual) for actual in patent.locarno)

        return (
            (not self.locarno_any or any(map(has, self.locarno_any)))
            and all(map(has, self.locarno_all))
            and not any(map(has, self.locarno_none))
            and (not self.offices or patent.office in self.offices)
            and (not self.holders or self._has_holder(patent))
            and self.publication_date.contains(patent.publication_date)
            and self.filing_date.contains(patent.filing_date)
        )

    def _has_holder(self, patent: Patent) -> bool:
        wanted = {normalize_name(name) for name in self.holders}
        return any(normalize_name(name) in wanted for name in patent.holders)


def normalize_name(name: str) -> str:
    """The form in which names are compared: case and spacing do not count."""
    return " ".join(name.casefold().split())
