"""What a search may be asked with, and the vectors that it becomes under a release.

An image is embedded; a drawing of the catalogue, or all of a patent's, ask with the vectors that the release has of
them; a vector is taken as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.records import ImageInput, PatentQuery, Release, Vector
from sevenviews.backends.vector_client import VectorClient
from sevenviews.designs import Drawing, Reason, SevenviewsError, View, ViewMatching, patent_id_of
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.lookup import PatentLookup
from sevenviews.gateway.query_embeddings import QueryEmbedder, image_digests
from sevenviews.gateway.timings import StageClock

MAX_QUERIES = 16
MAX_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class CatalogueDrawing:
    """A drawing that is in the catalogue."""

    drawing_id: str


@dataclass(frozen=True, slots=True)
class CataloguePatent:
    """A patent that is in the catalogue: its drawings ask, one of each view before a second one of any."""

    patent_id: str


@dataclass(frozen=True, slots=True)
class GivenVector:
    """A vector of unit length that the caller has from elsewhere, and the model that made it."""

    vector: Vector
    model_version: str


Source = ImageInput | CatalogueDrawing | CataloguePatent | GivenVector


@dataclass(frozen=True, slots=True)
class Query:
    """What to search with.

    Attributes:
        source: an image, or what is known already.
        view: that it shows. Unknown: of a drawing of the catalogue, the view that it has; else it prefers none.
        weight: against the other queries; below 0, patents that resemble it are not wanted.
    """

    source: Source
    view: View = View.UNKNOWN
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class AskedDrawing:
    """A query as it is searched for; a patent asks with several.

    Attributes:
        query_index: of the query that it belongs to.
        drawing_id: of the catalogue; empty for what is not from there.
        asked: its vector, view and weight.
        generation: of the patent of the catalogue; 0 for what is not from there.
    """

    query_index: int
    drawing_id: str
    asked: PatentQuery
    generation: int = 0


def check_queries(queries: Sequence[Query], matching: ViewMatching) -> None:
    """Raise FIELD_REQUIRED, FIELD_OUT_OF_RANGE or IMAGE_EMPTY for what no search can be made of."""
    if not queries:
        raise _required("queries", "a search needs at least one query image")
    if len(queries) > MAX_QUERIES:
        raise out_of_range("queries", len(queries), 1, MAX_QUERIES)
    for index, query in enumerate(queries):
        place = f"queries[{index}]"
        if isinstance(query.source, ImageInput) and not query.source.content:
            raise SevenviewsError(Reason.IMAGE_EMPTY, f"{place} has no bytes", {"image": place})
        if not (isfinite(query.weight) and 0 < abs(query.weight) <= MAX_WEIGHT):
            raise out_of_range(f"{place}.weight", query.weight, -MAX_WEIGHT, MAX_WEIGHT)
        given = isinstance(query.source, ImageInput | GivenVector)
        if given and matching is ViewMatching.REQUIRE and query.view is View.UNKNOWN:
            raise _required(f"{place}.view", "where the same view is required, each query image needs one")
    if all(query.weight < 0 for query in queries):
        raise _required("queries", "no query has a positive weight: there is nothing to look for")


Hashes = Mapping[int, bytes]
"""Of the images among the queries, by their index."""


async def hashes_of(queries: Sequence[Query]) -> Hashes:
    """Away from the event loop, for images may be large."""
    images = images_of(queries)
    return dict(zip(images, await image_digests(tuple(images.values())), strict=True))


def images_of(queries: Sequence[Query]) -> dict[int, ImageInput]:
    """By the index of the query."""
    return {
        index: query.source for index, query in enumerate(queries) if isinstance(query.source, ImageInput)
    }


def digest(queries: Sequence[Query], hashes: Hashes) -> str:
    """Of all that must be the same on every page."""
    told = []
    for index, query in enumerate(queries):
        match query.source:
            case ImageInput():
                source = hashes[index].hex()
            case GivenVector(vector, model_version):
                source = f"{model_version} {hashlib.sha256(vector.tobytes()).hexdigest()}"
            case other:
                source = repr(other)
        told.append([source, query.view.value, query.weight])
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


class QuerySources:
    """Turns queries into vectors of a release.

    Args:
        embedder: of images.
        index: the vector service, for the vectors of the catalogue's drawings.
        store: the metadata service, for their views, and for what of them is published.
        timeouts: of single calls.
    """

    def __init__(
        self, embedder: QueryEmbedder, index: VectorClient, store: PatentClient, timeouts: CallTimeouts
    ) -> None:
        self._embedder = embedder
        self._index = index
        self._timeouts = timeouts
        self._lookup = PatentLookup(store, timeouts)

    async def vectors(
        self,
        queries: Sequence[Query],
        hashes: Hashes,
        release: Release,
        deadline: Deadline,
        clock: StageClock,
    ) -> tuple[AskedDrawing, ...]:
        """In the order of the queries.

        Raises:
            SevenviewsError: an IMAGE_… reason, DRAWING_NOT_FOUND, PATENT_NOT_FOUND or EMBEDDING_MODEL_MISMATCH.
        """
        with clock.stage("embed"):
            embedded = await self._embedder.embed(
                images_of(queries),
                hashes,
                release.model_version,
                deadline.share(self._timeouts.embedding),
                clock,
            )
            known = await self._known(queries, release, deadline)
        drawings = {
            index: _asking_drawings(index, known[query.source.patent_id])
            for index, query in enumerate(queries)
            if isinstance(query.source, CataloguePatent)
        }
        room = _MAX_ASKED - (len(queries) - len(drawings))
        shares = dict(zip(drawings, shared_out([len(one) for one in drawings.values()], room), strict=True))
        asked: list[AskedDrawing] = []
        for index, query in enumerate(queries):
            match query.source:
                case ImageInput():
                    asked.append(_asked(index, query, embedded[index]))
                case GivenVector(vector, model_version):
                    _check_model(index, model_version, release)
                    asked.append(_asked(index, query, vector))
                case CatalogueDrawing(drawing_id):
                    asked.append(_of_drawing(index, query, drawing_id, known))
                case CataloguePatent(patent_id):
                    asked += _of_patent(index, query, drawings[index][: shares[index]], known[patent_id])
        return tuple(asked)

    async def _known(
        self, queries: Sequence[Query], release: Release, deadline: Deadline
    ) -> Mapping[str, _Known]:
        """The drawings of the patents that the queries name, by what each is called there."""
        wanted: dict[str, int] = {}
        failures: dict[str, SevenviewsError] = {}
        for index, query in enumerate(queries):
            match query.source:
                case CataloguePatent(patent_id):
                    wanted.setdefault(patent_id, index)
                case CatalogueDrawing(drawing_id):
                    try:
                        owner = patent_id_of(drawing_id)
                    except ValueError:
                        raise _no_drawing(index, drawing_id) from None
                    if owner not in wanted:
                        failures[owner] = _no_drawing(index, drawing_id)
                        wanted[owner] = index
                case _:
                    pass
        if not wanted:
            return {}
        published = await self._lookup.published(list(wanted), deadline)
        for typed, index in wanted.items():
            if typed not in published:
                raise failures.get(typed) or await self._no_patent(index, typed, deadline)
        generations = {one.patent_id: one.generation for one in published.values()}
        vectors: dict[str, dict[str, Vector]] = {patent_id: {} for patent_id in generations}
        timeout = deadline.share(self._timeouts.vectors)
        async for portion in self._index.stored(
            release.release_id, list(generations), timeout, with_vectors=True
        ):
            for row in portion:
                if row.generation == generations[row.patent_id] and row.vector is not None:
                    vectors[row.patent_id][row.drawing_id] = row.vector
        return {
            typed: _Known(one.patent.drawings, vectors[one.patent_id], one.generation)
            for typed, one in published.items()
        }

    async def _no_patent(self, index: int, typed: str, deadline: Deadline) -> SevenviewsError:
        place = f"queries[{index}]"
        return await self._lookup.not_found(typed, deadline, place, field=f"{place}.patent_id")


_MAX_ASKED = 32
"""Of SearchPatents."""


def shared_out(wanted: Sequence[int], room: int) -> list[int]:
    """How much each gets of what all want: one each in turn, until there is no room, or nobody wants more."""
    given = [0] * len(wanted)
    while room > 0 and given != list(wanted):
        for at in [at for at, most in enumerate(wanted) if given[at] < most][:room]:
            given[at] += 1
            room -= 1
    return given


@dataclass(frozen=True, slots=True)
class _Known:
    """A patent's drawings, and the vectors of those that the release holds."""

    drawings: Sequence[Drawing]
    vectors: Mapping[str, Vector]
    generation: int


def _asked(index: int, query: Query, vector: Vector) -> AskedDrawing:
    return AskedDrawing(index, "", PatentQuery(vector, query.view, query.weight))


def _of_drawing(index: int, query: Query, drawing_id: str, known: Mapping[str, _Known]) -> AskedDrawing:
    patent = known[patent_id_of(drawing_id)]
    for drawing in patent.drawings:
        if drawing.drawing_id == drawing_id and drawing_id in patent.vectors:
            return _of_known(index, query, drawing, patent)
    raise _no_drawing(index, drawing_id)


def _asking_drawings(index: int, patent: _Known) -> list[Drawing]:
    """Its drawings, those first that show what none before them does; as many as a patent may ask with."""
    seen: set[View] = set()
    first: list[Drawing] = []
    others: list[Drawing] = []
    for drawing in patent.drawings:
        if drawing.drawing_id in patent.vectors:
            (others if drawing.view in seen else first).append(drawing)
            seen.add(drawing.view)
    if not seen:
        raise _no_drawing(index, patent.drawings[0].drawing_id, "patent_id")
    return [*first, *others][:MAX_QUERIES]


def _of_patent(
    index: int, query: Query, drawings: Sequence[Drawing], patent: _Known
) -> Iterator[AskedDrawing]:
    # What is not wanted must not count for more because it has more drawings.
    weight = query.weight if query.weight > 0 else query.weight / len(drawings)
    for drawing in drawings:
        yield _of_known(index, replace(query, weight=weight), drawing, patent)


def _of_known(index: int, query: Query, drawing: Drawing, patent: _Known) -> AskedDrawing:
    view = drawing.view if query.view is View.UNKNOWN else query.view
    vector = patent.vectors[drawing.drawing_id]
    asked = PatentQuery(vector, view, query.weight)
    return AskedDrawing(index, drawing.drawing_id, asked, patent.generation)


def _check_model(index: int, model_version: str, release: Release) -> None:
    if model_version != release.model_version:
        raise SevenviewsError(
            Reason.EMBEDDING_MODEL_MISMATCH,
            f"queries[{index}].embedding is of model {model_version!r}; release {release.release_id} is of "
            f"{release.model_version!r}",
            {"expected": release.model_version, "actual": model_version},
        )


def _no_drawing(index: int, drawing_id: str, field: str = "drawing_id") -> SevenviewsError:
    return SevenviewsError(
        Reason.DRAWING_NOT_FOUND,
        f"queries[{index}]: there is no drawing {drawing_id} in this release",
        {"drawing_id": drawing_id, "field": f"queries[{index}].{field}"},
    )


def out_of_range(name: str, value: float, minimum: float, maximum: float) -> SevenviewsError:
    return SevenviewsError(
        Reason.FIELD_OUT_OF_RANGE,
        f"{name}: {value} is not within {minimum} to {maximum}",
        {"field": name, "minimum": str(minimum), "maximum": str(maximum)},
    )


def _required(name: str, message: str) -> SevenviewsError:
    return SevenviewsError(Reason.FIELD_REQUIRED, message, {"field": name})
