"""Drawings to vectors: the model, and the classic descriptors that DeepPatent compares with.

Every descriptor sees the drawing as the encoder's preprocessing leaves it: cropped, square, black on white.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from skimage.feature import hog, local_binary_pattern

from sevenviews.encoder import default_bundle_path, load_bundle
from sevenviews.encoder.session import EncoderSession

Drawings = npt.NDArray[np.uint8]
"""[n, 1, side, side], 0 ink to 255 paper."""

Vectors = npt.NDArray[np.float32]
"""[n, dimension], unit length: compared by inner product."""

_RAW_SIDE = 32
_HOG_SIDE = 128
_LBP_SIDE = 256
_LBP_POINTS, _LBP_RADIUS, _LBP_CELLS = 8, 1, 4
_UNIFORM_PATTERNS = 58
_BATCH = 32


class Descriptor:
    """A named way to describe drawings.

    Args:
        name: as it was asked for.
        side: of the preprocessed drawings that it takes, in pixels.
        compute: [n, 1, side, side] to [n, dimension], of any length.
    """

    def __init__(self, name: str, side: int, compute: Callable[[Drawings], npt.NDArray[np.floating]]) -> None:
        self.name = name
        self.side = side
        self._compute = compute

    def describe(self, drawings: Drawings) -> Vectors:
        """Unit vectors of some drawings; a drawing without any feature becomes the zero vector."""
        parts = [self._compute(drawings[at : at + _BATCH]) for at in range(0, len(drawings), _BATCH)]
        vectors = np.concatenate(parts).astype(np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        normalized: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
        return normalized


def open_descriptor(name: str) -> Descriptor:
    """The descriptor of a name.

    Args:
        name: raw, hog, lbp, default (the packaged model), the directory of a bundle, or an ONNX file.

    Raises:
        ValueError: it is none of these, or an ONNX file that takes no images.
        SevenviewsError: the bundle is damaged.
    """
    classic = {
        "raw": Descriptor("raw", _RAW_SIDE, raw_pixels),
        "hog": Descriptor("hog", _HOG_SIDE, hog_features),
        "lbp": Descriptor("lbp", _LBP_SIDE, lbp_histograms),
    }
    if name in classic:
        return classic[name]
    path = default_bundle_path() if name == "default" else Path(name)
    if path.is_dir():
        session = EncoderSession(load_bundle(path), threads=0)
        return Descriptor(name, session.image_size, session.embed)
    if path.suffix == ".onnx" and path.is_file():
        return _onnx_descriptor(name, path)
    raise ValueError(f"{name!r} is no model: raw, hog, lbp, default, a bundle's directory, or an ONNX file")


def raw_pixels(drawings: Drawings) -> npt.NDArray[np.floating]:
    """The ink itself, [n, side²]."""
    return (255 - drawings.astype(np.float32)).reshape(len(drawings), -1)


def hog_features(drawings: Drawings) -> npt.NDArray[np.floating]:
    """Histograms of oriented gradients: 9 directions, cells of 16 pixels, blocks of 2 × 2 cells (Dalal, Triggs)."""
    return np.stack(
        [
            hog(
                drawing[0],
                orientations=9,
                pixels_per_cell=(16, 16),
                cells_per_block=(2, 2),
                block_norm="L2-Hys",
                feature_vector=True,
            )
            for drawing in drawings
        ]
    )


def lbp_histograms(drawings: Drawings) -> npt.NDArray[np.floating]:
    """Histograms of the 58 uniform local binary patterns and of the rest, in 4 × 4 cells (Ojala et al.).

    The square root makes the inner product of unit vectors the Bhattacharyya coefficient of the histograms.
    """
    return np.stack([_lbp_histogram(drawing[0]) for drawing in drawings])


def _lbp_histogram(drawing: npt.NDArray[np.uint8]) -> npt.NDArray[np.floating]:
    patterns = _patterns(drawing)
    cell = drawing.shape[0] // _LBP_CELLS
    histograms = [
        np.bincount(
            patterns[row : row + cell, column : column + cell].ravel(), minlength=_UNIFORM_PATTERNS + 1
        )
        for row in range(0, cell * _LBP_CELLS, cell)
        for column in range(0, cell * _LBP_CELLS, cell)
    ]
    # Paper everywhere gives one pattern; it says nothing of the drawing, and would drown the rest.
    joined = np.stack(histograms).astype(np.float64)
    joined[:, patterns_of_paper()] = 0
    root: npt.NDArray[np.floating] = np.sqrt(joined).ravel()
    return root


def patterns_of_paper() -> int:
    """The pattern of a flat region."""
    flat = np.full((3, 3), 255, np.uint8)
    return int(_patterns(flat)[1, 1])


def _patterns(drawing: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    found = local_binary_pattern(drawing, _LBP_POINTS, _LBP_RADIUS, method="nri_uniform")  # type: ignore[no-untyped-call]
    return np.asarray(found, np.int64)


def _onnx_descriptor(name: str, path: Path) -> Descriptor:
    """Any network of one image input, in [-1, 1]; its output `embedding`, or else the first."""
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    entrance = session.get_inputs()[0]
    shape = entrance.shape
    if len(shape) != 4 or shape[1] not in (1, 3):  # noqa: PLR2004 - n, channels, height, width
        raise ValueError(f"{path.name} takes {shape}, not images [n, 1 or 3, side, side]")
    side = shape[2] if isinstance(shape[2], int) else 224
    names = [output.name for output in session.get_outputs()]
    wanted = "embedding" if "embedding" in names else names[0]

    def compute(drawings: Drawings) -> npt.NDArray[np.floating]:
        images = (drawings.astype(np.float32) / 127.5 - 1).repeat(shape[1], axis=1)
        (vectors,) = session.run([wanted], {entrance.name: images})
        return np.asarray(vectors).reshape(len(drawings), -1)

    return Descriptor(name, side, compute)
