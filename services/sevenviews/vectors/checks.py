"""What the index refuses before its engine is asked, and why. All raise SevenviewsError."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from sevenviews.backends.records import JudgedPatent
from sevenviews.designs import Reason, SevenviewsError, View, ViewMatching, is_patent_id, patent_id_of
from sevenviews.runtime.wire import check_range, malformed, required
from sevenviews.vectors.drawings import Embedding, PatentGenerations, PatentQuery, PatentVectors, row_id
from sevenviews.vectors.releases import Metric, Release, is_release_id

MAX_QUERIES = 32
MAX_LIMIT = 16_384
MAX_DRAWINGS_PER_UPSERT = 10_000
MAX_GENERATION = 2**63 - 1
_UNIT_TOLERANCE = 1e-3
_CONTENT_KEY = re.compile(r"[0-9a-f]{16}")


def check_release(release: Release) -> None:
    if not is_release_id(release.release_id):
        raise SevenviewsError(
            Reason.FIELD_MALFORMED,
            f"release_id {release.release_id!r} is not 1 to 40 lower-case letters, digits and hyphens",
            {"field": "release_id", "value": release.release_id},
        )
    if not release.model_version:
        raise required("model_version")
    check_range("dimension", release.dimension, 2, 4096)
    if release.metric is Metric.HAMMING and release.dimension % 8:
        raise malformed(
            "dimension", str(release.dimension), "is no whole number of bytes, as binary codes need"
        )
    check_range("index.m", release.index.m, 4, 64)
    check_range("index.ef_construction", release.index.ef_construction, 8, 512)
    check_range("index.ef", release.index.ef, 8, 4096)


def check_patents(patents: Sequence[PatentVectors], release: Release) -> None:
    check_range("patents", sum(len(one.drawings) for one in patents), 1, MAX_DRAWINGS_PER_UPSERT)
    seen: set[str] = set()
    for number, patent in enumerate(patents):
        field = f"patents[{number}]"
        check_patent_id(patent.patent_id, f"{field}.patent_id")
        if not patent.drawings:
            raise required(f"{field}.drawings")
        check_range(f"{field}.generation", patent.generation, 1, MAX_GENERATION)
        for position, drawing in enumerate(patent.drawings):
            place = f"{field}.drawings[{position}]"
            check_drawing_id(drawing.drawing_id, patent.patent_id, f"{place}.drawing_id")
            row = row_id(drawing.drawing_id, patent.generation)
            if row in seen:
                raise malformed(f"{place}.drawing_id", drawing.drawing_id, "is there twice")
            seen.add(row)
            if drawing.content_key and not _CONTENT_KEY.fullmatch(drawing.content_key):
                raise malformed(f"{place}.content_key", drawing.content_key, "is not 16 hexadecimal digits")
            check_embedding(drawing.embedding, release, f"{place}.embedding")


def check_queries(queries: Sequence[PatentQuery], matching: ViewMatching) -> None:
    if not queries:
        raise required("queries")
    check_range("queries", len(queries), 1, MAX_QUERIES)
    if all(query.drawing.weight < 0 for query in queries):
        raise malformed("queries", "", "none has a positive weight: there is nothing to look for")
    for position, query in enumerate(queries):
        if matching is ViewMatching.REQUIRE and query.drawing.view is View.UNKNOWN:
            raise required(f"queries[{position}].view")


def check_judged(judged: Sequence[JudgedPatent]) -> None:
    for position, one in enumerate(judged):
        check_patent_id(one.patent_id, f"judged[{position}].patent_id")
        check_range(f"judged[{position}].generation", one.generation, 1, MAX_GENERATION)


def check_drawing_id(drawing_id: str, patent_id: str, field: str) -> None:
    try:
        owner = patent_id_of(drawing_id)
    except ValueError as error:
        raise malformed(field, drawing_id, "is not a drawing id") from error
    if owner != patent_id:
        raise malformed(field, drawing_id, f"does not belong to {patent_id}")


def check_patent_ids(patent_ids: Sequence[str]) -> None:
    for position, patent_id in enumerate(patent_ids):
        check_patent_id(patent_id, f"patent_ids[{position}]")


def check_patent_id(patent_id: str, field: str) -> None:
    if not is_patent_id(patent_id):
        raise malformed(field, patent_id, "is not a patent id")


def check_generations(patents: Sequence[PatentGenerations]) -> None:
    for position, one in enumerate(patents):
        field = f"patents[{position}]"
        check_patent_id(one.patent_id, f"{field}.patent_id")
        if one.is_every:
            continue
        check_range(f"{field}.first_generation", one.first, 1, MAX_GENERATION)
        check_range(f"{field}.last_generation", one.last, one.first, MAX_GENERATION)


def check_embedding(embedding: Embedding, release: Release, field: str) -> None:
    if embedding.model_version != release.model_version:
        raise SevenviewsError(
            Reason.EMBEDDING_MODEL_MISMATCH,
            f"{field} is of model {embedding.model_version!r}; release {release.release_id} is of "
            f"{release.model_version!r}",
            {"expected": release.model_version, "actual": embedding.model_version},
        )
    if len(embedding.vector) != release.dimension:
        raise SevenviewsError(
            Reason.EMBEDDING_DIMENSION_MISMATCH,
            f"{field} has {len(embedding.vector)} dimensions; release {release.release_id} has "
            f"{release.dimension}",
            {"expected": str(release.dimension), "actual": str(len(embedding.vector))},
        )
    length = float(np.linalg.norm(embedding.vector))
    # Written so that NaN fails.
    if not abs(length - 1) <= _UNIT_TOLERANCE:
        raise SevenviewsError(
            Reason.EMBEDDING_INVALID, f"{field} is not of unit length but {length:.6g}", {"field": field}
        )
