"""What a release lacks: the published patents compared with the vectors of one release, a portion at a time.

A drawing is done if the release has a vector of its present image: so the work can be cut off and begun again
anywhere, and what was imported, replaced or deleted meanwhile shows up as one more difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from sevenviews.backends.blocking import Services
from sevenviews.backends.records import GenerationRange, PublishedPatent, StoredVector
from sevenviews.designs import Patent, key_of_digest

Item = TypeVar("Item")


def portions(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`."""
    remaining = iter(items)
    while portion := list(islice(remaining, size)):
        yield portion


def outdated(services: Services, release_id: str, patent_ids: Sequence[str]) -> list[PublishedPatent]:
    """Those of some patents whose vectors in a release are missing, too many, or of other images."""
    held: dict[tuple[str, int], dict[str, str]] = {}
    for row in services.rows(release_id, patent_ids):
        held.setdefault((row.patent_id, row.generation), {})[row.drawing_id] = row.content_key
    return [
        one
        for one in services.patents(patent_ids)
        if not is_current(one.patent, held.get((one.patent.patent_id, one.generation), {}))
    ]


def is_current(patent: Patent, content_keys: Mapping[str, str]) -> bool:
    """Whether vectors with these content keys, by drawing id, are exactly those of a patent's images."""
    return dict(content_keys) == {
        one.drawing_id: key_of_digest(one.content_digest) for one in patent.drawings
    }


def delete_orphans(services: Services, release_id: str) -> int:
    """Remove from a release the patents that were deleted while it was built. Returns how many.

    Memory grows with the number of patents (their ids).
    """
    published = set(services.patent_ids())
    suspects: dict[str, StoredVector] = {}
    for row in services.stored(release_id):
        if row.patent_id not in published:
            newest = suspects.setdefault(row.patent_id, row)
            if row.generation > newest.generation:
                suspects[row.patent_id] = row
    # One that is staged is about to appear; its import has written these vectors.
    orphans = [
        # What is imported from now on is of a higher generation.
        GenerationRange(id_, 1, row.generation)
        for id_, row in suspects.items()
        if not services.is_known_drawing(row.drawing_id)
    ]
    for portion in portions(orphans, 1000):
        services.delete(release_id, portion)
    return len(orphans)
