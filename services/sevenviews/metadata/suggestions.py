"""What somebody may have meant by an id, or by a name, that no published patent has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sevenviews.backends.records import UnknownName
from sevenviews.designs.nearness import MOST, nearest
from sevenviews.designs.numbers import ids_near, number_meant
from sevenviews.designs.terms import holder_key, normalize_name, person_key
from sevenviews.metadata.patent_table import PatentTable, Role

_NEIGHBOURS = 25
_STARTS = ((3, 2_000), (1, 5_000))
"""Names are looked for among those that begin with so many of the same letters: at most so many of them."""

_KEYS: dict[Role, Callable[[str], str]] = {Role.HOLDER: holder_key, Role.INVENTOR: person_key}


def near_ids(table: PatentTable, typed: str) -> tuple[str, ...]:
    """Published ids that are near to what was typed, best first."""
    number = number_meant(typed)
    around = typed if number is None else str(number)
    # Numbers that are beside each other are those of articles that have nothing in common.
    found = table.published_ids(ids_near(typed), around, _NEIGHBOURS if number is None else 0)
    meant_exactly = [one for one in found if one == around != typed]
    return (*meant_exactly, *nearest(around, found))[:MOST]


def unknown_names(table: PatentTable, role: Role, names: Sequence[str]) -> Iterator[UnknownName]:
    """Those of the names of a filter that no published patent has."""
    forms = [(_KEYS[role](name), normalize_name(name)) for name in names]
    known = table.known_keys(role, sorted({form for both in forms for form in both})) if forms else set()
    for position, (name, both) in enumerate(zip(names, forms, strict=True)):
        if known.isdisjoint(both):
            yield UnknownName(f"{role}s[{position}]", name, _near_names(table, role, both[0]))


def _near_names(table: PatentTable, role: Role, key: str) -> tuple[str, ...]:
    for letters, most in _STARTS:
        near = nearest(key, table.keys_from(role, key[:letters], most))
        if near:
            printed = table.printed_names(role, near)
            return tuple(printed[one] for one in near if one in printed)
    return ()
