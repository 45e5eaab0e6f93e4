"""What is searched with: drawings that were uploaded, and patents of the catalogue."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from pydantic import TypeAdapter

from sevenviews.designs import CropBox, View

MOST_FIGURES = 16
"""That the gateway takes in one search."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing that asks, or a patent with all of its: `image` or `patent_id` is there. Raises ValueError.

    Attributes:
        image: SHA-256 of an uploaded image, in hexadecimal.
        source: name of the file that it is from.
        number: of the figure, as its sheet has it; empty: it has none.
        weight: against the others; below 0, what resembles it is not wanted.
        used: whether it is searched with.
    """

    image: str = ""
    patent_id: str = ""
    source: str = ""
    number: str = ""
    view: View = View.UNKNOWN
    crop: CropBox | None = None
    weight: float = 1.0
    used: bool = True

    def __post_init__(self) -> None:
        if bool(self.image) == bool(self.patent_id):
            raise ValueError("a figure is either an image or a patent")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file that could not be read, or not all of it: the reason for programs, the message for people."""

    source: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Question:
    """Figures in their order, and the files among which they were found that are not there."""

    figures: tuple[Figure, ...]
    troubles: tuple[Trouble, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the question, in hexadecimal: the same figures ask the same question."""
        return hashlib.sha256(self.to_json()).hexdigest()

    @property
    def used(self) -> tuple[Figure, ...]:
        """What is searched with."""
        return tuple(one for one in self.figures if one.used)

    @property
    def images(self) -> frozenset[str]:
        """The uploads that it stands on."""
        return frozenset(one.image for one in self.figures if one.image)

    def to_json(self) -> bytes:
        """One spelling."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()

    @staticmethod
    def from_json(text: bytes) -> Question:
        """Of what `to_json` wrote. Raises ValueError where another version did, and said it otherwise."""
        return _ADAPTER.validate_json(text)


_ADAPTER = TypeAdapter(Question)


def with_at_most(figures: tuple[Figure, ...], most: int = MOST_FIGURES) -> tuple[Figure, ...]:
    """The figures, of which no more are used than can be: one of each view before a second one of any."""
    seen: dict[View, int] = {}
    turns = []
    for position, figure in enumerate(figures):
        turns.append((seen.get(figure.view, 0) if figure.view is not View.UNKNOWN else 0, position))
        seen[figure.view] = seen.get(figure.view, 0) + 1
    wanted = [(turn, position) for turn, position in turns if figures[position].used]
    kept = {position for _, position in sorted(wanted)[:most]}
    return tuple(replace(one, used=position in kept) for position, one in enumerate(figures))
