"""Where the next page of a listing begins. Opaque to clients, and bound to the listing that it continues."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import date

from sevenviews.designs import PatentFilter, PatentOrder, Reason, SevenviewsError, is_patent_id
from sevenviews.metadata.patent_table import Place

_DIGEST_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Listing:
    """What is the same on every page."""

    patent_filter: PatentFilter
    order: PatentOrder
    include_staged: bool


@dataclass(frozen=True, slots=True)
class Continuation:
    """The place behind which a page begins, and how many patents the listing was estimated to have."""

    place: Place
    total_size: int


def encode(continuation: Continuation, listing: Listing) -> str:
    """A token for the page that continues a listing."""
    place = continuation.place
    text = f"{continuation.total_size} {place.day or ''} {place.patent_id}"
    return base64.urlsafe_b64encode(_digest(text, listing) + text.encode()).decode()


def decode(token: str, listing: Listing) -> Continuation | None:
    """How the listing goes on; None for an empty token, which means the first page.

    Raises:
        SevenviewsError: PAGE_TOKEN_INVALID, it was not made here, or for another listing.
    """
    if not token:
        return None
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii"))
        text = raw[_DIGEST_LENGTH:].decode("ascii")
        total_size, day, patent_id = text.split(" ")
        place = Place(patent_id, date.fromisoformat(day) if day else None)
        continuation = Continuation(place, int(total_size))
    except (binascii.Error, ValueError) as error:
        raise _invalid() from error
    if raw[:_DIGEST_LENGTH] != _digest(text, listing) or not is_patent_id(patent_id):
        raise _invalid()
    return continuation


def _digest(text: str, listing: Listing) -> bytes:
    return hashlib.sha256(repr((text, listing)).encode()).digest()[:_DIGEST_LENGTH]


def _invalid() -> SevenviewsError:
    return SevenviewsError(
        Reason.PAGE_TOKEN_INVALID,
        "the page token was not made for this listing; start again without one",
        {"field": "page_token"},
    )
