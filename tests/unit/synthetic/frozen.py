"""What the articles looked like when they were frozen, in two small files beside this one.

`frozen.csv` has a line a kind: counts and weighted sums over the solids of several designs, so that every branch of
an article counts. `frozen.png` has a row a kind and a column a view: the ink of one design, 16 by 16 shades a view.

Both are coarse on purpose: processors differ in the last bits of a cosine, and now and then in a pixel.

`python -m tests.unit.synthetic.frozen` writes them anew: right after kinds were added, and never to make a failing
test pass.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt
from PIL import Image

from sevenviews.designs import STANDARD_VIEWS
from sevenviews.synthetic.articles import KINDS
from sevenviews.synthetic.articles.chairs import CHAIR_KINDS
from sevenviews.synthetic.designs import SyntheticDesign, design_of_kind, render

NAMES = tuple(kind.name for kind in (*KINDS, *CHAIR_KINDS))
TABLE, PICTURE = (Path(__file__).with_name(f"frozen.{ending}") for ending in ("csv", "png"))
SEED, DESIGNS = 20211, 12
"""The seed is that of the packaged model's training; so many designs of each kind count."""

_SIZE, _CELLS = 384, 16


@dataclass(frozen=True)
class Solids:
    """The designs of a kind in figures.

    Attributes:
        words: a checksum of titles, classes, and names of the parts with what is claimed.
        x, y, z: sums of the coordinates of all vertices, weighted so that their order counts.
    """

    kind: str
    words: int
    faces: int
    lines: int
    x: float
    y: float
    z: float


def solids_of(name: str) -> Solids:
    """As the articles are now."""
    designs = [_design(name, index) for index in range(DESIGNS)]
    solids = [solid for item in designs for part in item.parts for solid in part.solids]
    words = [
        (item.title, item.uspc, [str(one) for one in item.locarno], [(p.name, p.claimed) for p in item.parts])
        for item in designs
    ]
    vertices = np.concatenate([solid.vertices for solid in solids])
    x, y, z = (float(total) for total in np.cos(np.arange(len(vertices))) @ vertices)
    faces, lines = sum(len(solid.faces) for solid in solids), sum(len(solid.lines) for solid in solids)
    return Solids(name, crc32(repr(words).encode()), faces, lines, x, y, z)


def ink_of(name: str) -> npt.NDArray[np.float64]:
    """Shares of ink [16, 7 * 16] of a design in its seven views, as the renderer draws now."""
    # The style follows from the index: another for each kind.
    drawn = _design(name, NAMES.index(name))
    return np.hstack([_shares(render(drawn, view, _SIZE)) for view in STANDARD_VIEWS])


def _design(name: str, index: int) -> SyntheticDesign:
    return design_of_kind((*KINDS, *CHAIR_KINDS)[NAMES.index(name)], SEED, index)


def _shares(drawing: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    cell = _SIZE // _CELLS
    shares: npt.NDArray[np.float64] = (drawing == 0).reshape(_CELLS, cell, _CELLS, cell).mean(axis=(1, 3))
    return shares


def frozen_solids() -> dict[str, Solids]:
    """As they were, by name of the kind."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        return {
            row["kind"]: Solids(
                row["kind"],
                int(row["words"]), int(row["faces"]), int(row["lines"]),
                float(row["x"]), float(row["y"]), float(row["z"]),
            )
            for row in csv.DictReader(file)
        }  # fmt: skip


def frozen_ink() -> dict[str, npt.NDArray[np.float64]]:
    """As it was, by name of the kind."""
    with Image.open(PICTURE) as picture:
        shares = 1 - np.asarray(picture, np.float64) / 255
    rows = shares.reshape(-1, _CELLS, shares.shape[1])
    return dict(zip(frozen_solids(), rows, strict=True))


def _write(names: Sequence[str]) -> None:
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Solids)])
        for name in names:
            writer.writerow([f"{v:.4f}" if isinstance(v, float) else v for v in astuple(solids_of(name))])
    ink = np.vstack([ink_of(name) for name in names])
    Image.fromarray(np.round(255 * (1 - ink)).astype(np.uint8)).save(PICTURE, optimize=True)


if __name__ == "__main__":
    _write(NAMES)
