"""A small catalogue to refresh: drawings of a few random lines."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw

from sevenviews.client import ImportItem
from sevenviews.designs import Drawing, LocarnoClass, Patent, drawing_id
from sevenviews.refresh.config import GateConfig, LearningConfig, RefreshConfig

PATENTS = 8
VIEWS = 2
CONFIG = RefreshConfig(
    # What is trained is no matter here, nor what it is worth.
    learning=LearningConfig(start_from="scratch"),
    gate=GateConfig(margin=1.0, least_patents=2, least_queries=2, held_out_share=0.5, latency_ms=10_000),
)


def patent(number: int) -> ImportItem:
    patent_id = f"USD{900_000 + number}"
    drawings = [Drawing(drawing_id(patent_id, 1, figure), figure) for figure in range(1, VIEWS + 1)]
    contents = {one.drawing_id: image(VIEWS * number + place) for place, one in enumerate(drawings)}
    return ImportItem(Patent(patent_id, locarno=(LocarnoClass(6, 1),), drawings=tuple(drawings)), contents)


def image(seed: int) -> bytes:
    drawn = Image.new("L", (120, 120), 255)
    for line in np.random.default_rng(seed).integers(0, 120, (5, 4)).tolist():
        ImageDraw.Draw(drawn).line(line, fill=0, width=3)
    content = io.BytesIO()
    drawn.save(content, "PNG")
    return content.getvalue()
