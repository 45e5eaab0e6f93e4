"""The members of an archive, patent by patent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sevenviews.corpus.member import BrokenArchiveError, Member
from sevenviews.corpus.sources import HeldBytes

Key = Callable[[Member], str | None]
"""The patent that a member belongs to; None: to none."""


class ScatteredMembersError(Exception):
    """In a compressed archive the files of a patent do not follow each other."""


def grouped(members: Iterable[Member], key: Key) -> Iterator[tuple[str, list[Member]]]:
    """Members by key, in the order of the keys' first members; the members of a group sorted by name.

    Groups of a compressed archive are given as they pass, so that only one is in memory. Where an archive breaks off,
    the group of its last member is not given: nobody knows what else belongs to it.

    Raises:
        ScatteredMembersError: a key comes back after its group has been given.
        BrokenArchiveError: behind the last group.
    """
    waiting: dict[str, list[Member]] = {}
    given: set[str] = set()
    name: str | None = None
    broken: BrokenArchiveError | None = None
    try:
        for member in members:
            name = key(member)
            if name is None:
                continue
            if name in given:
                raise ScatteredMembersError(
                    f"the files of {name} do not follow each other: repack the archive in order"
                )
            if isinstance(member.source, HeldBytes) and name not in waiting:
                yield from _sorted_groups(waiting)
                given.update(waiting)
                waiting.clear()
            waiting.setdefault(name, []).append(member)
    except BrokenArchiveError as error:
        broken = error
        if error.breaks_off:
            waiting.pop(name or "", None)
    yield from _sorted_groups(waiting)
    if broken is not None:
        raise broken


def _sorted_groups(groups: dict[str, list[Member]]) -> Iterator[tuple[str, list[Member]]]:
    for name, members in groups.items():
        yield name, sorted(members, key=lambda member: member.name)
