"""What a release holds, beside the records of its patents."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from sevenviews.backends.records import GenerationRange, PatentRecord
from sevenviews.designs import key_of_digest
from sevenviews.reconcile.findings import Finding, FindingKind
from sevenviews.reconcile.stores import Stores

_ContentKeys = Mapping[str, str]
"""Of drawings, by their ids."""


@dataclass(frozen=True, slots=True)
class UselessVectors:
    """A generation that no reader will ever see, as far as one portion of a release holds it."""

    finding: Finding
    range: GenerationRange

    @property
    def is_orphan(self) -> bool:
        """Whether the database cannot say why nobody will."""
        return self.finding.kind is FindingKind.VECTORS_ORPHANED


async def useless_vectors(
    stores: Stores, release_id: str
) -> AsyncIterator[tuple[int, Sequence[UselessVectors]]]:
    """Portion by portion: how many rows a release holds, and what of them is neither published nor staged.

    Each row is listed before the record of its patent is read. So its generation was given out by then, and if it is
    neither published nor staged it never will be again, whatever is imported meanwhile: what this finds may be
    deleted. Unless the database is not the one that it was; see `UselessVectors.is_orphan`.
    """
    async for rows in stores.vectors(release_id):
        counts = Counter((one.patent_id, one.generation) for one in rows)
        records = await stores.records(sorted({patent_id for patent_id, _ in counts}))
        found = []
        for (patent_id, generation), drawings in sorted(counts.items()):
            record = records.get(patent_id)
            if record is not None and generation in record.wanted:
                continue
            known = record is not None and generation < record.newest
            kind = FindingKind.VECTORS_STALE if known else FindingKind.VECTORS_ORPHANED
            finding = Finding(kind, patent_id, release_id, drawings, generation)
            found.append(UselessVectors(finding, GenerationRange(patent_id, generation, generation)))
        yield len(rows), found


async def compare_published(
    stores: Stores, records: Sequence[PatentRecord], release_id: str
) -> Sequence[Finding]:
    """What a release lacks of the published generations of some patents, or holds otherwise.

    What looks wrong is looked at twice, and counts if the patent is the same afterwards: a replacement sweeps the
    vectors of the generation that was published before.
    """
    first = await _differences(stores, records, release_id)
    if not first:
        return []
    suspects = sorted({one.subject for one in first})
    again = [one for one in (await stores.records(suspects)).values() if one.is_published]
    second = await _differences(stores, again, release_id)
    return sorted(set(first) & set(second))


async def _differences(stores: Stores, records: Sequence[PatentRecord], release_id: str) -> Sequence[Finding]:
    held: dict[tuple[str, int], dict[str, str]] = {(one.patent_id, one.generation): {} for one in records}
    if not held:
        return []
    async for rows in stores.vectors(release_id, [patent_id for patent_id, _ in held]):
        for row in rows:
            if (row.patent_id, row.generation) in held:
                held[row.patent_id, row.generation][row.drawing_id] = row.content_key
    return [
        finding
        for one in records
        for finding in _compare(one, held[one.patent_id, one.generation], release_id)
    ]


def _compare(record: PatentRecord, held: _ContentKeys, release_id: str) -> Sequence[Finding]:
    patent = record.patent
    wanted = {one.drawing_id: key_of_digest(one.content_digest) for one in patent.drawings}
    missing = wanted.keys() - held.keys()
    # A vector without a key may be of any image: it gets the benefit of the doubt.
    wrong = [one for one, key in held.items() if one not in wanted or (key and key != wanted[one])]
    counts = {FindingKind.VECTORS_MISSING: len(missing), FindingKind.VECTORS_WRONG: len(wrong)}
    return [
        Finding(kind, patent.patent_id, release_id, count, record.generation)
        for kind, count in counts.items()
        if count
    ]
