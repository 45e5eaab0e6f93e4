"""A model, measured on a corpus by DeepPatent's protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sevenviews.lab.advance import Advance, unheard
from sevenviews.lab.cited import rank_cited
from sevenviews.lab.collection import Collection, read_collection
from sevenviews.lab.descriptors import Descriptor, FittedDescriptor, Vectors, find_descriptor
from sevenviews.lab.descriptors.catalogue import WHITENED
from sevenviews.lab.front_pages import Part, without_front_pages
from sevenviews.lab.kept_vectors import KeptVectors, identity_of
from sevenviews.lab.metrics import ACCURACY_AT, Divisor, accuracy, average_precision, mean_by_group
from sevenviews.lab.ranking import Ranks, rank_vectors
from sevenviews.lab.resampling import Paired, bootstrap_interval, compare_paired
from sevenviews.lab.sets import PatentSet
from sevenviews.lab.task import RelevanceBy, RetrievalTask

TOP = 10
"""The cut of PatentNet's top-10 mAP."""

_MOST_EXAMPLES = 2000
"""Drawings that a descriptor is fitted on."""


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What a model is worth on a corpus."""

    model: str  # as it was asked for
    mean_average_precision: float  # over the whole ranking, DeepPatent's definition
    interval: tuple[float, float]  # 95 % of it, by bootstrap over the patents that ask
    accuracy: dict[int, float]  # K -> share of queries with a match among the first K
    top10_map: float  # the ranking cut at 10, AP divided by min(|S⁺|, 10); another figure than mAP
    categories: dict[str, tuple[float, int]]
    """Of the queries' patents: category -> mAP over the whole ranking, and number of queries."""
    queries: int  # withheld drawings, up to two a patent
    gallery: int  # drawings that could be found, distractors included
    patents: int  # of the corpus, with at least one drawing
    seed: int  # of the choice of queries
    unread: tuple[str, ...] = field(default=())  # entries and drawings that could not be read, and why
    paired: Mapping[str, Paired] = field(default_factory=dict)
    """Other model -> this one beside it, on the same queries."""
    patent_set: PatentSet = PatentSet.OPEN  # that the patents belong to: whether they choose or report
    relevance: RelevanceBy = RelevanceBy.PATENT
    """What a query should find; of citations, ranks are those of patents."""
    identity: str = ""  # of the model, by its content; see `identity_of`
    without_front_pages: Part | None = None
    """The same without the front pages' copies of sheets, which find the sheet itself; None: there are no such
    copies."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model's answer to a task."""

    model: str  # as it was asked for
    task: RetrievalTask  # what was asked
    vectors: Vectors  # of all the task's drawings, [drawings, dimension]
    ranks: Ranks  # of the relevant drawings (of citations: patents); its queries count from the task's first
    identity: str = ""  # of the model, by its content

    @property
    def name(self) -> str:
        """Of the model, without the folders that it lies in."""
        return short_name(self.model)

    @property
    def average_precision(self) -> npt.NDArray[np.float64]:
        """AP over the whole ranking of each counted query."""
        return average_precision(self.ranks)

    @property
    def asking(self) -> npt.NDArray[np.str_]:
        """The patent of each counted query."""
        return self.task.patents[self.task.queries[self.ranks.queries]]

    def paired_with(self, other: Evaluation) -> Paired:
        """This model beside another, by AP. Raises ValueError: they were asked something else."""
        if other.task is not self.task:
            raise ValueError(f"{self.model} and {other.model} were not asked the same")
        return compare_paired(self.average_precision, other.average_precision, self.asking, self.task.seed)

    def report(self, others: Sequence[Evaluation] = ()) -> EvaluationReport:
        """The figures; also beside those of others, on the same task."""
        task, values = self.task, self.average_precision
        asking = task.queries[self.ranks.queries]
        categories = [task.drawings.categories[index] or "unknown" for index in asking]
        return EvaluationReport(
            model=self.model,
            mean_average_precision=float(values.mean()),
            interval=bootstrap_interval(values, self.asking, task.seed),
            accuracy={k: accuracy(self.ranks, k) for k in ACCURACY_AT},
            top10_map=float(average_precision(self.ranks, TOP, Divisor.POSSIBLE).mean()),
            categories=mean_by_group(values, categories),
            queries=len(values),
            gallery=len(task.gallery),
            patents=task.patent_count,
            seed=task.seed,
            unread=tuple(task.drawings.unread),
            paired={one.model: self.paired_with(one) for one in others if one is not self},
            patent_set=task.patent_set,
            relevance=task.relevance,
            identity=self.identity,
            without_front_pages=without_front_pages(task, self.vectors),
        )


def short_name(model: str) -> str:
    """Of a model as it was asked for, without the folders that it lies in."""
    whitened = WHITENED if model.startswith(WHITENED) else ""
    return whitened + Path(model.removeprefix(WHITENED)).name


def evaluate_on(
    task: RetrievalTask,
    model: str,
    fit: Path | None = None,
    advance: Advance = unheard,
    kept: KeptVectors | None = None,
) -> Evaluation:
    """A model's answer to a task.

    Args:
        model: see `open_descriptor`.
        fit: the corpus that a descriptor which learns is fitted on; by default the task's gallery, without its
            labels. At most 2,000 drawings, chosen by the task's seed, are used.
        kept: vectors of earlier evaluations; what is missing is added.

    Raises ValueError: there is no such model; SevenviewsError: `fit` holds no known corpus.
    """
    found = find_descriptor(model)
    examples = _examples(task, fit) if isinstance(found, FittedDescriptor) else Collection()
    identity = identity_of(model, examples.digests())

    def opened() -> Descriptor:
        if isinstance(found, Descriptor):
            return found
        return found.fit(examples.prepared(found.side, range(len(examples))))

    if kept is None:
        vectors = task.drawings.described(opened(), advance)
    else:
        vectors = kept.described(task.drawings, identity, opened, advance)
    return Evaluation(model, task, vectors, _ranks(task, vectors), identity)


def _ranks(task: RetrievalTask, vectors: Vectors) -> Ranks:
    if task.relevance is RelevanceBy.CITATIONS:
        return rank_cited(vectors, task)
    patents = task.patents
    return rank_vectors(
        vectors[task.queries], vectors[task.gallery], patents[task.queries], patents[task.gallery]
    )


def _examples(task: RetrievalTask, fit: Path | None) -> Collection:
    drawings = task.drawings if fit is None else read_collection(fit)
    indices = task.gallery if fit is None else np.arange(len(drawings))
    if len(indices) > _MOST_EXAMPLES:
        indices = np.random.default_rng(task.seed).choice(indices, _MOST_EXAMPLES, replace=False)
    return drawings.taken(indices.tolist())
