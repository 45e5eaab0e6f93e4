"""Is the new release right? Its vectors those of fresh embeddings, its neighbours the true ones."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from sevenviews.backends.blocking import Services
from sevenviews.backends.records import Release, StoredVector, Vector
from sevenviews.backends.refreshes import Facts
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.metadata.objects import key_of
from sevenviews.metadata.stores import open_objects
from sevenviews.refresh.building import LEAST_COSINE
from sevenviews.refresh.context import Context
from sevenviews.refresh.judging import Check, refuse

_STORE_SECONDS = 30.0
_NEAREST = 10
_BLOCK = 4096
_MOST_ASKED_FOR = 1000
"""Patents of one BatchGetPatents."""
_MODEL_FIGURES = ("map", "accuracy_at_1", "serving_map")


def index(context: Context) -> Facts:
    """Wait until the index is built."""
    release = context.services.complete_release(context.release_id, {})
    return {"vectors": release.vector_count}


def verify(context: Context) -> Facts:
    """Compare samples with the truth, and keep the figures with the release.

    Raises:
        SevenviewsError: REFRESH_REFUSED, naming the condition that fails.
    """
    context.lock.check()
    release = context.services.release(context.release_id)
    sampled, cosine = _fresh_cosine(context, release)
    least_recall = context.config.gate.least_recall
    asking = _sample(context, context.config.verification.recall_queries)
    recall = measured_recall(context.services, release, asking, context.config.verification.recall_queries)
    checks = (
        Check("cosine to fresh embeddings", cosine, LEAST_COSINE, cosine >= LEAST_COSINE),
        Check("recall@10 of the index", recall, least_recall, recall >= least_recall),
    )
    for check in checks:
        context.tell(f"  {check}")
    refuse(context.record.refresh_id, checks)
    figures = {"recall_at_10": recall, **_model_figures(context)}
    context.services.complete_release(context.release_id, figures)
    return {"vectors": release.vector_count, "sampled": sampled, "least_cosine": cosine, **figures}


def measured_recall(services: Services, release: Release, patent_ids: Sequence[str], queries: int) -> float:
    """Share of the ten nearest drawings by exact search that the index finds; drawings of some patents ask.

    The exact search streams the whole release once: 1 KB a drawing at 256 dimensions.
    """
    asking = services.stored(release.release_id, patent_ids, with_vectors=True)
    chosen = _vectors_of(islice(asking, queries))
    if not len(chosen):
        return 1.0
    exact = _exact_scores(services, release, chosen)
    found = hits = 0
    for query, best in zip(chosen, exact, strict=True):
        answered = services.search(release, query, _NEAREST)
        # By score, because among equal ones any may be given.
        hits += sum(1 for one in answered if one.score >= best[-1] - 1e-4)
        found += len(best)
    return min(1.0, hits / found)


def _exact_scores(
    services: Services, release: Release, queries: npt.NDArray[np.float32]
) -> list[list[float]]:
    """The best scores of each query, descending."""
    best: list[list[float]] = [[] for _ in queries]
    stored = services.stored(release.release_id, with_vectors=True)
    while len(block := _vectors_of(islice(stored, _BLOCK))):
        for number, scores in enumerate(queries @ block.T):
            best[number] = heapq.nlargest(_NEAREST, [*best[number], *map(float, scores)])
    return best


def _vectors_of(stored: Iterator[StoredVector]) -> npt.NDArray[np.float32]:
    return np.array([one.vector for one in stored], np.float32)


def _fresh_cosine(context: Context, release: Release) -> tuple[int, float]:
    """How many drawings were embedded afresh, and the least cosine to what is stored of them."""
    services = context.services
    wanted = context.config.verification.sampled_drawings
    sample = _sample(context, wanted)
    stored = {
        (one.drawing_id, one.generation): one.vector
        for one in services.stored(release.release_id, sample, with_vectors=True)
        if one.vector is not None
    }
    objects = open_objects(services.addresses.drawings_url, _STORE_SECONDS)
    cosines: list[float] = []
    for one in services.patents(sample)[:wanted]:
        drawing = one.patent.drawings[0]
        content = objects.get(key_of(drawing.content_digest))
        held = stored.get((drawing.drawing_id, one.generation))
        if content is None or held is None:
            continue  # counted as lost, or replaced this very moment
        fresh = services.embed(content, release.model_version)
        cosines.append(agreement(fresh, held, release.metric))
    if not cosines:
        raise SevenviewsError(
            Reason.CORPUS_EMPTY, "no drawing of the release can be compared with a fresh one"
        )
    return len(cosines), min(cosines)


def agreement(fresh: Vector, stored: Vector, metric: str) -> float:
    """Cosine of a fresh embedding with what a release holds of it; both are unit vectors.

    Of a binary release, the largest cosine that any vector of the stored signs has with the fresh one: the length
    of what remains of it without the components of another sign. So a component of about 0, whose sign rounding
    decides, does not count against the release.
    """
    if metric != "HAMMING":
        return float(fresh @ stored)
    return float(np.linalg.norm(np.where((fresh > 0) == (stored > 0), fresh, 0)))


def _sample(context: Context, patents: int) -> list[str]:
    """Ids, the same ones for a refresh however often it is resumed."""
    ids = list(context.services.patent_ids())
    return random.Random(context.record.refresh_id).sample(ids, min(patents, len(ids), _MOST_ASKED_FOR))  # noqa: S311


def _model_figures(context: Context) -> dict[str, float]:
    evaluation = context.facts("evaluate") or {}
    return {name: float(evaluation[name]) for name in _MODEL_FIGURES if name in evaluation}
