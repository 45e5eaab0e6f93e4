"""What a loss tells apart: patents, categories, or rotations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sevenviews.lab.patentnet.labels import Level
from sevenviews.training.config import ROTATIONS, DataConfig, is_rotation
from sevenviews.training.drawings import DrawingDataset
from sevenviews.training.losses.config import ClassificationConfig, LossConfig
from sevenviews.training.split import Indices


def is_category(loss: LossConfig) -> bool:
    """Whether the labels are categories."""
    return isinstance(loss, ClassificationConfig) and loss.by == "category"


def check_categories(dataset: DrawingDataset, data: DataConfig) -> None:
    """Refuse to classify by category what has none: it would be left out in silence.

    A design without one, in a corpus that has them, may be left out. Raises ValueError: no design of a corpus has a
    category.
    """
    with_some = {origin for origin, name in zip(dataset.origins, dataset.categories, strict=True) if name}
    places = [*data.corpora, "the synthetic corpus", *data.sheets]
    without = [str(places[one]) for one in sorted(set(dataset.origins) - with_some)]
    if without:
        raise ValueError(
            f"loss.by: category: no design of {', '.join(without)} has one: neither a category in an index.csv, nor "
            "a Locarno or USPC class. Leave the corpus out, or classify by patent"
        )


def labelled(dataset: DrawingDataset, training: Indices, loss: LossConfig) -> tuple[Indices, Indices]:
    """The drawings that can be trained on, and the label of each.

    For rotations, the labels are 0 to 3 over and over: a batch holds every drawing in all four. Raises ValueError:
    categories are wanted, and the corpora tell fewer than two.
    """
    designs = dataset.designs[training]
    if is_rotation(loss):
        return training, np.arange(len(training)) % ROTATIONS
    if is_category(loss):
        named = np.array(dataset.categories)[designs]
        known = named != ""
        categories, numbers = np.unique(named[known], return_inverse=True)
        if len(categories) < 2:  # noqa: PLR2004 - to tell apart
            raise ValueError(
                f"loss.by: category: the corpora tell {len(categories)} categories; 2 are needed"
            )
        return training[known], numbers
    _, numbers = np.unique(designs, return_inverse=True)
    return training, numbers


def tree_of(dataset: DrawingDataset, training: Indices) -> npt.NDArray[np.int64]:
    """Class and subclass of each patent's label, numbered: int64 [labels, 2]; -1 where it is not told.

    Raises ValueError: no design trained on tells a class; or its drawings were kept before classes were.
    """
    designs = np.unique(dataset.designs[training])
    paths = [dataset.paths[one] for one in designs] if dataset.paths else []
    if not any(paths):
        raise ValueError(
            "loss: hierarchical: no design tells its class: the corpora name none, or the drawings were kept by an "
            "earlier version; then remove the folder `drawings` beside the run"
        )
    tree = np.full((len(designs), int(Level.SUBCLASS)), -1, np.int64)
    for level in range(tree.shape[1]):
        names = sorted({path[level] for path in paths if len(path) > level})
        for label, path in enumerate(paths):
            if len(path) > level:
                tree[label, level] = names.index(path[level])
    return tree


def categories_of(dataset: DrawingDataset, training: Indices) -> Indices:
    """The category of each drawing, numbered; those without one are one category."""
    _, numbers = np.unique(np.array(dataset.categories)[dataset.designs[training]], return_inverse=True)
    return numbers
