"""The corpus through the network: Ray Data, from the catalogue and the object store into a release.

    ids -> compare and read (tasks) -> decode (tasks) -> embed (a pool of actors that hold the model) -> write (tasks)

A row is a whole patent, because a release is written by whole patents. Nothing is kept between the stages but what
Ray holds back to let a slower stage catch up.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sevenviews.designs import Patent, SevenviewsError, key_of_digest
from sevenviews.encoder.bundle import load_bundle
from sevenviews.encoder.images import decode
from sevenviews.encoder.preprocess import preprocess
from sevenviews.encoder.session import EncoderSession
from sevenviews.metadata.objects import ObjectStore, key_of
from sevenviews.metadata.stores import open_objects
from sevenviews.refresh.config import EmbeddingConfig
from sevenviews.refresh.difference import outdated, portions
from sevenviews.refresh.services import Addresses, EmbeddedDrawing, Services

Row = dict[str, Any]
"""What passes between the stages: "patent" and the like, pickled, so that Arrow need not know them."""

_STORE_SECONDS = 30.0
_PATENTS_PER_BATCH = 24
"""Some 200 drawings: with fewer, the network waits for its batches more often."""
_PATENTS_PER_WRITE = 8
"""A patent has up to 1,000 drawings, and a write takes 10,000."""


@dataclass(frozen=True, slots=True)
class EmbeddingTask:
    """All that the workers must know.

    Attributes:
        addresses: of services and object store.
        release_id: where the vectors go.
        bundle: directory of the model; every worker must see it.
        model_version: of that bundle.
        config: how.
    """

    addresses: Addresses
    release_id: str
    bundle: Path
    model_version: str
    config: EmbeddingConfig


@dataclass(slots=True)
class EmbeddingReport:
    """What a run did.

    Attributes:
        patents: that were not up to date.
        drawings: of them, that were written.
        incomplete: patents of which a drawing is lost; they are never up to date.
        lost: drawing id and why, of those without a readable image.
    """

    patents: int = 0
    drawings: int = 0
    incomplete: int = 0
    lost: dict[str, str] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Count what `_Write` says of a patent."""
        lost = pickle.loads(row["lost"])  # noqa: S301 - made by our own tasks
        self.patents += 1
        self.drawings += row["drawings"]
        self.incomplete += bool(lost)
        self.lost.update(lost)


def embed_corpus(
    task: EmbeddingTask, patent_ids: Sequence[str], advance: Callable[[EmbeddingReport], None]
) -> EmbeddingReport:
    """Bring a release up to date with the catalogue: only what it lacks is embedded. Ray must be initialised.

    Args:
        task: what to do.
        patent_ids: of the patents to compare.
        advance: is told how far it is.

    Raises:
        SevenviewsError: a service or store stays away, or the model is damaged.
    """
    report = EmbeddingReport()
    if not patent_ids:
        return report
    try:
        for row in _dataset(task, patent_ids).iter_rows():
            report.add(row)
            advance(report)
    except Exception as error:
        # Ray wraps what a worker raised.
        raise _cause_of(error) from error
    return report


def _cause_of(error: BaseException) -> BaseException:
    """The error of ours that lies within one of Ray's; the error itself if there is none."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, SevenviewsError):
        seen = getattr(seen, "cause", None) or seen.__cause__
    return seen or error


def embed_here(task: EmbeddingTask, patent_ids: Sequence[str]) -> EmbeddingReport:
    """The same in this process, for a few patents."""
    report = EmbeddingReport()
    compare, decoding, writing = _Compare(task), _Decode(task), _Write(task)
    rows = [
        row for one in portions(patent_ids, task.config.patents_per_task) for row in compare(_ids_row(one))
    ]
    if not rows:
        return report
    embedding = _Embed(task)
    for batch in portions(rows, _PATENTS_PER_WRITE):
        patents = {"patent": [row["patent"] for row in batch]}
        written = writing(embedding(decoding(patents)))
        for drawings, lost in zip(written["drawings"], written["lost"], strict=True):
            report.add({"drawings": drawings, "lost": lost})
    return report


def _ids_row(patent_ids: Sequence[str]) -> Row:
    return {"ids": pickle.dumps(list(patent_ids))}


def _dataset(task: EmbeddingTask, patent_ids: Sequence[str]) -> Any:
    import ray.data

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    # Its import sets up logs of every execution, which nobody asked for here.
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    # An actor that was killed starts again; its tasks are repeated, which harms nobody.
    context.max_errored_blocks = 0
    context.raise_original_map_exception = True
    config = task.config
    rows = [_ids_row(one) for one in portions(patent_ids, config.patents_per_task)]
    on_gpu = config.provider == "cuda"
    resources = {"num_gpus": config.gpus_per_worker or 1} if on_gpu else {"num_cpus": 1}
    pool = ray.data.ActorPoolStrategy(size=config.workers)
    return (
        ray.data.from_items(rows, override_num_blocks=len(rows))
        .flat_map(_Compare(task), num_cpus=0.25)
        .map_batches(_Decode(task), batch_size=_PATENTS_PER_BATCH, num_cpus=0.5)
        .map_batches(
            _Embed, fn_constructor_args=(task,), batch_size=_PATENTS_PER_BATCH, compute=pool, **resources
        )
        .map_batches(_Write(task), batch_size=_PATENTS_PER_WRITE, num_cpus=0.25)
    )


# Once a process, however many tasks it works on.


@cache
def _services(addresses: Addresses, patience_seconds: float) -> Services:
    return Services(addresses, patience_seconds)


@cache
def _objects(url: str) -> ObjectStore:
    return open_objects(url, _STORE_SECONDS)


@cache
def _image_size(bundle: Path) -> int:
    return load_bundle(bundle).manifest.image_size


class _Stage:
    """Travels to a worker by its task."""

    def __init__(self, task: EmbeddingTask) -> None:
        self._task = task

    @property
    def _services(self) -> Services:
        return _services(self._task.addresses, self._task.config.patience_seconds)


class _Compare(_Stage):
    """Ids of patents to those patents that the release lacks."""

    def __call__(self, row: Row) -> Iterator[Row]:
        ids = pickle.loads(row["ids"])  # noqa: S301
        for patent in outdated(self._services, self._task.release_id, ids):
            yield {"patent": pickle.dumps(patent)}


class _Decode(_Stage):
    """Patents to their drawings as the network takes them."""

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        patents = [pickle.loads(one) for one in batch["patent"]]  # noqa: S301
        keys = [(n, drawing) for n, patent in enumerate(patents) for drawing in patent.drawings]
        with ThreadPoolExecutor(self._task.config.decoders) as threads:
            made = list(threads.map(lambda one: self._prepared(one[1].content_digest), keys))
        prepared: list[dict[str, Any]] = [{} for _ in patents]
        for (n, drawing), pixels in zip(keys, made, strict=True):
            prepared[n][drawing.drawing_id] = pixels
        return {"patent": batch["patent"], "pixels": [pickle.dumps(one) for one in prepared]}

    def _prepared(self, content_digest: str) -> Any:
        """The pixels, or why there are none."""
        content = _objects(self._task.addresses.drawings_url).get(key_of(content_digest))
        if content is None:
            return "its image is lost"
        try:
            return preprocess(decode(content), _image_size(self._task.bundle))
        except SevenviewsError as error:
            return error.message


class _Embed:
    """An actor with the model in memory. Drawings to vectors."""

    def __init__(self, task: EmbeddingTask) -> None:
        self._task = task
        self._session = EncoderSession(load_bundle(task.bundle), task.config.provider)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        prepared = [pickle.loads(one) for one in batch["pixels"]]  # noqa: S301
        good = [
            (n, id_) for n, one in enumerate(prepared) for id_, it in one.items() if not isinstance(it, str)
        ]
        pixels = np.stack([prepared[n][id_] for n, id_ in good]) if good else None
        vectors = iter(() if pixels is None else self._in_batches(pixels))
        embedded: list[dict[str, Any]] = [
            {id_: it for id_, it in one.items() if isinstance(it, str)} for one in prepared
        ]
        for (n, id_), vector in zip(good, vectors, strict=True):
            embedded[n][id_] = vector
        return {"patent": batch["patent"], "vectors": [pickle.dumps(one) for one in embedded]}

    def _in_batches(self, pixels: Any) -> Iterator[Any]:
        size = self._task.config.batch_drawings
        for at in range(0, len(pixels), size):
            yield from self._session.embed(pixels[at : at + size])


class _Write(_Stage):
    """Vectors into the release. A patent without any readable image is left out."""

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        patents: list[Patent] = [pickle.loads(one) for one in batch["patent"]]  # noqa: S301
        results = [pickle.loads(one) for one in batch["vectors"]]  # noqa: S301
        ready = [
            (patent, _embedded(patent, vectors)) for patent, vectors in zip(patents, results, strict=True)
        ]
        if writable := [one for one in ready if one[1]]:
            self._services.write(self._task.release_id, self._task.model_version, writable)
        return {
            "drawings": [len(drawings) for _, drawings in ready],
            "lost": [
                pickle.dumps({id_: it for id_, it in one.items() if isinstance(it, str)}) for one in results
            ],
        }


def _embedded(patent: Patent, vectors: dict[str, Any]) -> list[EmbeddedDrawing]:
    return [
        EmbeddedDrawing(one.drawing_id, vectors[one.drawing_id], key_of_digest(one.content_digest))
        for one in patent.drawings
        if not isinstance(vectors[one.drawing_id], str)
    ]
