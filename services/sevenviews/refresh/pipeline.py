"""The corpus through the network: Ray Data, from the catalogue and the object store into a release.

    ids -> compare and read -> decode -> embed (each actor holds the model) -> write

A row is a whole patent, because a release is written by whole patents. Nothing is kept between the stages but what
Ray holds back to let a slower stage catch up.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.backends.records import DrawingVector, PatentVectors, PublishedPatent, Release
from sevenviews.designs import SevenviewsError, key_of_digest
from sevenviews.encoder.bundle import load_bundle
from sevenviews.encoder.preprocess import preprocess
from sevenviews.encoder.session import EncoderSession
from sevenviews.images import decode
from sevenviews.metadata.objects import key_of
from sevenviews.metadata.stores import open_objects
from sevenviews.refresh.config import EmbeddingConfig
from sevenviews.refresh.difference import outdated, portions

Row = dict[str, Any]
"""What passes between the stages: "patent" and the like, pickled, so that Arrow need not know them."""

_STORE_SECONDS = 30.0
_PATENTS_PER_BATCH = 24
"""Some 200 drawings: with fewer, the network waits for its batches more often."""
_CALLS_PER_ACTOR = 2
"""One is in the network, another fetches its drawings and hands its vectors on."""
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


def _services(task: EmbeddingTask) -> Services:
    return Services(task.addresses, task.config.patience_seconds)


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
    resources: dict[str, Any] = {"num_gpus": config.gpus_per_worker or 1} if on_gpu else {"num_cpus": 1}
    # Actors all of them: Ray ends processes of tasks that have a second's rest, and starting one takes as long as
    # decoding a thousand drawings. The shares of one worker, together with it, fit into two cores.
    few = ray.data.ActorPoolStrategy(min_size=1, max_size=config.workers)
    many = ray.data.ActorPoolStrategy(min_size=1)
    network = ray.data.ActorPoolStrategy(
        size=config.workers,
        max_tasks_in_flight_per_actor=2 * _CALLS_PER_ACTOR,
        max_concurrent_calls_per_actor=_CALLS_PER_ACTOR,
        enable_true_multi_threading=True,
    )
    told: dict[str, Any] = {"fn_constructor_args": (task,)}
    return (
        ray.data.from_items(rows, override_num_blocks=len(rows))
        .flat_map(_Compare, compute=few, num_cpus=0.25, **told)
        .map_batches(_Decode, batch_size=_PATENTS_PER_BATCH, compute=many, num_cpus=0.5, **told)
        .map_batches(_Embed, batch_size=_PATENTS_PER_BATCH, compute=network, **resources, **told)
        .map_batches(_Write, batch_size=_PATENTS_PER_WRITE, compute=few, num_cpus=0.25, **told)
    )


class _Compare:
    """Ids of patents to those patents that the release lacks."""

    def __init__(self, task: EmbeddingTask) -> None:
        self._release_id = task.release_id
        self._services = _services(task)

    def __call__(self, row: Row) -> Iterator[Row]:
        ids = pickle.loads(row["ids"])  # noqa: S301
        for patent in outdated(self._services, self._release_id, ids):
            yield {"patent": pickle.dumps(patent)}


class _Decode:
    """Patents to their drawings as the network takes them."""

    def __init__(self, task: EmbeddingTask) -> None:
        self._readers = task.config.readers
        self._objects = open_objects(task.addresses.drawings_url, _STORE_SECONDS)
        self._image_size = load_bundle(task.bundle).manifest.image_size

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        patents: list[PublishedPatent] = [pickle.loads(one) for one in batch["patent"]]  # noqa: S301
        keys = [(n, drawing) for n, one in enumerate(patents) for drawing in one.patent.drawings]
        prepared: list[dict[str, Any]] = [{} for _ in patents]
        with ThreadPoolExecutor(self._readers) as threads:
            contents = threads.map(lambda one: self._content(one[1].content_digest), keys)
            # Here and not in those threads, so that a task takes one core, whatever it reads from.
            for (n, drawing), content in zip(keys, contents, strict=True):
                prepared[n][drawing.drawing_id] = self._prepared(content)
        return {"patent": batch["patent"], "pixels": [pickle.dumps(one) for one in prepared]}

    def _content(self, content_digest: str) -> bytes | None:
        return self._objects.get(key_of(content_digest))

    def _prepared(self, content: bytes | None) -> Any:
        """The pixels, or why there are none."""
        if content is None:
            return "its image is lost"
        try:
            return preprocess(decode(content), self._image_size)
        except SevenviewsError as error:
            return error.message


class _Embed:
    """An actor with the model in memory. Drawings to vectors.

    Its calls overlap, all but the network itself: a worker takes one core (or its GPU), as it was told to.
    """

    def __init__(self, task: EmbeddingTask) -> None:
        self._task = task
        self._turn = Lock()
        self._session = EncoderSession(load_bundle(task.bundle), task.config.provider)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        prepared = [pickle.loads(one) for one in batch["pixels"]]  # noqa: S301
        good = [
            (n, id_) for n, one in enumerate(prepared) for id_, it in one.items() if not isinstance(it, str)
        ]
        pixels = np.stack([prepared[n][id_] for n, id_ in good]) if good else None
        vectors = iter([] if pixels is None else list(self._in_batches(pixels)))
        embedded: list[dict[str, Any]] = [
            {id_: it for id_, it in one.items() if isinstance(it, str)} for one in prepared
        ]
        for (n, id_), vector in zip(good, vectors, strict=True):
            embedded[n][id_] = vector
        return {"patent": batch["patent"], "vectors": [pickle.dumps(one) for one in embedded]}

    def _in_batches(self, pixels: Any) -> Iterator[Any]:
        size = self._task.config.batch_drawings
        with self._turn:
            for at in range(0, len(pixels), size):
                yield from self._session.embed(pixels[at : at + size])


class _Write:
    """Vectors into the release. A patent without any readable image is left out."""

    def __init__(self, task: EmbeddingTask) -> None:
        self._task = task
        self._services = _services(task)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        patents: list[PublishedPatent] = [pickle.loads(one) for one in batch["patent"]]  # noqa: S301
        results = [pickle.loads(one) for one in batch["vectors"]]  # noqa: S301
        ready = [_embedded(patent, vectors) for patent, vectors in zip(patents, results, strict=True)]
        if writable := [one for one in ready if one.drawings]:
            self._services.write(Release(self._task.release_id, self._task.model_version), writable)
        return {
            "drawings": [len(one.drawings) for one in ready],
            "lost": [
                pickle.dumps({id_: it for id_, it in one.items() if isinstance(it, str)}) for one in results
            ],
        }


def _embedded(published: PublishedPatent, vectors: dict[str, Any]) -> PatentVectors:
    drawings = tuple(
        DrawingVector(one.drawing_id, one.view, vectors[one.drawing_id], key_of_digest(one.content_digest))
        for one in published.patent.drawings
        if not isinstance(vectors[one.drawing_id], str)
    )
    return PatentVectors(published.patent, published.generation, drawings)
