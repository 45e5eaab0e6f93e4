"""What a release lacks: the published patents compared with the vectors of one release, a portion at a time.

A drawing is done if the release has a vector of its present image under the published generation of its patent: so
the work can be cut off and begun again anywhere, and what was imported, replaced or deleted meanwhile shows up as one
more difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from sevenviews.backends.blocking import Services
from sevenviews.backends.records import GenerationRange, PublishedPatent
from sevenviews.designs import Patent, key_of_digest

Item = TypeVar("Item")

_ROWS = 1000
"""Of as many patents at most, and so of one BatchGetPatents."""


def portions(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`."""
    remaining = iter(items)
    while portion := list(islice(remaining, size)):
        yield portion


def outdated(services: Services, release_id: str, patent_ids: Sequence[str]) -> list[PublishedPatent]:
    """Those of some patents whose published generation lacks vectors in a release, or has other ones."""
    held: dict[tuple[str, int], dict[str, str]] = {}
    for row in services.rows(release_id, patent_ids):
        held.setdefault((row.patent_id, row.generation), {})[row.drawing_id] = row.content_key
    return [
        one
        for one in services.patents(patent_ids)
        if not is_current(one.patent, held.get((one.patent_id, one.generation), {}))
    ]


def is_current(patent: Patent, content_keys: Mapping[str, str]) -> bool:
    """Whether vectors with these content keys, by drawing id, are exactly those of a patent's images."""
    return dict(content_keys) == {
        one.drawing_id: key_of_digest(one.content_digest) for one in patent.drawings
    }


def sweep(services: Services, release_id: str) -> int:
    """Remove from a release what was replaced or deleted while it was built. Returns how many generations.

    Each row is listed before its patent is looked up. So its generation was given out by then, and if it is neither
    published nor staged, it never will be again.
    """
    swept = 0
    for rows in portions(services.stored(release_id), _ROWS):
        found = {(one.patent_id, one.generation) for one in rows}
        records = services.records(sorted({patent_id for patent_id, _ in found}))
        useless = [
            GenerationRange(patent_id, generation, generation)
            for patent_id, generation in sorted(found)
            if patent_id not in records or generation not in records[patent_id].wanted
        ]
        if useless:
            services.delete(release_id, useless)
        swept += len(useless)
    return swept
