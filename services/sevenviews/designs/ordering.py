"""The order of a listing of patents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sevenviews.designs.patent import Patent


class OrderField(StrEnum):
    """What patents are ordered by."""

    PATENT_ID = "patent_id"
    PUBLICATION_DATE = "publication_date"
    FILING_DATE = "filing_date"


_TERM = re.compile(r"\s*(?P<field>\w+)(?:\s+(?P<direction>\w+))?\s*")


@dataclass(frozen=True, slots=True)
class PatentOrder:
    """A field, and whether it descends.

    A day that is not known is earlier than any other. Patents of one day are in the order of their ids, in the same
    direction: so every patent has its place.
    """

    field: OrderField = OrderField.PATENT_ID
    descending: bool = False

    @classmethod
    def parse(cls, text: str) -> PatentOrder:
        """Read "publication_date desc", as AIP-132 writes it; nothing is the order of ids.

        Raises:
            ValueError: another field, direction or form, naming what there is.
        """
        if not text.strip():
            return cls()
        match = _TERM.fullmatch(text)
        if match is None or match["field"] not in set(OrderField) or match["direction"] not in _DIRECTIONS:
            raise ValueError(f"is not one of {', '.join(OrderField)}, with or without desc behind it")
        return cls(OrderField(match["field"]), match["direction"] == "desc")

    def __str__(self) -> str:
        return f"{self.field} desc" if self.descending else self.field.value

    def day(self, patent: Patent) -> date | None:
        """What the patent is ordered by besides its id."""
        match self.field:
            case OrderField.PUBLICATION_DATE:
                return patent.publication_date
            case OrderField.FILING_DATE:
                return patent.filing_date
            case OrderField.PATENT_ID:
                return None


_DIRECTIONS = {None, "asc", "desc"}
BY_ID = PatentOrder()
