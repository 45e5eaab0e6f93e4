"""The running head of a published page: "U.S. Patent   Feb. 9, 2021   Sheet 3 of 9   US D909,824 S"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sevenviews.corpus.figures.components import BOTTOM, TOP, Components
from sevenviews.corpus.figures.labels import UPRIGHT, line_image
from sevenviews.corpus.figures.recognizer import Recognizer
from sevenviews.corpus.figures.sheet import Ink
from sevenviews.corpus.figures.textlines import TextLine

_TOP_SHARE = 0.1
_MIN_PARTS = 2
_MAX_PARTS = 8
_HEAD = re.compile(r"U\W*S\W*\s*PATENT|PATENT\s*APP|SHEET\s*\d+\s*[O0]F\s*\d+|DESIGN\s*PATENT", re.I)


def find_header(
    ink: Ink, components: Components, lines: Sequence[TextLine], recognizer: Recognizer
) -> frozenset[int]:
    """The components of the running head: its parts stand in one row at the sheet's top; none, mostly."""
    top = components.ink.shape[0] * _TOP_SHARE
    parts = [line for line in lines if not line.vertical and line.box[BOTTOM] <= top]
    if len(parts) < _MIN_PARTS:
        return frozenset()
    parts = sorted(parts, key=lambda line: line.box[TOP])[:_MAX_PARTS]
    texts = recognizer.read([line_image(ink, components, line, UPRIGHT) for line in parts])
    heads = [line for line, (text, _) in zip(parts, texts, strict=True) if _HEAD.search(text)]
    if not heads:
        return frozenset()
    row_top = min(line.box[TOP] for line in heads) - heads[0].height
    row_bottom = max(line.box[BOTTOM] for line in heads) + heads[0].height
    boxes = components.boxes
    inside = (boxes[:, TOP] >= row_top) & (boxes[:, BOTTOM] <= row_bottom)
    return frozenset(int(index) + 1 for index in inside.nonzero()[0])
