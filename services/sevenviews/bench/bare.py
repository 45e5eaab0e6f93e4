"""Side B: the same work, called directly in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sevenviews.bench.engines import VectorEngine
from sevenviews.bench.stages import DECODE, HYDRATE, INFER, RANK, SEARCH, Timings
from sevenviews.client import QueryImage
from sevenviews.designs import Patent, ViewMatching
from sevenviews.encoder.images import decode
from sevenviews.encoder.preprocess import preprocess
from sevenviews.encoder.session import EncoderSession
from sevenviews.gateway.candidates import DRAWINGS_PER_PATENT, GROWTH, MIN_DEPTH
from sevenviews.gateway.ports import MAX_CANDIDATES, NearestDrawing, Vector
from sevenviews.gateway.ranking import QueryCandidates, candidate_floor, rank_patents
from sevenviews.gateway.timings import StageClock


class PatentReader(Protocol):
    """The part of `metadata.SqlPatentTable` that is measured."""

    def published(self, patent_ids: Sequence[str]) -> Mapping[str, Patent]:
        """Those that are published."""
        ...


class BareStages:
    """A search without services: the stages one after the other, in one thread.

    Args:
        session: with as many threads as a replica's.
        engines: each searched with the same vector; the rest goes on with what the first one finds.
        patents: the database itself.
        limit: patents a page.
    """

    def __init__(
        self,
        session: EncoderSession,
        engines: Sequence[VectorEngine],
        patents: PatentReader,
        limit: int,
    ) -> None:
        self._session = session
        self._engines = engines
        self._patents = patents
        self._limit = limit

    def search(self, query: QueryImage) -> Timings:
        """Seconds by stage; the vector search by the name of each engine. SEARCH is the way by the first engine."""
        clock = StageClock()
        with clock.stage(DECODE):
            pixels = preprocess(decode(query.content, query.crop), self._session.image_size)
        with clock.stage(INFER):
            (vector,) = self._session.embed(pixels[None])
        found = []
        for engine in self._engines:
            with clock.stage(engine.name):
                found.append(candidates(engine, vector, self._limit + 1))
        drawings, exhausted = found[0]
        with clock.stage(RANK):
            floor = candidate_floor(drawings, exhausted=exhausted)
            ranked = rank_patents([QueryCandidates(query.view, tuple(drawings), floor)], ViewMatching.PREFER)
        with clock.stage(HYDRATE):
            self._patents.published([patent.patent_id for patent in ranked[: self._limit]])
        seconds = {stage: duration.total_seconds() for stage, duration in clock.timings.items()}
        way = (DECODE, INFER, self._engines[0].name, RANK, HYDRATE)
        return {**seconds, SEARCH: sum(seconds[stage] for stage in way)}


def candidates(engine: VectorEngine, vector: Vector, patents: int) -> tuple[Sequence[NearestDrawing], bool]:
    """The nearest drawings, as deep as the gateway would go until they belong to so many patents.

    Returns:
        The drawings, best first, and whether there are no others.
    """
    depth = max(MIN_DEPTH, DRAWINGS_PER_PATENT * patents)
    while True:
        drawings = engine.nearest(vector, depth)
        exhausted = len(drawings) < depth
        found = {drawing.patent_id for drawing in drawings}
        if len(found) >= patents or exhausted or depth >= MAX_CANDIDATES:
            return drawings, exhausted
        depth = min(GROWTH * depth, MAX_CANDIDATES)
