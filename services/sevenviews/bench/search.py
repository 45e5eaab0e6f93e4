"""A search through the four services, beside its stages called directly."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import faiss
import numpy as np
import numpy.typing as npt
from PIL import ImageDraw

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.bench.statistics import Pairs, Spread, alternate, percentile
from sevenviews.client import Client
from sevenviews.encoder import default_bundle_path, load_bundle, preprocess
from sevenviews.encoder.session import EncoderSession
from sevenviews.images import content_box, decode
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine

STAGES = ("decode", "infer", "vector_search", "hydrate")
_SEARCHES_A_ROUND = 12
_LIMIT = 10
_CANDIDATES = 64
"""What the gateway asks for at first, for ten patents."""
_HNSW_EDGES, _HNSW_BUILD_EF, _HNSW_EF = 16, 200, 128


@dataclass(frozen=True, slots=True)
class Target:
    """A running system on this machine, over SQLite.

    Attributes:
        gateway, vectors: host:port.
        database: the SQLite file.
        drawings: to search with.
    """

    gateway: str
    vectors: str
    database: Path
    drawings: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class StageFigures:
    """A stage: seconds in the services, seconds called directly, and their ratio round by round."""

    p50: float
    p99: float
    bare: float
    ratio: Spread


@dataclass(frozen=True, slots=True)
class SearchFigures:
    """Of whole searches, and of their stages. Seconds, and searches a second."""

    stages: Mapping[str, StageFigures]
    p50: float
    p99: float
    throughput_one: float
    throughput_many: float
    clients: int
    searches: int
    vectors: int

    @property
    def unexplained(self) -> float:
        """Share of the median search that no stage explains: the wire, Ray Serve's proxy, the gateway itself."""
        return 1 - sum(stage.p50 for stage in self.stages.values()) / self.p50


def measure(target: Target, pairs: int, clients: int, searches: int) -> SearchFigures:
    """Measure one system.

    Args:
        target: with at least one patent.
        pairs: alternations of services and bare stages.
        clients: threads that search at once for the throughput.
        searches: for each throughput.
    """
    bare = _BareStages(target)
    queries = _Queries(target.drawings)
    stages: dict[str, list[float]] = {name: [] for name in STAGES}
    wholes: list[float] = []
    with Client(target.gateway) as client:
        client.search([queries.next()], limit=_LIMIT)  # connect, and load what is loaded at the first use

        # Both ways of a round see the same drawings.
        asked = [[queries.next() for _ in range(_SEARCHES_A_ROUND)] for _ in range(pairs)]

        def through(number: int) -> dict[str, float]:
            seen: dict[str, list[float]] = {name: [] for name in STAGES}
            for query in asked[number]:
                started = time.perf_counter()
                page = client.search([query], limit=_LIMIT)
                wholes.append(time.perf_counter() - started)
                for name in STAGES:
                    seconds = page.timings[name].total_seconds()
                    stages[name].append(seconds)
                    seen[name].append(seconds)
            return {name: median(values) for name, values in seen.items()}

        rounds = alternate(pairs, through, lambda number: bare.run(asked[number]))
        compared = {
            name: Pairs(tuple(one[name] for one in rounds.first), tuple(one[name] for one in rounds.second))
            for name in STAGES
        }
        one = _throughput(client, queries, 1, searches)
        many = _throughput(client, queries, clients, searches)
    return SearchFigures(
        stages={name: _figures(stages[name], compared[name]) for name in STAGES},
        p50=percentile(wholes, 0.5),
        p99=percentile(wholes, 0.99),
        throughput_one=one,
        throughput_many=many,
        clients=clients,
        searches=len(wholes),
        vectors=bare.vector_count,
    )


class _Queries:
    """Drawings that no cache has seen: each gets a few grains of ink of its own."""

    def __init__(self, drawings: Sequence[bytes]) -> None:
        self._drawings = drawings
        self._count = 0

    def next(self) -> bytes:
        self._count += 1
        chance = random.Random(self._count)  # noqa: S311 - variety, not a secret
        drawing = decode(self._drawings[self._count % len(self._drawings)])
        pen = ImageDraw.Draw(drawing)
        left, top, right, bottom = content_box(drawing) or (0, 0, drawing.width, drawing.height)
        for _ in range(6):
            # Within the content, or the crop would change and with it the whole drawing.
            pen.point((chance.randrange(left, right), chance.randrange(top, bottom)), fill=0)
        sink = io.BytesIO()
        drawing.save(sink, "PNG")
        return sink.getvalue()


class _BareStages:
    """The same work without services: encoder, faiss' HNSW over the same vectors, ranking, SQL on the same file."""

    def __init__(self, target: Target) -> None:
        self._session = EncoderSession(load_bundle(default_bundle_path()))
        self._patents, vectors = _stored(target.vectors)
        self.vector_count = len(vectors)
        self._index = faiss.IndexHNSWFlat(vectors.shape[1], _HNSW_EDGES, faiss.METRIC_INNER_PRODUCT)
        self._index.hnsw.efConstruction = _HNSW_BUILD_EF
        self._index.hnsw.efSearch = _HNSW_EF
        self._index.add(vectors)
        faiss.omp_set_num_threads(1)
        self._table = SqlPatentTable(open_engine(f"sqlite:///{target.database}", 10))

    def run(self, queries: Sequence[bytes]) -> dict[str, float]:
        """The median seconds of each stage over some queries."""
        seconds: dict[str, list[float]] = {name: [] for name in STAGES}
        for content in queries:
            with _timed(seconds["decode"]):
                drawing = preprocess(decode(content), self._session.image_size)
            with _timed(seconds["infer"]):
                vector = self._session.embed(drawing[None])
            with _timed(seconds["vector_search"]):
                _, near = self._index.search(vector, _CANDIDATES)
                # Of a single image, the patents in the order of their best drawings.
                ranked = list(dict.fromkeys(self._patents[row] for row in near[0] if row >= 0))[:_LIMIT]
            with _timed(seconds["hydrate"]):
                self._table.summaries(ranked)
        return {name: median(values) for name, values in seconds.items()}


@contextmanager
def _timed(sink: list[float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    sink.append(time.perf_counter() - started)


def _stored(address: str) -> tuple[list[str], npt.NDArray[np.float32]]:
    """The patents and vectors of the serving release."""
    patents: list[str] = []
    vectors: list[npt.NDArray[np.float32]] = []
    with Services(Addresses(vectors=address), patience_seconds=0) as services:
        for one in services.stored(with_vectors=True):
            if one.vector is not None:
                patents.append(one.patent_id)
                vectors.append(one.vector)
    return patents, np.stack(vectors)


def _throughput(client: Client, queries: _Queries, clients: int, searches: int) -> float:
    contents = [queries.next() for _ in range(searches)]
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda content: client.search([content], limit=_LIMIT), contents))
    return searches / (time.perf_counter() - started)


def _figures(values: Sequence[float], pairs: Pairs) -> StageFigures:
    return StageFigures(
        p50=percentile(values, 0.5),
        p99=percentile(values, 0.99),
        bare=median(pairs.bare),
        ratio=pairs.ratio,
    )
