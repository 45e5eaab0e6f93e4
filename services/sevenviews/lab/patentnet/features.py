"""Features of a dataset's drawings, computed once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sevenviews.encoder import decode, default_bundle_path, load_bundle, preprocess
from sevenviews.encoder.preprocess import PREPROCESSING_VERSION
from sevenviews.lab.descriptors import open_descriptor
from sevenviews.lab.patentnet.dataset import PatentNetDataset

_THREADS = 2
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class DrawingSet:
    """The drawings of a dataset, laid out one after another.

    Attributes:
        designs: int64 [n], the sample that each drawing belongs to.
        contents: of each drawing, encoded.
    """

    designs: npt.NDArray[np.int64]
    contents: tuple[bytes, ...]


def drawings_of(dataset: PatentNetDataset, most_each: int = 0) -> DrawingSet:
    """The drawings of every design, standard views first.

    Args:
        dataset: with drawings.
        most_each: at most so many of a design; 0: all.

    Raises:
        ValueError: no design has a drawing.
    """
    designs: list[int] = []
    contents: list[bytes] = []
    for index, sample in enumerate(dataset.samples):
        taken = sample.images[: most_each or None]
        designs += [index] * len(taken)
        contents += taken
    if not contents:
        raise ValueError(f"no design of {dataset.name} has a drawing")
    return DrawingSet(np.array(designs, np.int64), tuple(contents))


def features_of(
    drawings: DrawingSet,
    model: str,
    cache: Path | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> npt.NDArray[np.float32]:
    """Unit vectors [n, dimension] of the drawings; taken from the cache where they were computed before.

    Args:
        drawings: to be described.
        model: what `lab.descriptors.open_descriptor` knows.
        cache: folder to keep them in; None keeps nothing.
        advance: is told how many drawings are done.

    Raises:
        ValueError: there is no such model, or a feature is NaN.
        SevenviewsError: a drawing cannot be decoded.
    """
    place = cache / f"features-{_digest(drawings.contents, model)}.npy" if cache else None
    if place is not None and place.is_file():
        kept: npt.NDArray[np.float32] = np.load(place)
        advance(len(kept))
        return kept
    descriptor = open_descriptor(model)
    parts = []
    for at in range(0, len(drawings.contents), _CHUNK):
        parts.append(descriptor.describe(prepared(drawings.contents[at : at + _CHUNK], descriptor.side)))
        advance(min(at + _CHUNK, len(drawings.contents)))
    features = np.concatenate(parts)
    check_features(features)
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = place.with_suffix(".part.npy")
        np.save(unfinished, features)
        unfinished.replace(place)
    return features


def prepared(contents: Sequence[bytes], side: int) -> npt.NDArray[np.uint8]:
    """Drawings as the encoder takes them: uint8 [n, 1, side, side]. Raises SevenviewsError for what is no image."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return np.stack(list(pool.map(lambda content: preprocess(decode(content), side), contents)))


def check_features(features: npt.NDArray[np.floating]) -> None:
    """Raise ValueError if features are not [n, dimension], or one is NaN or infinite."""
    if features.ndim != 2 or not features.size:  # noqa: PLR2004 - drawings, dimensions
        raise ValueError(f"features: {features.shape} is no [n, dimension] with something in it")
    if not np.isfinite(features).all():
        bad = int(np.flatnonzero(~np.isfinite(features).all(1))[0])
        raise ValueError(f"features: the one of drawing {bad} is not finite")


def _digest(contents: Sequence[bytes], model: str) -> str:
    total = hashlib.sha256(f"{PREPROCESSING_VERSION}:{_version(model)}:".encode())
    for content in contents:
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:24]


def _version(model: str) -> str:
    """What tells one model from another of the same name."""
    path = default_bundle_path() if model == "default" else Path(model)
    if path.is_dir():
        return load_bundle(path).version
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return model
