"""The comparison of the three stores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sevenviews.designs import Patent, key_of_digest
from sevenviews.reconcile.findings import Finding, FindingKind
from sevenviews.reconcile.stores import CataloguedPatent, StoredDrawing, Stores

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
    """

    patents: int = 0
    drawings: int = 0
    images: int = 0
    vectors: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    suspects: dict[str, Patent] = field(default_factory=dict)

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
    stores: Stores, page: Sequence[CataloguedPatent], release_ids: Iterable[str], result: Examination
) -> None:
    published = [one.patent for one in page if one.published]
    result.patents += len(published)
    result.drawings += sum(len(patent.drawings) for patent in published)
    for one in page:
        if not one.published:
            patent = one.patent
            _note(result, FindingKind.IMPORT_UNFINISHED, patent, "", len(patent.drawings))
    if not published:
        return
    for release_id in release_ids:
        held = await _held(stores.vectors(release_id, [patent.patent_id for patent in published]))
        for patent in published:
            _compare_vectors(patent, held[patent.patent_id], release_id, result)


_ContentKeys = dict[str, str]
"""Of drawings, by their ids."""


async def _held(portions: AsyncIterator[Sequence[StoredDrawing]]) -> defaultdict[str, _ContentKeys]:
    held: defaultdict[str, _ContentKeys] = defaultdict(dict)
    async for portion in portions:
        for one in portion:
            held[one.patent_id][one.drawing_id] = one.content_key
    return held


def _compare_vectors(patent: Patent, held: _ContentKeys, release_id: str, result: Examination) -> None:
    wanted = {drawing.drawing_id: key_of_digest(drawing.content_digest) for drawing in patent.drawings}
    if missing := wanted.keys() - held.keys():
        _note(result, FindingKind.VECTORS_MISSING, patent, release_id, len(missing))
    # A vector without a key may be of any image: it gets the benefit of the doubt.
    if stale := [one for one, key in held.items() if one not in wanted or (key and key != wanted[one])]:
        _note(result, FindingKind.VECTORS_STALE, patent, release_id, len(stale))


def _note(result: Examination, kind: FindingKind, patent: Patent, release_id: str, drawings: int) -> None:
    result.findings.append(Finding(kind, patent.patent_id, release_id, drawings))
    result.suspects[patent.patent_id] = patent


async def _find_orphans(stores: Stores, release_id: str, known: set[str], result: Examination) -> None:
    orphans: defaultdict[str, int] = defaultdict(int)
    async for portion in stores.vectors(release_id):
        result.vectors[release_id] += len(portion)
        for one in portion:
            if one.patent_id not in known:
                orphans[one.patent_id] += 1
    for patent_id, drawings in sorted(orphans.items()):
        result.findings.append(Finding(FindingKind.VECTORS_ORPHANED, patent_id, release_id, drawings))


async def _compare_objects(stores: Stores, result: Examination) -> None:
    async for checked, lost in stores.objects(repair=False):
        result.images = checked
        for one in lost:
            kind = FindingKind.OBJECT_MISSING if one.drawing_id else FindingKind.OBJECT_ORPHANED
            result.findings.append(Finding(kind, one.drawing_id or one.object_key))
