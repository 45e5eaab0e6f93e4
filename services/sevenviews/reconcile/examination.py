"""The comparison of the three stores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sevenviews.backends.records import PatentRecord, StoredVector
from sevenviews.designs import key_of_digest
from sevenviews.reconcile.findings import Finding, FindingKind
from sevenviews.reconcile.stores import Stores

Advance = Callable[[int], None]
"""Is told how many patents were looked at."""


@dataclass(slots=True)
class Examination:
    """What was compared, and what does not agree.

    Attributes:
        patents: published ones.
        drawings: of them.
        images: records of drawings whose image was looked for.
        vectors: of each release.
        findings: nothing, if the stores agree.
        suspects: the patents that findings are about, for the repair.
        orphaned: the newest generation that a release holds of each patent that the database does not know.
    """

    patents: int = 0
    drawings: int = 0
    images: int = 0
    vectors: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    suspects: dict[str, PatentRecord] = field(default_factory=dict)
    orphaned: dict[str, int] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Whether the three stores tell the same."""
        return not self.findings


async def examine(stores: Stores, advance: Advance = lambda _: None) -> Examination:
    """Compare everything. What looks wrong is looked at twice, since imports may go on meanwhile.

    Memory grows with the number of patents (their ids), not with that of drawings.

    Raises:
        SevenviewsError: a service does not answer.
    """
    first = await _compare(stores, advance)
    if first.agrees:
        return first
    second = await _compare(stores, lambda _: None)
    confirmed = set(first.findings)
    second.findings = [finding for finding in second.findings if finding in confirmed]
    return second


async def _compare(stores: Stores, advance: Advance) -> Examination:
    result = Examination()
    release_ids = await stores.release_ids()
    result.vectors = dict.fromkeys(release_ids, 0)
    known: set[str] = set()
    async for page in stores.patents():
        known.update(one.patent.patent_id for one in page)
        await _compare_page(stores, page, release_ids, result)
        advance(len(known))
    for release_id in release_ids:
        await _find_orphans(stores, release_id, known, result)
    await _compare_objects(stores, result)
    return result


async def _compare_page(
    stores: Stores, page: Sequence[PatentRecord], release_ids: Iterable[str], result: Examination
) -> None:
    published = [one for one in page if one.is_published]
    result.patents += len(published)
    result.drawings += sum(len(one.patent.drawings) for one in published)
    for one in page:
        if not one.is_published:
            _note(result, FindingKind.IMPORT_UNFINISHED, one, "", len(one.patent.drawings))
    if not published:
        return
    for release_id in release_ids:
        held = await _held(stores.vectors(release_id, [one.patent.patent_id for one in published]))
        for one in published:
            _compare_vectors(one, held[one.patent.patent_id], release_id, result)


async def _held(portions: AsyncIterator[Sequence[StoredVector]]) -> defaultdict[str, list[StoredVector]]:
    held: defaultdict[str, list[StoredVector]] = defaultdict(list)
    async for portion in portions:
        for one in portion:
            held[one.patent_id].append(one)
    return held


def _compare_vectors(
    record: PatentRecord, held: Sequence[StoredVector], release_id: str, result: Examination
) -> None:
    wanted = {one.drawing_id: key_of_digest(one.content_digest) for one in record.patent.drawings}
    present = {one.drawing_id for one in held if one.generation == record.generation}
    if missing := wanted.keys() - present:
        _note(result, FindingKind.VECTORS_MISSING, record, release_id, len(missing))
    if stale := [one for one in held if _is_stale(one, record, wanted)]:
        _note(result, FindingKind.VECTORS_STALE, record, release_id, len(stale))


def _is_stale(row: StoredVector, record: PatentRecord, content_keys: Mapping[str, str]) -> bool:
    if row.generation != record.generation:
        return row.generation not in record.wanted
    # A vector without a key may be of any image: it gets the benefit of the doubt.
    return row.drawing_id not in content_keys or (row.content_key not in ("", content_keys[row.drawing_id]))


def _note(
    result: Examination, kind: FindingKind, record: PatentRecord, release_id: str, drawings: int
) -> None:
    result.findings.append(Finding(kind, record.patent.patent_id, release_id, drawings))
    result.suspects[record.patent.patent_id] = record


async def _find_orphans(stores: Stores, release_id: str, known: set[str], result: Examination) -> None:
    orphans: defaultdict[str, int] = defaultdict(int)
    async for portion in stores.vectors(release_id):
        result.vectors[release_id] += len(portion)
        for one in portion:
            if one.patent_id not in known:
                orphans[one.patent_id] += 1
                newest = result.orphaned.get(one.patent_id, 1)
                result.orphaned[one.patent_id] = max(newest, one.generation)
    for patent_id, drawings in sorted(orphans.items()):
        result.findings.append(Finding(FindingKind.VECTORS_ORPHANED, patent_id, release_id, drawings))


async def _compare_objects(stores: Stores, result: Examination) -> None:
    async for checked, lost in stores.objects(repair=False):
        result.images = checked
        for one in lost:
            kind = FindingKind.OBJECT_MISSING if one.drawing_id else FindingKind.OBJECT_ORPHANED
            result.findings.append(Finding(kind, one.drawing_id or one.object_key))
