"""Etags of patents: what a caller has seen of one, so that it replaces or deletes nothing else.

An etag names the published generation. It says nothing to callers, and is good for its own patent alone.
"""

from __future__ import annotations

import hashlib

from sevenviews.designs import Reason, SevenviewsError


def etag_of(patent_id: str, generation: int) -> str:
    """Of what readers see of a patent."""
    return f"{generation:x}-{_mark(patent_id, generation)}"


def generation_of(etag: str, patent_id: str) -> int | None:
    """The generation that a caller has seen; None without an etag, for then it does not matter.

    Raises:
        SevenviewsError: ETAG_MISMATCH, this is no etag of the patent.
    """
    if not etag:
        return None
    number, _, mark = etag.partition("-")
    try:
        generation = int(number, 16)
    except ValueError:
        generation = 0
    if generation < 1 or mark != _mark(patent_id, generation):
        raise SevenviewsError(
            Reason.ETAG_MISMATCH,
            f"{etag!r} is no etag of {patent_id}; read it again",
            {"patent_id": patent_id},
        )
    return generation


def _mark(patent_id: str, generation: int) -> str:
    return hashlib.sha256(f"{patent_id}@{generation}".encode()).hexdigest()[:8]
