"""What callers mean: the id of a patent whose number was typed as people write it, and names that nobody has.

What is stored under exactly what was typed comes first, then what `designs.numbers` reads in it. Ids of ours, and
what is no number, mean themselves and are not looked up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from sevenviews.backends.patent_client import MAX_PATENTS_PER_CALL, PatentClient
from sevenviews.backends.records import PublishedPatent, Suggestions, UnknownName
from sevenviews.designs import PatentFilter, Reason, SevenviewsError
from sevenviews.designs.numbers import ids_of
from sevenviews.gateway.deadline import CallTimeouts, Deadline

log = structlog.get_logger()


class PatentLookup:
    """Asks the metadata service. Suggestions are made where it can make them: their lack is no failure."""

    def __init__(self, store: PatentClient, timeouts: CallTimeouts) -> None:
        self._store = store
        self._timeouts = timeouts

    async def published(self, typed: Sequence[str], deadline: Deadline) -> Mapping[str, PublishedPatent]:
        """By what was typed, the patents of which there are some."""
        meant = {one: ids_of(one) or (one,) for one in typed}
        found: dict[str, PublishedPatent] = {}
        for ids in _portions(meant):
            found |= await self._store.get_published(ids, deadline.share(self._timeouts.metadata))
        return {
            one: found[first]
            for one, ids in meant.items()
            if (first := next((id_ for id_ in ids if id_ in found), None)) is not None
        }

    async def ids(self, typed: Sequence[str], deadline: Deadline) -> Mapping[str, str]:
        """By what was typed, the id that is meant: that of a patent which is stored, if one is."""
        meant = {one: ids_of(one) or (one,) for one in typed}
        found: set[str] = set()
        for ids in _portions({one: ids for one, ids in meant.items() if ids != (one,)}):
            timeout = deadline.share(self._timeouts.metadata)
            found.update(await self._store.get_records(ids, timeout))
        return {one: next((id_ for id_ in ids if id_ in found), ids[0]) for one, ids in meant.items()}

    async def families(self, patent_ids: Sequence[str], deadline: Deadline) -> Mapping[str, tuple[str, ...]]:
        """The other published patents of each one's family, of those that have some; of 1,000 patents at most."""
        if not patent_ids:
            return {}
        return await self._store.families(patent_ids, deadline.share(self._timeouts.metadata))

    async def meant_by(self, patent_filter: PatentFilter, deadline: Deadline) -> PatentFilter:
        """The filter, with the ids that are meant by its numbers."""
        typed = _excluded(patent_filter)
        if all(ids_of(one) == (one,) for one in typed):
            return patent_filter
        return _with_ids(patent_filter, await self.ids(sorted(typed), deadline))

    async def not_found(
        self, typed: str, deadline: Deadline, place: str = "", **metadata: str
    ) -> SevenviewsError:
        """PATENT_NOT_FOUND of what was typed, with what is near to it. Place: "queries[0]"."""
        near = (await self._suggestions(deadline, patent_id=typed)).patent_ids
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        told = {"near": ", ".join(near)} if near else {}
        return SevenviewsError(
            Reason.PATENT_NOT_FOUND,
            f"{place and f'{place}: '}there is no patent {typed}{hint}",
            {"patent_id": typed, **metadata, **told},
        )

    async def unknown_names(self, patent_filter: PatentFilter, deadline: Deadline) -> tuple[UnknownName, ...]:
        """The names of the filter, but of no filter within it, that no patent has."""
        if not (patent_filter.holders or patent_filter.inventors):
            return ()
        found = await self._suggestions(
            deadline, holders=patent_filter.holders, inventors=patent_filter.inventors
        )
        return tuple(replace(one, field=f"filter.{one.field}") for one in found.unknown_names)

    async def _suggestions(
        self,
        deadline: Deadline,
        patent_id: str = "",
        holders: Sequence[str] = (),
        inventors: Sequence[str] = (),
    ) -> Suggestions:
        try:
            timeout = deadline.share(self._timeouts.metadata)
            return await self._store.suggest(patent_id, holders, inventors, timeout)
        except SevenviewsError as error:
            log.warning("no suggestions", reason=error.reason, message=error.message)
            return Suggestions()


def no_patent(patent_id: str) -> SevenviewsError:
    """The error of a patent that readers do not see."""
    return SevenviewsError(
        Reason.PATENT_NOT_FOUND, f"there is no patent {patent_id}", {"patent_id": patent_id}
    )


def _portions(meant: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Ids of all, as many at once as a call may have."""
    ids = list(dict.fromkeys(id_ for each in meant.values() for id_ in each))
    starts = range(0, len(ids), MAX_PATENTS_PER_CALL)
    return [ids[start : start + MAX_PATENTS_PER_CALL] for start in starts]


def _excluded(patent_filter: PatentFilter) -> set[str]:
    """The patents that a filter, and those within it, leave out."""
    within = (*patent_filter.any_of, *patent_filter.all_of, *patent_filter.none_of)
    return {*patent_filter.exclude_patent_ids, *(id_ for one in within for id_ in _excluded(one))}


def _with_ids(patent_filter: PatentFilter, ids: Mapping[str, str]) -> PatentFilter:
    def within(filters: Sequence[PatentFilter]) -> tuple[PatentFilter, ...]:
        return tuple(_with_ids(one, ids) for one in filters)

    return replace(
        patent_filter,
        exclude_patent_ids=tuple(ids[one] for one in patent_filter.exclude_patent_ids),
        any_of=within(patent_filter.any_of),
        all_of=within(patent_filter.all_of),
        none_of=within(patent_filter.none_of),
    )
