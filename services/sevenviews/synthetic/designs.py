"""Synthetic designs: an article, how it is drawn, and what a patent would say of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from sevenviews.designs import LocarnoClass, View
from sevenviews.synthetic.article import Article, Kind, Part
from sevenviews.synthetic.articles import KINDS
from sevenviews.synthetic.camera import camera
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.drawing import REFERENCE_SIZE, Image, draw, extent
from sevenviews.synthetic.style import DrawingStyle, random_style
from sevenviews.synthetic.topology import Topology, topology

_MARGIN = 0.06
_SHAPE, _CLAIM, _STYLE = range(3)


@dataclass(frozen=True, eq=False)
class SyntheticDesign:
    """One design. The same seed and index make the same one.

    Attributes:
        kind: the family of articles: "chair".
        title: "Armchair".
        locarno: its classes; the first is the main one.
        uspc: class of the USPTO's own classification.
        claim: text of the claim.
        parts: the article; unclaimed parts are drawn with broken lines.
        style: how all its figures are drawn.
        perspective: azimuth and elevation of its perspective view, degrees.
    """

    seed: int
    index: int
    kind: str
    title: str
    locarno: tuple[LocarnoClass, ...]
    uspc: str
    claim: str
    parts: tuple[Part, ...] = field(repr=False)
    style: DrawingStyle
    perspective: tuple[float, float]

    @property
    def noun(self) -> str:
        """The title within a sentence."""
        return self.title[0].lower() + self.title[1:]

    @property
    def unclaimed(self) -> tuple[str, ...]:
        """Names of the parts that are not claimed."""
        return tuple(part.name for part in self.parts if not part.claimed)

    @cached_property
    def scene(self) -> Topology:
        """All solids, ready to be drawn."""
        return topology([solid for part in self.parts for solid in part.solids])

    @cached_property
    def claimed_solids(self) -> tuple[bool, ...]:
        """Of each solid of the scene, whether it is claimed."""
        return tuple(part.claimed for part in self.parts for _ in part.solids)


def design(seed: int, index: int) -> SyntheticDesign:
    """The index-th design of a seed. Every kind comes as often as any other.

    Two designs of a kind differ in proportions, in the choice of their parts, in style and point of view.
    """
    return design_of_kind(kind_of(seed, index), seed, index)


def design_of_kind(kind: Kind, seed: int, index: int) -> SyntheticDesign:
    """The index-th design of a seed, were it of this kind."""
    article = kind.shape(Dice(seed, index, _SHAPE))
    dice = Dice(seed, index, _STYLE)
    return SyntheticDesign(
        seed,
        index,
        kind.name,
        article.noun[0].upper() + article.noun[1:],
        tuple(dict.fromkeys((kind.locarno, *article.also))),
        kind.uspc,
        f"The ornamental design for {indefinite(article.noun)}, as shown and described.",
        _claim_parts(article, Dice(seed, index, _CLAIM)),
        random_style(dice),
        (dice.pick((1.0, 1.0, 1.0, -1.0)) * dice.between(22.0, 55.0), dice.between(14.0, 38.0)),
    )


def indefinite(noun: str) -> str:
    """The noun with its article: "a chair", "an armchair"."""
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def kind_of(seed: int, index: int) -> Kind:
    """The kind of a design. Kinds come in shuffled rounds, so that a small corpus has nearly all of them."""
    round_number, position = divmod(index, len(KINDS))
    order = Dice(seed, round_number, len(KINDS)).sample(range(len(KINDS)), len(KINDS))
    return KINDS[order[position]]


def _claim_parts(article: Article, dice: Dice) -> tuple[Part, ...]:
    """In every third design or so, one or two parts besides the first are not claimed."""
    others = range(1, len(article.parts))
    if len(others) == 0 or not dice.chance(0.38):
        return article.parts
    disclaimed = set(dice.sample(others, dice.whole(1, 2)))
    return tuple(replace(part, claimed=i not in disclaimed) for i, part in enumerate(article.parts))


def render(
    design: SyntheticDesign, view: View, size: int = REFERENCE_SIZE, style: DrawingStyle | None = None
) -> Image:
    """A view as uint8 [size, size]: 255 paper, 0 ink, the article filling the square but for a margin.

    Args:
        style: the design's own when absent.

    Raises:
        SevenviewsError: FIELD_OUT_OF_RANGE, not one of the seven standard views.
    """
    looking = camera(view, design.perspective)
    largest = max(*extent(design.scene, looking), 1e-6)
    return draw(
        design.scene,
        looking,
        design.claimed_solids,
        style or design.style,
        shape=(size, size),
        pixels_per_unit=size * (1 - 2 * _MARGIN) / largest,
        line_scale=size / REFERENCE_SIZE,
    )


def render_to_scale(design: SyntheticDesign, view: View, pixels_per_unit: float, line_scale: float) -> Image:
    """A view at a given scale on paper just large enough, for sheets whose figures share one scale."""
    looking = camera(view, design.perspective)
    border = 4 + round(4 * line_scale)
    width, height = (
        int(np.ceil(length * pixels_per_unit)) + 2 * border for length in extent(design.scene, looking)
    )
    return draw(
        design.scene,
        looking,
        design.claimed_solids,
        design.style,
        shape=(height, width),
        pixels_per_unit=pixels_per_unit,
        line_scale=line_scale,
    )
