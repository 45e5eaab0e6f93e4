"""Vectors kept from one evaluation to the next, by what the model is and what the drawing is: never by names."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from sevenviews.encoder import default_bundle_path, load_bundle
from sevenviews.encoder.preprocess import PREPROCESSING_VERSION
from sevenviews.lab.advance import Advance, unheard
from sevenviews.lab.collection import Collection
from sevenviews.lab.descriptors import Descriptor, Vectors
from sevenviews.lab.descriptors.catalogue import WHITENED

_KEY = 16


def identity_of(model: str, fitted_on: Sequence[str] = ()) -> str:
    """What decides the vectors of a model, in hexadecimal: its content, and the version of what prepares drawings.

    Args:
        model: see `find_descriptor`.
        fitted_on: digests of the drawings that it learns from, in their order; none: it learns from none.

    Raises SevenviewsError: the bundle is damaged.
    """
    whitened = WHITENED if model.startswith(WHITENED) else ""
    total = hashlib.sha256(_content_of(model.removeprefix(WHITENED)))
    total.update("\0".join([whitened, *fitted_on]).encode())
    return total.hexdigest()


def _content_of(model: str) -> bytes:
    path = default_bundle_path() if model == "default" else Path(model)
    if path.is_dir():
        return load_bundle(path).version.encode()
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() + PREPROCESSING_VERSION.encode()
    # A descriptor is its code. Any change of any of them counts: to find out which matters would be harder.
    sources = sorted((Path(__file__).parent / "descriptors").glob("*.py"))
    return model.encode() + PREPROCESSING_VERSION.encode() + b"".join(one.read_bytes() for one in sources)


class KeptVectors:
    """A folder of one file a model.

    `folder`: made at the first use; may be removed at any time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def described(
        self,
        collection: Collection,
        identity: str,
        opened: Callable[[], Descriptor],
        advance: Advance = unheard,
    ) -> Vectors:
        """The vectors of all drawings, [drawings, dimension]; only those that are not kept yet are computed.

        `identity`: of the model, see `identity_of`; `opened`: gives the model; not asked if all is there. Raises
        ValueError: there is no drawing.
        """
        digests = collection.digests()
        kept = self._load(identity)
        missing: dict[str, int] = {}
        for index, digest in enumerate(digests):
            if digest not in kept:
                missing.setdefault(digest, index)
        there = len(digests) - len(missing)
        if missing or not digests:
            computed = collection.taken(list(missing.values())).described(
                opened(), lambda done: advance(there + done)
            )
            kept.update(zip(missing, computed, strict=True))
            self._save(identity, kept)
        advance(len(digests))
        return np.stack([kept[digest] for digest in digests])

    def _path(self, identity: str) -> Path:
        return self._folder / f"{identity[:_KEY]}.npz"

    def _load(self, identity: str) -> dict[str, Vectors]:
        try:
            with np.load(self._path(identity)) as file:
                return dict(zip(file["digests"].tolist(), file["vectors"], strict=True))
        except FileNotFoundError:
            return {}

    def _save(self, identity: str, kept: dict[str, Vectors]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".partial")
        with os.fdopen(handle, "wb") as file:
            np.savez(file, digests=np.array(list(kept)), vectors=np.stack(list(kept.values())))
        Path(name).replace(self._path(identity))
