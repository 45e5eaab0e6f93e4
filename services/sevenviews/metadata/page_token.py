"""Where the next page of a listing begins. Opaque to clients, and bound to the listing that it continues."""

from __future__ import annotations

import base64
import binascii
import hashlib

from sevenviews.designs import PatentFilter, Reason, SevenviewsError, is_patent_id

_DIGEST_LENGTH = 12


def encode(after: str, patent_filter: PatentFilter, *, include_staged: bool) -> str:
    """A token for the page after a patent id."""
    digest = _digest(after, patent_filter, include_staged=include_staged)
    return base64.urlsafe_b64encode(digest + after.encode()).decode()


def decode(token: str, patent_filter: PatentFilter, *, include_staged: bool) -> str:
    """The patent id after which the page begins; empty for an empty token, which means the first page.

    Raises:
        SevenviewsError: PAGE_TOKEN_INVALID, it was not made here, or for another listing.
    """
    if not token:
        return ""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii"))
        after = raw[_DIGEST_LENGTH:].decode("ascii")
    except (binascii.Error, UnicodeError) as error:
        raise _invalid() from error
    expected = _digest(after, patent_filter, include_staged=include_staged)
    if raw[:_DIGEST_LENGTH] != expected or not is_patent_id(after):
        raise _invalid()
    return after


def _digest(after: str, patent_filter: PatentFilter, *, include_staged: bool) -> bytes:
    listing = repr((after, patent_filter, include_staged))
    return hashlib.sha256(listing.encode()).digest()[:_DIGEST_LENGTH]


def _invalid() -> SevenviewsError:
    return SevenviewsError(
        Reason.PAGE_TOKEN_INVALID,
        "the page token was not made for this listing; start again without one",
        {"field": "page_token"},
    )
