"""Which patents a caller has called relevant to a search, and which not: as they are published now."""

from __future__ import annotations

from collections.abc import Sequence

from sevenviews.backends.records import JudgedPatent
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.deadline import Deadline
from sevenviews.gateway.lookup import PatentLookup


async def judged_patents(
    relevant: Sequence[str], irrelevant: Sequence[str], lookup: PatentLookup, deadline: Deadline
) -> tuple[JudgedPatent, ...]:
    """Each once, whatever it was called.

    Args:
        relevant, irrelevant: ids or numbers, as they were typed.

    Raises:
        SevenviewsError: PATENT_NOT_FOUND; FIELD_MALFORMED, a patent is both.
    """
    marks = [
        (f"{field}[{position}]", typed, field == "relevant_patents")
        for field, names in (("relevant_patents", relevant), ("irrelevant_patents", irrelevant))
        for position, typed in enumerate(names)
    ]
    if not marks:
        return ()
    published = await lookup.published(list(dict.fromkeys(typed for _, typed, _ in marks)), deadline)
    judged: dict[str, JudgedPatent] = {}
    for place, typed, is_relevant in marks:
        if typed not in published:
            raise await lookup.not_found(typed, deadline, place, field=place)
        found = published[typed]
        patent_id = found.patent.patent_id
        mark = JudgedPatent(patent_id, found.generation, is_relevant)
        if judged.setdefault(patent_id, mark) != mark:
            raise SevenviewsError(
                Reason.FIELD_MALFORMED,
                f"{place}: {typed} is called relevant as well",
                {"field": place, "value": typed},
            )
    return tuple(judged.values())
