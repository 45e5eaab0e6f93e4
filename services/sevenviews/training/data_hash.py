"""One number for all that the drawings of a run depend on: what was read, and how."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import sevenviews.synthetic
from sevenviews.corpus import iter_entries
from sevenviews.corpus.deeppatent import is_list
from sevenviews.corpus.entry import READER_VERSION
from sevenviews.encoder.preprocess import PREPROCESSING_VERSION
from sevenviews.lab.sets import PatentSet, patents_of
from sevenviews.training.config import DataConfig

_LAYOUT = "4"
"""Of the kept drawings' files: raise it when they change."""

_OF_THE_SPLIT = {
    "corpora",
    "sheets",
    "validation_share",
    "test_share",
    "validation_lists",
    "test_lists",
    "excluded_lists",
}


def data_digest(config: DataConfig, seed: int) -> str:
    """SHA-256 of the bytes of every corpus, of what is taken of them, and of the versions of what reads or draws.

    Where a corpus lies does not count. Every byte is read, about a gigabyte a second: once a run. Raises
    FileNotFoundError: a corpus is not there.
    """
    total = hashlib.sha256()
    settings = config.model_dump(mode="json", exclude=_OF_THE_SPLIT)
    versions = [PREPROCESSING_VERSION, READER_VERSION, _LAYOUT]
    if config.synthetic_designs:
        versions.append(generator_digest())
    total.update(json.dumps([settings, seed, versions], sort_keys=True).encode())
    for corpus in config.corpora:
        total.update(_corpus_digest(corpus).encode())
    if config.sheets:
        total.update(json.dumps(patents_of(PatentSet.DEVELOPMENT)).encode())
    for sheets in config.sheets:
        total.update(_corpus_digest(sheets).encode())
    return total.hexdigest()


@cache
def generator_digest() -> str:
    """Of the code that draws synthetic designs: any change of it may draw others."""
    sources = sorted(Path(sevenviews.synthetic.__path__[0]).rglob("*.py"))
    return _joined((one.name, _file_digest(one)) for one in sources)


def _corpus_digest(corpus: Path) -> str:
    if not corpus.exists():
        raise FileNotFoundError(f"there is no corpus at {corpus}")
    if corpus.is_dir():
        files = sorted(file for file in corpus.rglob("*") if file.is_file())
        return _joined((file.relative_to(corpus).as_posix(), _file_digest(file)) for file in files)
    if is_list(corpus):
        # The list itself only names the images.
        return _joined((entry.name, entry.digest) for entry in iter_entries(corpus))
    return _file_digest(corpus)


def _joined(parts: Iterable[tuple[str, str]]) -> str:
    total = hashlib.sha256()
    for name, digest in parts:
        total.update(f"{name}\0{digest}\0".encode())
    return total.hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
