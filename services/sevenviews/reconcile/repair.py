"""The remedies for what an examination found.

Whatever is deleted was counted first, and nothing is if it is too much: an empty or an older database makes orphans
of all that the others hold. Each remedy looks at the record once more. One that is cut off is completed by the next.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from sevenviews.backends.records import PatentRecord
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.reconcile.examination import Examination
from sevenviews.reconcile.findings import FindingKind
from sevenviews.reconcile.stores import Stores
from sevenviews.reconcile.vectors import useless_vectors

MOST_DELETED_PERCENT = 5.0
"""Of what a store holds: what may be deleted because the database does not know it, unless told otherwise."""

EVERYTHING = 100.0

_LOOKED_UP_AT_ONCE = 500

Tell = Callable[[str], None]


async def repair(
    stores: Stores, found: Examination, tell: Tell, most_percent: float = MOST_DELETED_PERCENT
) -> None:
    """Apply every remedy that there is. Examine again afterwards: that alone shows what holds.

    Args:
        stores: to be repaired.
        found: what to repair.
        tell: is told of each patent that could not be repaired, and why; the others go on.
        most_percent: of the images, and of the rows of each release, that may be deleted because the database does
            not know them.

    Raises:
        SevenviewsError: REPAIR_REFUSED, naming the store of which too much would go: of that store nothing was
            deleted.
    """
    for release_id, rows in found.vectors.items():
        _check(release_id, found.orphaned[release_id], rows, most_percent)
    if orphans := found.counts[FindingKind.OBJECT_ORPHANED]:
        _check("drawings", orphans, found.objects, most_percent)
        async for _ in stores.objects(int(found.objects * most_percent / 100)):
            pass
    for release_id, rows in found.vectors.items():
        await _sweep(stores, release_id, rows, most_percent)

    async def published(patent_ids: Sequence[str]) -> Mapping[str, PatentRecord]:
        records = await stores.records(patent_ids)
        return {one: record for one, record in records.items() if record.is_published}

    rewritten = _subjects(found, FindingKind.VECTORS_MISSING, FindingKind.VECTORS_WRONG)
    await _attempt(rewritten, published, stores.write_vectors, tell)
    unfinished = _subjects(found, FindingKind.IMPORT_UNFINISHED)
    await _attempt(unfinished, stores.staged, stores.finish_import, tell)


async def _sweep(stores: Stores, release_id: str, rows: int, most_percent: float) -> None:
    deleted = 0
    async for _, useless in useless_vectors(stores, release_id):
        deleted += sum(one.finding.drawings for one in useless if one.is_orphan)
        # More than were counted a moment ago: something happens to the database.
        _check(release_id, deleted, rows, most_percent)
        if useless:
            await stores.delete_vectors(release_id, [one.range for one in useless])


def _check(store: str, deletions: int, stored: int, most_percent: float) -> None:
    if deletions * 100 <= stored * most_percent:
        return
    raise SevenviewsError(
        Reason.REPAIR_REFUSED,
        f"the database does not know {deletions} of {stored} that {store} holds, and a repair deletes at most "
        f"{most_percent:g} %: see that the database is the right one, and whole",
        {
            "store": store,
            "deletions": str(deletions),
            "stored": str(stored),
            "most_percent": f"{most_percent:g}",
        },
    )


def _subjects(found: Examination, *kinds: FindingKind) -> list[str]:
    return sorted({finding.subject for finding in found.findings if finding.kind in kinds})


async def _attempt(
    patent_ids: Sequence[str],
    look: Callable[[Sequence[str]], Awaitable[Mapping[str, PatentRecord]]],
    remedy: Callable[[PatentRecord], Awaitable[None]],
    tell: Tell,
) -> None:
    for at in range(0, len(patent_ids), _LOOKED_UP_AT_ONCE):
        for record in (await look(patent_ids[at : at + _LOOKED_UP_AT_ONCE])).values():
            try:
                await remedy(record)
            except SevenviewsError as error:
                tell(f"{record.patent_id} could not be repaired: {error.message} [{error.reason}]")
