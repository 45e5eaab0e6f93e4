"""The re-embedding of a corpus, beside its stages called directly: how much of the slowest one is left?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.backends.records import DrawingVector, Model, PatentVectors, PublishedPatent, Release
from sevenviews.bench.comparison import Comparison, Report, Spread, alternate
from sevenviews.designs import key_of_digest
from sevenviews.encoder import decode, preprocess
from sevenviews.encoder.bundle import Bundle
from sevenviews.encoder.session import EncoderSession
from sevenviews.metadata.objects import key_of
from sevenviews.metadata.stores import open_objects
from sevenviews.refresh.config import EmbeddingConfig
from sevenviews.refresh.pipeline import EmbeddingReport, EmbeddingTask, embed_corpus
from sevenviews.refresh.ray_session import RaySession

STAGES = ("decode", "session.run", "insert")
_BARE_DRAWINGS = 400
_BLOCK_SECONDS = 0.005
_BATCH = 64
_PATENTS_PER_INSERT = 8
_WARM_SHARE = 0.2
"""Of the drawings, before the steady rate is taken: actors start, pages are read for the first time."""
_PATENTS_PER_TASK = 10
"""Small ones, so that work arrives steadily also from a small corpus."""


@dataclass(frozen=True, slots=True)
class _Round:
    steady: float
    whole: float


def measure(addresses: Addresses, bundle: Bundle, pairs: int, workers: int) -> Report:
    """Embed everything that a running system holds, into a release of its own in each round.

    Args:
        addresses: of the system.
        bundle: a model that its embedding service knows.
        pairs: alternations of pipeline and bare stages.
        workers: actors that hold the model.
    """
    with Services(addresses, patience_seconds=30) as services:
        return _Measurement(services, bundle.path, bundle, workers).run(pairs)


class _Measurement:
    def __init__(self, services: Services, path: Path, bundle: Bundle, workers: int) -> None:
        self._services = services
        self._bundle = replace(bundle, path=path.resolve())
        self._config = EmbeddingConfig(workers=workers, patents_per_task=_PATENTS_PER_TASK)
        self._ids = list(services.patent_ids())
        self._session = EncoderSession(bundle)
        patents = [
            one for at in range(0, len(self._ids), 500) for one in services.patents(self._ids[at : at + 500])
        ]
        self._drawings = sum(len(one.patent.drawings) for one in patents)
        self._sample = _sample(patents, _BARE_DRAWINGS)
        objects = open_objects(services.addresses.drawings_url, 30)
        keys = [key_of(drawing.content_digest) for one in self._sample for drawing in one.patent.drawings]
        self._contents = [content for key in keys if (content := objects.get(key)) is not None]

    def run(self, pairs: int) -> Report:
        with RaySession() as ray:
            ray.start()
            self._pipeline()  # Ray loads its own modules at the first execution
            running, bare = alternate(pairs, lambda _: self._pipeline(), lambda _: self._bare())
        steady = [one.steady for one in running]
        whole = Spread.of([one.whole for one in running])
        return Report(
            "reembed",
            f"{self._drawings:,} drawings, workers: {self._config.workers}",
            tuple(
                Comparison.of(
                    "re-embedding, once it runs",
                    f"bare {name}",
                    "drawings/s",
                    steady,
                    [one[name] for one in bare],
                )
                for name in STAGES
            ),
            (f"With the start of its actors: {whole.median:.0f} drawings/s.",),
        )

    def _pipeline(self) -> _Round:
        release = self._new_release()
        task = EmbeddingTask(
            self._services.addresses,
            release.release_id,
            self._bundle.path,
            self._bundle.version,
            self._config,
        )
        marks: list[tuple[float, int]] = []  # rows arrive by blocks: the first of each tells when it came
        started = time.perf_counter()

        def advance(report: EmbeddingReport) -> None:
            now = time.perf_counter()
            if not marks or now - marks[-1][0] > _BLOCK_SECONDS:
                marks.append((now, report.drawings))

        report = embed_corpus(task, self._ids, advance)
        ended = time.perf_counter()
        self._services.retire(release.release_id)
        return _Round(steady=steady_rate(marks, report.drawings), whole=report.drawings / (ended - started))

    def _bare(self) -> dict[str, float]:
        pixels: list[npt.NDArray[np.uint8]] = []

        def decode_all() -> None:
            pixels.extend(preprocess(decode(one), self._session.image_size) for one in self._contents)

        decoding = _rate(len(self._contents), decode_all)
        stacked = np.stack(pixels)
        vectors: list[npt.NDArray[np.float32]] = []

        def infer_all() -> None:
            vectors.extend(
                vector
                for at in range(0, len(stacked), _BATCH)
                for vector in self._session.embed(stacked[at : at + _BATCH])
            )

        inferring = _rate(len(stacked), infer_all)
        return {"decode": decoding, "session.run": inferring, "insert": self._insertion(vectors)}

    def _insertion(self, vectors: Sequence[npt.NDArray[np.float32]]) -> float:
        release = self._new_release()
        remaining = iter(vectors)
        rows = [
            PatentVectors(
                sampled.patent,
                sampled.generation,
                tuple(
                    DrawingVector(
                        one.drawing_id, one.view, next(remaining), key_of_digest(one.content_digest)
                    )
                    for one in sampled.patent.drawings
                ),
            )
            for sampled in self._sample
        ]

        def insert_all() -> None:
            for at in range(0, len(rows), _PATENTS_PER_INSERT):
                self._services.write(release, rows[at : at + _PATENTS_PER_INSERT])

        rate = _rate(len(vectors), insert_all)
        self._services.retire(release.release_id)
        return rate

    def _new_release(self) -> Release:
        return self._services.create_release(
            f"bench-{uuid4().hex[:12]}", Model(self._bundle.version, self._session.dimension)
        )


def steady_rate(marks: Sequence[tuple[float, int]], drawings: int) -> float:
    """From the first block behind the warm-up to the last one.

    Raises:
        ValueError: the corpus is too small to tell.
    """
    warm = next((mark for mark in marks if mark[1] >= _WARM_SHARE * drawings), marks[-1])
    last = marks[-1]
    if last[1] - warm[1] < drawings / 2:
        raise ValueError(
            f"{drawings} drawings are too few to tell a steady rate: embed more designs or copies"
        )
    return (last[1] - warm[1]) / (last[0] - warm[0])


def _sample(patents: Sequence[PublishedPatent], drawings: int) -> list[PublishedPatent]:
    """The first patents that have so many drawings together."""
    taken: list[PublishedPatent] = []
    for patent in patents:
        if sum(len(one.patent.drawings) for one in taken) >= drawings:
            break
        taken.append(patent)
    return taken


def _rate(count: int, work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)
