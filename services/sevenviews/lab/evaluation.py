"""A model, measured on a corpus by DeepPatent's protocol."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sevenviews.corpus import CorpusEntry, NotADesign, iter_entries
from sevenviews.designs import SevenviewsError
from sevenviews.encoder import decode, preprocess
from sevenviews.lab.descriptors import open_descriptor
from sevenviews.lab.metrics import ACCURACY_AT, evaluate_ranking
from sevenviews.lab.protocol import split_queries

_THREADS = 2


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What a model is worth on a corpus.

    Attributes:
        model: as it was asked for.
        mean_average_precision: over the whole ranking, DeepPatent's definition.
        accuracy: K -> share of queries with a match among the first K.
        queries: withheld drawings, up to two a patent.
        gallery: drawings that could be found, distractors included.
        patents: of the corpus, with at least one drawing.
        seed: of the choice of queries.
        unread: entries and drawings that could not be read, and why.
    """

    model: str
    mean_average_precision: float
    accuracy: dict[int, float]
    queries: int
    gallery: int
    patents: int
    seed: int
    unread: tuple[str, ...] = field(default=())


@dataclass(slots=True)
class _Collected:
    patents: list[str] = field(default_factory=list)
    drawings: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def evaluate(
    model: str,
    corpus: Path,
    distractors: Path | None = None,
    seed: int = 0,
    advance: Callable[[int], None] = lambda _: None,
) -> EvaluationReport:
    """Withhold up to two drawings of each patent, and look for their patents among all the others.

    Args:
        model: raw, hog, lbp, default, the directory of a bundle, or an ONNX file.
        corpus: whatever `sevenviews ingest` reads.
        distractors: a corpus that only adds to the gallery.
        seed: of the choice of queries.
        advance: is told how many entries were read.

    Raises:
        ValueError: there is no such model, or no patent has two drawings.
        SevenviewsError: a path holds no known corpus.
    """
    descriptor = open_descriptor(model)
    read = _collect(corpus, descriptor.side, advance)
    split = split_queries(read.patents, seed)
    if not split.queries:
        raise ValueError(f"no patent in {corpus} has two drawings: there is nothing to ask with")
    others = _collect(distractors, descriptor.side, advance) if distractors else _Collected()
    vectors = descriptor.describe(np.stack([*read.drawings, *others.drawings]))
    patents = np.array([*read.patents, *(f"distractor {name}" for name in others.patents)])
    gallery = np.array([*split.gallery, *range(len(read.patents), len(patents))])
    queries = np.array(split.queries)
    report = evaluate_ranking(
        vectors[queries] @ vectors[gallery].T, patents[queries][:, None] == patents[gallery][None, :]
    )
    return EvaluationReport(
        model=model,
        mean_average_precision=report.mean_average_precision,
        accuracy={k: report.accuracy[k] for k in ACCURACY_AT},
        queries=len(queries),
        gallery=len(gallery),
        patents=len(set(read.patents)),
        seed=seed,
        unread=(*read.unread, *others.unread),
    )


def _collect(corpus: Path, side: int, advance: Callable[[int], None]) -> _Collected:
    collected = _Collected()
    # Threads: most of the time is spent in Pillow and OpenCV, which let others run meanwhile.
    with ThreadPoolExecutor(_THREADS) as pool:
        for count, (patent_id, drawings, problem) in enumerate(
            pool.map(lambda entry: _read(entry, side), iter_entries(corpus)), 1
        ):
            collected.patents += [patent_id] * len(drawings)
            collected.drawings += drawings
            collected.unread += problem
            advance(count)
    return collected


def _read(entry: CorpusEntry, side: int) -> tuple[str, list[npt.NDArray[np.uint8]], list[str]]:
    try:
        patent = entry.read()
    except NotADesign:
        return "", [], []
    except SevenviewsError as error:
        return "", [], [error.message]
    problems = list(map(str, patent.problems))
    drawings = []
    for drawing_id, content in patent.contents.items():
        try:
            drawings.append(preprocess(decode(content), side))
        except SevenviewsError as error:
            problems.append(f"{drawing_id}: {error.message}")
    return patent.patent.patent_id, drawings, problems
