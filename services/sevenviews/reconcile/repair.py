"""The remedies for what an examination found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sevenviews.backends.records import GenerationRange, PatentRecord
from sevenviews.designs import SevenviewsError
from sevenviews.reconcile.examination import Examination
from sevenviews.reconcile.findings import Finding, FindingKind
from sevenviews.reconcile.stores import Stores

_REWRITE = (FindingKind.VECTORS_MISSING, FindingKind.VECTORS_STALE)


async def repair(stores: Stores, found: Examination, tell: Callable[[str], None]) -> None:
    """Apply every remedy that there is. Examine again afterwards: that alone shows what holds.

    Args:
        stores: to be repaired.
        found: what to repair.
        tell: is told of each patent that could not be repaired, and why; the others go on.
    """
    by_kind: dict[FindingKind, list[Finding]] = {}
    for finding in found.findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    for patent_id in _subjects(by_kind, FindingKind.IMPORT_UNFINISHED):
        await _attempt(stores.finish_import, found.suspects[patent_id], tell)
    for patent_id in _subjects(by_kind, *_REWRITE):
        await _attempt(stores.write_vectors, found.suspects[patent_id], tell)
    if orphans := _subjects(by_kind, FindingKind.VECTORS_ORPHANED):
        # What is imported from now on is of a higher generation.
        await stores.delete_vectors([GenerationRange(one, 1, found.orphaned[one]) for one in orphans])
    if FindingKind.OBJECT_ORPHANED in by_kind:
        async for _ in stores.objects(repair=True):
            pass


def _subjects(by_kind: dict[FindingKind, list[Finding]], *kinds: FindingKind) -> list[str]:
    return sorted({finding.subject for kind in kinds for finding in by_kind.get(kind, ())})


async def _attempt(
    remedy: Callable[[PatentRecord], Awaitable[None]], record: PatentRecord, tell: Callable[[str], None]
) -> None:
    try:
        await remedy(record)
    except SevenviewsError as error:
        tell(f"{record.patent.patent_id} could not be repaired: {error.message} [{error.reason}]")
