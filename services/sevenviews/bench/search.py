"""Whole searches through the four services, beside the sum of their bare stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import numpy.typing as npt
from pymilvus import MilvusClient

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.bench.comparison import Comparison, Report, alternate
from sevenviews.bench.queries import Queries
from sevenviews.bench.timing import rate, timed
from sevenviews.client import Client
from sevenviews.encoder import default_bundle_path, load_bundle, preprocess
from sevenviews.encoder.session import EncoderSession
from sevenviews.images import decode
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine

_STAGES = {"decode": "decode", "infer": "session.run", "vector_search": "pymilvus", "hydrate": "one SQL read"}
"""As the gateway names them, and what stands for them."""
_KNOWN = ("vector_search", "hydrate")
"""What is left of a search whose drawing was embedded before."""
_SEARCHES_A_ROUND = 12
_LIMIT = 10
_CANDIDATES = 64
"""Drawings that somebody asks Milvus for who wants ten patents."""

Vector = npt.NDArray[np.float32]
Milliseconds = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Target:
    """A running system with some patents, and the stores beneath it.

    Attributes:
        gateway, vectors: host:port.
        milvus: http(s)://HOST:PORT, or a folder of Milvus Lite that no other process has open.
        database: of the metadata service; a URL of SQLAlchemy.
        drawings: to search with.
    """

    gateway: str
    vectors: str
    milvus: str
    database: str
    drawings: Sequence[bytes]


def measure(target: Target, pairs: int, clients: int, searches: int) -> Report:
    """Measure one system.

    Args:
        target: the system.
        pairs: alternations of each kind.
        clients: threads that search at once for the searches a second.
        searches: of each way, for these.
    """
    bare = _Bare(target)
    queries = Queries(target.drawings)
    fresh = [queries.take(_SEARCHES_A_ROUND) for _ in range(pairs)]
    with Client(target.gateway) as client:
        through = _Through(client)
        through.search(queries.take(1)[0])  # connect, and load what is loaded at the first use
        bare.search(bare.embed(queries.take(1)[0]))

        whole, stages = alternate(
            pairs, lambda number: through.run(fresh[number]), lambda number: bare.run(fresh[number])
        )
        # The same drawings again: the services have kept their vectors, and so have we.
        known = [[bare.embed(one) for one in content] for content in fresh]
        again, known_stages = alternate(
            pairs, lambda number: through.run(fresh[number]), lambda number: bare.run_known(known[number])
        )
        contents = [fresh[at % pairs][at % _SEARCHES_A_ROUND] for at in range(searches)]
        vectors = [known[at % pairs][at % _SEARCHES_A_ROUND] for at in range(searches)]
        many, many_bare = alternate(
            pairs,
            lambda _: rate(through.search, contents, clients),
            lambda _: rate(bare.candidates, vectors, clients),
        )
    of_stages = (
        Comparison.of(
            f"{name} in the services",
            there,
            "ms",
            [one[name] for one in whole],
            [one[name] for one in stages],
        )
        for name, there in _STAGES.items()
    )
    return Report(
        "search",
        f"{bare.size:,} drawings",
        (
            _compared("search, drawing never seen", _STAGES, whole, stages, "≤ 1.25"),
            _compared("search, drawing seen before", _KNOWN, again, known_stages, "≤ 2.0"),
            Comparison.of(
                f"searches by {clients} clients, drawings seen", "pymilvus", "1/s", many, many_bare, "≥ 0.8"
            ),
            *of_stages,
        ),
        (
            f"Each figure of a pair is the median of {_SEARCHES_A_ROUND} searches for {_LIMIT} patents; the bare "
            f"search asks Milvus for {_CANDIDATES} drawings.",
        ),
    )


def _compared(
    work: str,
    stages: Sequence[str] | Mapping[str, str],
    ours: Sequence[Milliseconds],
    bare: Sequence[Milliseconds],
    aim: str,
) -> Comparison:
    beside = " + ".join(_STAGES[name] for name in stages)
    sums = [sum(one[name] for name in stages) for one in bare]
    return Comparison.of(work, beside, "ms", [one["whole"] for one in ours], sums, aim)


class _Through:
    """Searches as a user makes them."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def search(self, content: bytes) -> Mapping[str, float]:
        """Milliseconds by stage, as the gateway tells them."""
        page = self._client.search([content], limit=_LIMIT)
        return {name: 1000 * spent.total_seconds() for name, spent in page.timings.items()}

    def run(self, contents: Sequence[bytes]) -> Milliseconds:
        """The medians over some drawings, of the whole and of each stage."""
        told = []
        for content in contents:
            stages, whole = timed(self.search, content)
            told.append({"whole": whole, **stages})
        return _medians(told)


class _Bare:
    """The same work without services, on the same stores."""

    def __init__(self, target: Target) -> None:
        self._session = EncoderSession(load_bundle(default_bundle_path()))
        with Services(Addresses(vectors=target.vectors), patience_seconds=0) as services:
            self._collection = services.serving_release().collection
        self._milvus = MilvusClient(target.milvus)
        self._milvus.load_collection(self._collection)
        self._table = SqlPatentTable(open_engine(target.database, 10))
        (counted,) = self._milvus.query(self._collection, output_fields=["count(*)"])
        self.size: int = counted["count(*)"]

    def embed(self, content: bytes) -> Vector:
        return self._session.embed(self._pixels(content))

    def candidates(self, vector: Vector) -> list[str]:
        """The patents of the nearest drawings, best first."""
        (found,) = self._milvus.search(
            self._collection,
            data=[vector[0]],
            anns_field="embedding",
            limit=_CANDIDATES,
            output_fields=["patent_id"],
        )
        return list(dict.fromkeys(hit["entity"]["patent_id"] for hit in found))

    def search(self, vector: Vector) -> Milliseconds:
        """Milliseconds of its stages."""
        patents, searching = timed(self.candidates, vector)
        _, reading = timed(self._table.summaries, patents[:_LIMIT])
        return {"vector_search": searching, "hydrate": reading}

    def run(self, contents: Sequence[bytes]) -> Milliseconds:
        told = []
        for content in contents:
            pixels, decoding = timed(self._pixels, content)
            vector, inferring = timed(self._session.embed, pixels)
            told.append({"decode": decoding, "infer": inferring, **self.search(vector)})
        return _medians(told)

    def run_known(self, vectors: Sequence[Vector]) -> Milliseconds:
        return _medians([self.search(one) for one in vectors])

    def _pixels(self, content: bytes) -> npt.NDArray[np.uint8]:
        return preprocess(decode(content), self._session.image_size)[None]


def _medians(told: Sequence[Milliseconds]) -> Milliseconds:
    return {name: median(one[name] for one in told) for name in told[0]}
