"""Up to 1,000 drawings laid out by likeness (t-SNE; DeepPatent, figure 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from sklearn.manifold import TSNE

from sevenviews.lab.evaluation import Evaluation
from sevenviews.lab.figures.canvas import COLOURS, DOTS_PER_INCH, GREY, figure

MOST_DRAWINGS = 1000
_LEAST_DRAWINGS = 8
_SIDE = 64
_INCHES = 11.0
_PERPLEXITY = 30.0
_NAMED = len(COLOURS) - 1


def draw_embedding_map(evaluation: Evaluation, path: Path, most: int = MOST_DRAWINGS, seed: int = 0) -> Path:
    """Each drawing stands where t-SNE of the model's vectors puts it, in the colour of its category.

    `most`: drawings, chosen by seed. Raises ValueError: fewer than eight drawings: no neighbourhoods.
    """
    drawings = evaluation.task.drawings
    if len(drawings) < _LEAST_DRAWINGS:
        raise ValueError(f"a map needs at least {_LEAST_DRAWINGS} drawings, not {len(drawings)}")
    chosen = np.random.default_rng(seed).permutation(len(drawings))[:most]
    positions = lay_out(evaluation.vectors[chosen], seed)
    categories = [drawings.categories[index] or "unknown" for index in chosen]
    colours = _colours(categories)
    images = drawings.prepared(_SIDE, chosen.tolist())
    with figure(path, _INCHES, _INCHES) as page:
        axes = page.subplots()
        axes.set_title(f"{evaluation.name}: t-SNE of {len(chosen)} drawings", fontsize=10)
        axes.set_xlim(*_limits(positions[:, 0]))
        axes.set_ylim(*_limits(positions[:, 1]))
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        zoom = _zoom(len(chosen))
        for position, image, category in zip(positions, images, categories, strict=True):
            tinted = OffsetImage(_tinted(image[0], colours.get(category, GREY)), zoom=zoom)
            axes.add_artist(AnnotationBbox(tinted, position, frameon=False, pad=0))
        marks = [Line2D([], [], marker="s", linestyle="", color=colour) for colour in colours.values()]
        axes.legend(
            [*marks, Line2D([], [], marker="s", linestyle="", color=GREY)],
            [*colours, "other"],
            fontsize=8,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.01),
            ncols=5,
            frameon=False,
        )
    return path


def lay_out(vectors: npt.NDArray[np.floating], seed: int) -> npt.NDArray[np.floating]:
    """Positions in the plane, [drawings, 2]."""
    perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
    positions: npt.NDArray[np.floating] = TSNE(
        perplexity=perplexity, metric="cosine", init="random", random_state=seed
    ).fit_transform(vectors)
    return positions


def _colours(categories: Sequence[str]) -> dict[str, str]:
    """Of the most frequent categories, most frequent first."""
    counts = Counter(category for category in categories if category != "unknown")
    return dict(zip((name for name, _ in counts.most_common(_NAMED)), COLOURS, strict=False))


def _limits(coordinates: npt.NDArray[np.floating]) -> tuple[float, float]:
    margin = 0.03 * float(np.ptp(coordinates))
    return float(coordinates.min()) - margin, float(coordinates.max()) + margin


def _zoom(drawings: int) -> float:
    """So that the drawings would cover the page a little less than once."""
    pixels = _INCHES * DOTS_PER_INCH * 0.8 / np.sqrt(drawings)
    # OffsetImage counts in points of 1/72 inch.
    return float(min(pixels, 2 * _SIDE) / _SIDE * 72 / DOTS_PER_INCH)


def _tinted(drawing: npt.NDArray[np.uint8], colour: str) -> npt.NDArray[np.floating]:
    """Ink in the colour, paper transparent: what lies beneath stays to be seen. [side, side, 4] of 0 to 1."""
    ink = 1 - drawing[..., None] / 255.0
    return np.concatenate(
        [np.broadcast_to(to_rgb(colour), (*drawing.shape, 3)), np.minimum(1, 4 * ink)], axis=2
    )
