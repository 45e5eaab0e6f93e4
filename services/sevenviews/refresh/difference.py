"""What a release lacks: the published patents compared with the vectors of one release, a portion at a time.

A drawing is done if the release has a vector of its present image: so the work can be cut off and begun again
anywhere, and what was imported, replaced or deleted meanwhile shows up as one more difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from sevenviews.designs import Patent, key_of_digest, patent_id_of
from sevenviews.refresh.services import Services

Item = TypeVar("Item")


def portions(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`."""
    remaining = iter(items)
    while portion := list(islice(remaining, size)):
        yield portion


def outdated(services: Services, release_id: str, patent_ids: Sequence[str]) -> list[Patent]:
    """Those of some patents whose vectors in a release are missing, too many, or of other images."""
    held = services.content_keys(release_id, patent_ids)
    by_patent: dict[str, dict[str, str]] = {}
    for drawing_id, key in held.items():
        by_patent.setdefault(patent_id_of(drawing_id), {})[drawing_id] = key
    return [
        patent
        for patent in services.patents(patent_ids)
        if not is_current(patent, by_patent.get(patent.patent_id, {}))
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
    suspects: dict[str, str] = {}
    for one in services.stored(release_id):
        if one.patent_id not in published:
            suspects[one.patent_id] = one.drawing_id
    # One that is staged is about to appear; its import has written these vectors.
    orphans = [id_ for id_, drawing_id in suspects.items() if not services.is_known_drawing(drawing_id)]
    for portion in portions(orphans, 1000):
        services.delete(release_id, portion)
    return len(orphans)
