"""Labels of a hierarchy: class, subclass, goods name.

PatentNet takes the first two levels from the Locarno classification and leaves a place for the third, the name of
the goods (section 4, Hierarchy). Corpora without Locarno classes bring another scheme: the USPTO's own classes (D2,
D2/606), or the categories of an index.csv ("Minifig Accessory": the first word is the class).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from sevenviews.designs import Patent


class Level(IntEnum):
    """How deep in the hierarchy."""

    CLASS = 1
    SUBCLASS = 2
    GOODS = 3


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """A place in the hierarchy, as deep as it is known.

    Raises ValueError: there is no name, one is empty, or there are more than three.
    """

    path: tuple[str, ...]  # names from the top, each unique within the scheme: ("06", "06-01", "Chair")

    def __post_init__(self) -> None:
        if not 1 <= len(self.path) <= len(Level) or not all(self.path):
            raise ValueError(f"label {self.path!r} is not one to three names")

    def at(self, level: Level) -> str | None:
        """The name at a level; None: it is not known so deep."""
        return self.path[level - 1] if len(self.path) >= level else None

    def __str__(self) -> str:
        return " / ".join(self.path)


def labels_of(patent: Patent, row: Mapping[str, str]) -> tuple[Label, ...]:
    """The labels of a design: its Locarno classes; without any, its USPC classes; without those, its category.

    `patent`: as it was read; `row`: its line of index.csv; may be empty.

    Returns:
        Each once, in their order. Where the subclass is known the goods name follows: the corpus' own, or the title.
        Empty: none is known.
    """
    if patent.locarno:
        paths: Iterable[tuple[str, ...]] = (
            (str(one.whole_class), *([str(one)] if one.subclass_number else [])) for one in patent.locarno
        )
    elif patent.uspc:
        paths = (_uspc_path(one) for one in patent.uspc)
    elif category := row.get("category", "").strip():
        paths = ((category.split()[0], category),)
    else:
        paths = ()
    goods = row.get("goods", "").strip() or patent.title
    return tuple(dict.fromkeys(Label(_with_goods(path, goods)) for path in paths))


def _uspc_path(notation: str) -> tuple[str, ...]:
    whole, _, subclass = notation.replace("-", "/").partition("/")
    return (whole, f"{whole}/{subclass}") if subclass else (whole,)


def _with_goods(path: tuple[str, ...], goods: str) -> tuple[str, ...]:
    return (*path, goods) if goods and len(path) == Level.SUBCLASS else path


def names_at(labels: Iterable[Label], level: Level) -> tuple[str, ...]:
    """The distinct names at a level, in their order."""
    names = (label.at(level) for label in labels)
    return tuple(dict.fromkeys(name for name in names if name is not None))
