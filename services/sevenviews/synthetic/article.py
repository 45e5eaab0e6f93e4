"""An article: what a design is the design of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sevenviews.designs import LocarnoClass
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh


@dataclass(frozen=True, eq=False)
class Part:
    """A nameable piece of an article, of one or several solids; drawn with broken lines unless claimed."""

    name: str
    solids: tuple[Mesh, ...]
    claimed: bool = True


@dataclass(frozen=True, eq=False)
class Article:
    """One shape of a kind of article. The first part is the one that is always claimed.

    Attributes:
        noun: what the title calls it: "side chair".
        also: classes besides that of its kind, for articles of more than one use.
    """

    noun: str
    parts: tuple[Part, ...]
    also: tuple[LocarnoClass, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A family of articles that share a structure and differ in every measure.

    Attributes:
        name: in English, singular.
        locarno: as in the 15th edition.
        uspc: a class of the USPTO's own classification of designs: "D6334".
        shape: makes one article.
    """

    name: str
    locarno: LocarnoClass
    uspc: str
    shape: Callable[[Dice], Article]


def part(name: str, *solids: Mesh | Sequence[Mesh]) -> Part:
    """A claimed part of the solids."""
    flat: list[Mesh] = []
    for solid in solids:
        flat.extend([solid] if isinstance(solid, Mesh) else solid)
    return Part(name, tuple(flat))
