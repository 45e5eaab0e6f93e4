"""The comparison of the three stores. Memory does not grow with them, nor with what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sevenviews.backends.records import LostObject
from sevenviews.reconcile.findings import Finding, FindingKind
from sevenviews.reconcile.stores import Stores
from sevenviews.reconcile.vectors import compare_published, useless_vectors

Advance = Callable[[int], None]
"""Is told how many patents were looked at."""

MOST_FINDINGS = 10_000
"""That are told one by one. All are counted; a repair mends what is told, and begins again while it gets anywhere."""

_LOOKED_UP_AT_ONCE = 500


@dataclass(slots=True)
class Examination:
    """What was compared, and what does not agree.

    Attributes:
        patents: published ones.
        drawings: of them.
        images: that records name, and that were looked for.
        objects: that the object store has.
        vectors: rows of each release.
        orphaned: of those, what the database does not know: a repair deletes all of them, or refuses.
        counts: findings by kind.
        findings: the first of them; nothing, if the stores agree.
        most_findings: that are kept.
    """

    most_findings: int = MOST_FINDINGS

    patents: int = 0
    drawings: int = 0
    images: int = 0
    objects: int = 0
    vectors: dict[str, int] = field(default_factory=dict)
    orphaned: dict[str, int] = field(default_factory=dict)
    counts: Counter[FindingKind] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether the three stores tell the same."""
        return not self.counts

    def note(self, finding: Finding) -> None:
        """Count a finding, and keep it if there is room."""
        self.counts[finding.kind] += 1
        if len(self.findings) < self.most_findings:
            self.findings.append(finding)


async def examine(
    stores: Stores, advance: Advance = lambda _: None, most_findings: int = MOST_FINDINGS
) -> Examination:
    """Compare everything. What an import under way explains is no finding.

    Args:
        stores: to be compared.
        advance: is told how far it is.
        most_findings: that are told one by one.

    Raises:
        SevenviewsError: a service does not answer.
    """
    result = Examination(most_findings)
    release_ids = await stores.release_ids()
    unfinished = await _compare_patents(stores, release_ids, result, advance)
    for release_id in release_ids:
        await _compare_release(stores, release_id, result)
    missing = await _compare_objects(stores, result)
    # Last, so that what was under way has had the longest time to end.
    await _confirm_unfinished(stores, unfinished, result)
    await _confirm_missing(stores, missing, result)
    result.findings.sort()
    return result


async def _compare_patents(
    stores: Stores, release_ids: Sequence[str], result: Examination, advance: Advance
) -> Mapping[str, int]:
    """What is staged, and may be on its way: generations by patent."""
    staged: dict[str, int] = {}
    seen = 0
    async for page in stores.patents():
        published = [one for one in page if one.is_published]
        result.patents += len(published)
        result.drawings += sum(len(one.patent.drawings) for one in published)
        for release_id in release_ids:
            for finding in await compare_published(stores, published, release_id):
                result.note(finding)
        for one in page:
            if one.staged_generation and len(staged) < result.most_findings:
                staged[one.patent_id] = one.staged_generation
        seen += len(page)
        advance(seen)
    return staged


async def _compare_release(stores: Stores, release_id: str, result: Examination) -> None:
    rows = orphaned = 0
    # The rows of a generation may lie in several portions, one behind the other.
    pending: dict[tuple[str, int], Finding] = {}
    async for count, useless in useless_vectors(stores, release_id):
        rows += count
        orphaned += sum(one.finding.drawings for one in useless if one.is_orphan)
        going_on: dict[tuple[str, int], Finding] = {}
        for finding in (one.finding for one in useless):
            key = (finding.subject, finding.generation)
            before = pending.pop(key, None)
            going_on[key] = replace(finding, drawings=finding.drawings + (before.drawings if before else 0))
        for finding in pending.values():
            result.note(finding)
        pending = going_on
    for finding in pending.values():
        result.note(finding)
    result.vectors[release_id] = rows
    result.orphaned[release_id] = orphaned


async def _compare_objects(stores: Stores, result: Examination) -> Sequence[LostObject]:
    """What is missing, and may be on its way: a record is there before its images."""
    missing: list[LostObject] = []
    async for report in stores.objects():
        result.images += report.records
        result.objects += report.objects
        for one in report.lost:
            if not one.drawing_id:
                result.note(Finding(FindingKind.OBJECT_ORPHANED, one.object_key))
            elif len(missing) < result.most_findings:
                missing.append(one)
    return missing


async def _confirm_unfinished(stores: Stores, staged: Mapping[str, int], result: Examination) -> None:
    ids = list(staged)
    for at in range(0, len(ids), _LOOKED_UP_AT_ONCE):
        for record in (await stores.staged(ids[at : at + _LOOKED_UP_AT_ONCE])).values():
            if record.generation == staged[record.patent_id]:
                drawings = len(record.patent.drawings)
                result.note(
                    Finding(FindingKind.IMPORT_UNFINISHED, record.patent_id, "", drawings, record.generation)
                )


async def _confirm_missing(stores: Stores, missing: Sequence[LostObject], result: Examination) -> None:
    for one in missing:
        if await stores.is_missing(one):
            result.note(Finding(FindingKind.OBJECT_MISSING, one.drawing_id))
