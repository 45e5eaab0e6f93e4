"""A gallery from corpora."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sevenviews.lab.collection import Collection
from sevenviews.lab.descriptors import Drawings, open_descriptor
from sevenviews.lab.hiding.measure import Gallery

_DISTRACTOR = "distractor "
"""Before the id of a patent that only adds to the gallery, whatever its id."""


def as_gallery(
    found: Collection,
    distractors: Collection | None,
    model: str,
    advance: Callable[[int], None] = lambda _: None,
) -> Gallery:
    """All drawings, described.

    Args:
        found: whose patents ask, under their own ids.
        distractors: others, under ids that no patent has.
        model: a bundle or a network, see `open_descriptor`; not one that learns from examples.
        advance: is told how many drawings are described.

    Raises:
        ValueError: there is no such model, or no drawing.
    """
    everything = found
    if distractors is not None:
        others = Collection() + distractors
        others.patents = [_DISTRACTOR + patent for patent in distractors.patents]
        everything = found + others
    vectors = everything.described(open_descriptor(model, _no_examples), advance)
    patents = np.array(everything.patents)
    drawings = {name: np.flatnonzero(patents == name).tolist() for name in dict.fromkeys(everything.patents)}
    return Gallery(vectors, everything.views, drawings)


def _no_examples(side: int) -> Drawings:
    raise ValueError(f"a model that learns from examples (of {side} pixels) is not measured here")
