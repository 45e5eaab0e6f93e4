"""Training drawings of any corpus, preprocessed once and kept in a memory map."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from sevenviews.corpus import CorpusEntry, iter_entries
from sevenviews.corpus.reading import read_entry
from sevenviews.designs import STANDARD_VIEWS, canonical_patent_id, family_keys, is_patent_number
from sevenviews.encoder.preprocess import preprocess
from sevenviews.lab.collection import Collection, category_of
from sevenviews.lab.patentnet.labels import Level, labels_of
from sevenviews.lab.sets import PatentSet, set_of
from sevenviews.lab.sheets import read_sheets
from sevenviews.synthetic import design, render
from sevenviews.training.config import DataConfig
from sevenviews.training.data_hash import data_digest
from sevenviews.training.kinship import drawing_hash, kin_of

_PIXELS = "drawings.u8"
_INDEX = "index.json"
_RENDER_SIDE = 384
_TOLD_UNREAD = 5


@dataclass(frozen=True, slots=True)
class DrawingDataset:
    """Drawings with the design that each shows."""

    pixels: npt.NDArray[np.uint8]  # [n, side, side], a read-only memory map
    designs: npt.NDArray[np.int64]  # [n], the design of each drawing, numbered from 0
    names: tuple[str, ...]  # of the designs
    categories: tuple[str, ...]
    """Of the designs: the corpus' own, or the Locarno class, or the USPC class; empty: none is told."""
    digest: str  # SHA-256 of all that the content depends on
    unread: tuple[str, ...] = ()  # what could not be read, and why
    origins: tuple[int, ...] = ()
    """Of the designs: the place of its corpus among those of the configuration; behind them, synthetic; and behind
    that, the sheets of real patents."""
    kin: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """int64 [designs], the group of each design; see `kin_of`. Empty: each is alone."""
    paths: tuple[tuple[str, ...], ...] = ()
    """Of the designs: class and subclass, as deep as they are told; empty: nothing that tells was kept."""

    @property
    def groups(self) -> npt.NDArray[np.int64]:
        """The group of each design, [designs]."""
        return self.kin if len(self.kin) else np.arange(len(self.names))


def open_dataset(
    folder: Path, config: DataConfig, seed: int, workers: int, tell: Callable[[str], None]
) -> DrawingDataset:
    """The drawings of a configuration; made at the first use, which takes minutes for large corpora.

    Raises FileNotFoundError: a corpus is not there; ValueError: fewer than four designs have enough drawings.
    """
    digest = data_digest(config, seed)
    place = dataset_folder(folder, digest)
    if not (place / _INDEX).is_file():
        _build(place, config, seed, workers, tell)
    return load_dataset(place, digest)


def dataset_folder(folder: Path, digest: str) -> Path:
    """Where the drawings of a digest are kept."""
    return folder / digest[:16]


def load_dataset(place: Path, digest: str) -> DrawingDataset:
    """Open what `open_dataset` has made: without a look at the corpora, that a worker need not even have."""
    index = json.loads((place / _INDEX).read_text())
    shape = (len(index["designs"]), index["side"], index["side"])
    return DrawingDataset(
        pixels=np.memmap(place / _PIXELS, np.uint8, "r", shape=shape),
        designs=np.array(index["designs"]),
        names=tuple(index["names"]),
        categories=tuple(index["categories"]),
        digest=digest,
        unread=tuple(index["unread"]),
        # What was kept before layouts 3 and 4 has none, and may still be exported from.
        origins=tuple(index.get("origins", ())),
        kin=np.array(index.get("kin", ()), np.int64),
        paths=tuple(map(tuple, index.get("paths", ()))),
    )


def _build(place: Path, config: DataConfig, seed: int, workers: int, tell: Callable[[str], None]) -> None:
    place.mkdir(parents=True, exist_ok=True)
    kept, numbers = list[tuple[_Design, int]](), dict[str, int]()
    designs, hashes, unread = list[int](), list[npt.NDArray[np.uint8]](), list[str]()
    with (
        (place / _PIXELS).open("wb") as file,
        ProcessPoolExecutor(max_workers=workers, mp_context=get_context("forkserver")) as pool,
    ):
        for origin, one in _all_designs(config, seed, pool):
            unread += one.unread
            if len(one.drawings) < config.least_drawings:
                continue
            for drawing in one.drawings:
                file.write(drawing.tobytes())
            # A patent that another corpus held already is the same, and of one class.
            number = numbers.setdefault(one.patent, len(kept)) if one.patent else len(kept)
            designs += [number] * len(one.drawings)
            hashes += one.hashes
            if number == len(kept):
                kept.append((replace(one, drawings=[], hashes=[]), origin))
                if len(kept) % 1000 == 0:
                    tell(f"{len(kept)} designs, {len(designs)} drawings")
    for problem in unread[:_TOLD_UNREAD]:
        tell(f"could not be read: {problem}")
    if len(unread) > _TOLD_UNREAD:
        tell(f"could not be read: {len(unread) - _TOLD_UNREAD} more")
    if len(kept) < 4:  # noqa: PLR2004 - two to train on and two to hold out
        raise ValueError(f"{len(kept)} designs have at least {config.least_drawings} drawings; 4 are needed")
    index = {
        "side": config.cache_side,
        "names": [one.name for one, _ in kept],
        "categories": [one.category for one, _ in kept],
        "paths": [one.path for one, _ in kept],
        "designs": designs,
        "origins": [origin for _, origin in kept],
        "unread": unread,
        "kin": kin_of(designs, np.stack(hashes), [one.keys for one, _ in kept]).tolist(),
    }
    # Last, so that a dataset without it is known to be unfinished.
    (place / _INDEX).write_text(json.dumps(index))


def is_real(dataset: DrawingDataset, data: DataConfig) -> npt.NDArray[np.bool_]:
    """Of each design, whether it was cut from the sheets of a real patent."""
    # What was kept before layout 3 knows no origins, nor sheets.
    origins = dataset.origins or (0,) * len(dataset.names)
    return np.array(origins) > len(data.corpora)


@dataclass(frozen=True, slots=True)
class _Design:
    """As it was read."""

    name: str
    category: str
    drawings: list[npt.NDArray[np.uint8]]
    unread: list[str]
    patent: str = ""  # the canonical id, by which corpora name the same patent; empty: it is none
    keys: frozenset[str] = frozenset()  # of its family
    hashes: list[npt.NDArray[np.uint8]] = field(default_factory=list)  # of the drawings
    path: tuple[str, ...] = ()  # class and subclass, as deep as they are told


def _all_designs(config: DataConfig, seed: int, pool: ProcessPoolExecutor) -> Iterator[tuple[int, _Design]]:
    """Each with the place of its corpus."""
    for origin, corpus in enumerate(config.corpora):
        entries = _sampled(corpus, config.most_designs, seed)
        read = partial(_read, config.cache_side, config.drawings_per_design, seed)
        yield from zip(repeat(origin), pool.map(read, entries, chunksize=16))
    draw = partial(_draw, config.cache_side, config.synthetic_seed)
    drawn = pool.map(draw, range(config.synthetic_designs), chunksize=16)
    yield from zip(repeat(len(config.corpora)), drawn)
    for origin, sheets in enumerate(config.sheets, len(config.corpora) + 1):
        yield from zip(repeat(origin), _cut(read_sheets(sheets), config.cache_side))


def _cut(figures: Collection, side: int) -> Iterator[_Design]:
    """The patents of the development set, a design each."""
    rows: dict[str, list[int]] = {}
    for row, patent in enumerate(figures.patents):
        if set_of(patent) is PatentSet.DEVELOPMENT:
            rows.setdefault(patent, []).append(row)
    unread = figures.unread
    for patent, mine in sorted(rows.items()):
        drawings = list(figures.prepared(side, mine))
        hashes = [drawing_hash(one[0]) for one in drawings]
        yield _Design(patent, "", drawings, unread, canonical_patent_id(patent), hashes=hashes)
        unread = []


def _sampled(corpus: Path, most: int, seed: int) -> Iterable[CorpusEntry]:
    entries = list(iter_entries(corpus))
    if most and len(entries) > most:
        entries = random.Random(seed).sample(entries, most)  # noqa: S311 - a sample, not a secret
    return entries


def _read(side: int, most: int, seed: int, entry: CorpusEntry) -> _Design:
    def some(names: Sequence[str]) -> Sequence[str]:
        if not most or len(names) <= most:
            return names
        return random.Random(f"{seed} {entry.name}").sample(names, most)  # noqa: S311 - no secret

    reading = read_entry(entry, lambda image: preprocess(image, side), some)
    read, drawings = reading.patent, list(reading.made.values())
    if read is None:
        return _Design(entry.name, "", [], list(reading.unread))
    patent, canonical = read.patent, canonical_patent_id(read.patent.patent_id)
    # Names such as 3001 are a library's own: another library's 3001 is something else.
    is_patent = bool(patent.office) or is_patent_number(canonical)
    return _Design(
        patent.patent_id,
        category_of(read),
        drawings,
        list(reading.unread),
        canonical if is_patent else "",
        family_keys(patent) if is_patent else frozenset(),
        [drawing_hash(one[0]) for one in drawings],
        next((label.path[: Level.SUBCLASS] for label in labels_of(patent, {"category": read.category})), ()),
    )


def _draw(side: int, seed: int, number: int) -> _Design:
    article = design(seed, number)
    category = f"Locarno {article.locarno[0].whole_class}"
    rendered = (render(article, view, _RENDER_SIDE) for view in STANDARD_VIEWS)
    drawings = [preprocess(Image.fromarray(one), side) for one in rendered]
    hashes = [drawing_hash(one[0]) for one in drawings]
    path = (str(article.locarno[0].whole_class), str(article.locarno[0]))
    return _Design(f"synthetic-{seed}-{number}", category, drawings, [], hashes=hashes, path=path)
