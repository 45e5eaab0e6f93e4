"""Training drawings, preprocessed once and kept in a memory map."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from sevenviews.corpus import CorpusEntry, NotADesign, iter_entries
from sevenviews.corpus.synthetic import design, render
from sevenviews.designs import STANDARD_VIEWS, SevenviewsError
from sevenviews.encoder.images import decode
from sevenviews.encoder.preprocess import PREPROCESSING_VERSION, preprocess
from sevenviews.training.config import DataConfig

_PIXELS = "drawings.u8"
_INDEX = "index.json"
_RENDER_SIDE = 384


@dataclass(frozen=True, slots=True)
class DrawingCache:
    """Drawings with the design that each shows.

    Attributes:
        pixels: uint8 [n, side, side], a read-only memory map.
        designs: int64 [n], the design of each drawing, numbered from 0.
        names: of the designs.
        digest: SHA-256 of all that the content depends on.
    """

    pixels: npt.NDArray[np.uint8]
    designs: npt.NDArray[np.int64]
    names: tuple[str, ...]
    digest: str

    def split(self, share: float, seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Indices of the training and the validation drawings; no design is in both, as in DeepPatent."""
        order = list(range(len(self.names)))
        random.Random(seed).shuffle(order)  # noqa: S311 - a split, not a secret
        held_out = np.array(order[: max(2, round(share * len(order)))])
        is_held_out = np.isin(self.designs, held_out)
        return np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out)


def open_cache(
    folder: Path, config: DataConfig, seed: int, workers: int, tell: Callable[[str], None]
) -> DrawingCache:
    """The drawings of a configuration; made at the first use, which takes minutes for large corpora.

    Raises:
        FileNotFoundError: a corpus is not there.
        ValueError: fewer than four designs have enough drawings.
    """
    digest = _digest(config, seed)
    place = folder / digest[:16]
    if not (place / _INDEX).is_file():
        _build(place, config, seed, workers, tell)
    index = json.loads((place / _INDEX).read_text())
    shape = (len(index["designs"]), config.cache_side, config.cache_side)
    pixels = np.memmap(place / _PIXELS, np.uint8, "r", shape=shape)
    return DrawingCache(pixels, np.array(index["designs"]), tuple(index["names"]), digest)


def _build(place: Path, config: DataConfig, seed: int, workers: int, tell: Callable[[str], None]) -> None:
    place.mkdir(parents=True, exist_ok=True)
    names: list[str] = []
    designs: list[int] = []
    context = get_context("forkserver")
    with (
        (place / _PIXELS).open("wb") as file,
        ProcessPoolExecutor(max_workers=workers, mp_context=context) as pool,
    ):
        for name, drawings in _all_designs(config, seed, pool):
            if len(drawings) < config.least_drawings:
                continue
            for drawing in drawings:
                file.write(drawing.tobytes())
                designs.append(len(names))
            names.append(name)
            if len(names) % 1000 == 0:
                tell(f"{len(names)} designs, {len(designs)} drawings")
    if len(names) < 4:  # noqa: PLR2004 - two to train on and two to hold out
        raise ValueError(f"{len(names)} designs have at least {config.least_drawings} drawings; 4 are needed")
    # Last, so that a cache without it is known to be unfinished.
    (place / _INDEX).write_text(json.dumps({"names": names, "designs": designs}))


_Design = tuple[str, list[npt.NDArray[np.uint8]]]


def _all_designs(config: DataConfig, seed: int, pool: ProcessPoolExecutor) -> Iterator[_Design]:
    reads = (
        pool.map(partial(_read, config.cache_side), _sampled(corpus, config.most_designs, seed), chunksize=16)
        for corpus in config.corpora
    )
    numbers = range(config.synthetic_designs)
    drawn = pool.map(partial(_draw, config.cache_side, config.synthetic_seed), numbers, chunksize=16)
    yield from chain(chain.from_iterable(reads), drawn)


def _sampled(corpus: Path, most: int, seed: int) -> Iterable[CorpusEntry]:
    if not corpus.exists():
        raise FileNotFoundError(f"there is no corpus at {corpus}")
    entries = list(iter_entries(corpus))
    if most and len(entries) > most:
        entries = random.Random(seed).sample(entries, most)  # noqa: S311 - a sample, not a secret
    return entries


def _read(side: int, entry: CorpusEntry) -> _Design:
    try:
        contents = entry.read().contents.values()
    except (NotADesign, SevenviewsError):
        return entry.name, []
    return entry.name, [drawing for content in contents for drawing in _prepared(content, side)]


def _prepared(content: bytes, side: int) -> Iterator[npt.NDArray[np.uint8]]:
    try:
        yield preprocess(decode(content), side)
    except SevenviewsError:
        return


def _draw(side: int, seed: int, number: int) -> _Design:
    article = design(seed, number)
    rendered = (render(article, view, _RENDER_SIDE) for view in STANDARD_VIEWS)
    return f"synthetic-{seed}-{number}", [preprocess(Image.fromarray(one), side) for one in rendered]


def _digest(config: DataConfig, seed: int) -> str:
    total = hashlib.sha256()
    settings = config.model_dump(mode="json", exclude={"corpora", "validation_share"})
    total.update(json.dumps([settings, seed, PREPROCESSING_VERSION], sort_keys=True).encode())
    for corpus in config.corpora:
        if corpus.is_file():
            with corpus.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
        else:
            total.update(str(corpus.resolve()).encode())
    return total.hexdigest()
