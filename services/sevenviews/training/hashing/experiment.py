"""PatentNet's retrieval experiment on a corpus: the features themselves, and the codes that are learned from them.

The designs that teach are the database; the withheld ones ask with all their drawings, as in the paper (40,000 in the
database, 8,000 queries). A drawing is relevant if it shares a label with the query.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from sevenviews.lab.hashing.codes import Codes, binarise
from sevenviews.lab.hashing.ranking import (
    TOP,
    HashingReport,
    by_category,
    evaluate_codes,
    mean_average_precision,
    shared_labels,
)
from sevenviews.lab.metrics import Relevance, Scores
from sevenviews.lab.patentnet.dataset import PatentNetDataset
from sevenviews.lab.patentnet.features import DrawingSet, drawings_of, features_of
from sevenviews.lab.patentnet.selection import Selection
from sevenviews.lab.patentnet.split import split_designs
from sevenviews.training.classification.imagenet import (
    IMAGENET_NETWORKS,
    IMAGENET_SIDE,
    NOT_CACHED,
    imagenet_features,
)
from sevenviews.training.classification.networks import build_network
from sevenviews.training.hashing.config import HashingConfig, Method
from sevenviews.training.hashing.fit import train_codes, train_head
from sevenviews.training.hashing.head import HashHead
from sevenviews.training.minibatches import outputs_of
from sevenviews.training.models.imagenet import is_cached

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RetrievalTask:
    """Features of queries and gallery, and what is relevant.

    Attributes:
        queries, gallery: float32 [n, dimension], of unit length.
        relevance: [queries, gallery].
        labels: of the gallery, which teaches: [n, classes].
        categories: of each query.
        classes: names.
        drawings: of both, in the corpus' order.
        asks, teaches: which of them are the queries, and which the gallery.
    """

    queries: npt.NDArray[np.float32]
    gallery: npt.NDArray[np.float32]
    relevance: Relevance
    labels: npt.NDArray[np.bool_]
    categories: tuple[str, ...]
    classes: tuple[str, ...]
    drawings: DrawingSet
    asks: npt.NDArray[np.bool_]
    teaches: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FeatureResult:
    """Features ranked by Euclidean distance.

    Attributes:
        model: whose.
        mean_average_precision: mAP@10.
        by_category: mAP@10 of each.
        bytes_each: memory of a vector.
    """

    model: str
    mean_average_precision: float
    by_category: Mapping[str, float]
    bytes_each: int


@dataclass(frozen=True, slots=True)
class CodeResult:
    """Codes of one method and length.

    Attributes:
        queries, gallery: the codes themselves.
        report: what they are worth.
        seconds: of processor time, all cores together, that training took.
        head: the network that gives them from features; None: one that was trained whole does from drawings.
        network: that one's name.
    """

    method: Method
    bits: int
    queries: Codes
    gallery: Codes
    report: HashingReport
    seconds: float
    head: HashHead | None
    network: str = ""

    @property
    def name(self) -> str:
        """Method, length and network: csq-64, csq-64-resnet50."""
        return f"{self.method}-{self.bits}" + (f"-{self.network}" if self.network else "")

    @property
    def label(self) -> str:
        """Method and network, for a row of a table."""
        return f"{self.method}, {self.network} end to end" if self.network else self.method


def retrieval_task(
    dataset: PatentNetDataset, selection: Selection, model: str, cache: Path | None, seed: int
) -> RetrievalTask:
    """Describe a dataset's drawings, and split its designs.

    Raises:
        ValueError: there is no such model, too few labels, classes or designs, or a feature is not finite.
        SevenviewsError: a drawing cannot be decoded.
    """
    level = selection.depth
    split = split_designs(dataset, level, selection.test_share, seed)
    drawings = drawings_of(dataset, selection.drawings_each)
    features = _features(drawings, model, cache)
    labels = dataset.indicator(level)[drawings.designs]
    asks = np.isin(drawings.designs, split.test)
    teaches = np.isin(drawings.designs, split.training)
    classes = dataset.classes(level)
    return RetrievalTask(
        features[asks],
        features[teaches],
        shared_labels(labels[asks], labels[teaches]),
        labels[teaches],
        tuple(classes[int(row.argmax())] for row in labels[asks]),
        classes,
        drawings,
        asks,
        teaches,
    )


def _features(drawings: DrawingSet, model: str, cache: Path | None) -> npt.NDArray[np.float32]:
    if model in IMAGENET_NETWORKS:
        return imagenet_features(drawings.prepared(IMAGENET_SIDE), model)
    return features_of(drawings, model, cache)


def euclidean_scores(task: RetrievalTask) -> Scores:
    """-‖q - g‖², the higher the nearer: [queries, gallery]."""
    squares = (task.queries**2).sum(1)[:, None] + (task.gallery**2).sum(1)[None]
    distances: Scores = squares - 2 * task.queries @ task.gallery.T
    return -distances


def rank_features(model: str, task: RetrievalTask) -> FeatureResult:
    """mAP@10 by Euclidean distance. Raises ValueError if no query has anything to find."""
    scores = euclidean_scores(task)
    return FeatureResult(
        model,
        mean_average_precision(scores, task.relevance, TOP),
        by_category(scores, task.relevance, task.categories),
        4 * task.gallery.shape[1],
    )


def learn_codes(task: RetrievalTask, config: HashingConfig, tell: Tell) -> list[CodeResult]:
    """Train every method at every length, and measure its codes.

    Raises:
        ValueError: as `train_head`.
    """
    results = []
    for method in config.methods:
        for bits in config.bits:
            started = time.process_time()
            head = train_head(task.gallery, task.labels, method, bits, config.head, config.seed)
            found = _measured(task, method, bits, head, (task.queries, task.gallery), started)
            results.append(replace(found, head=head))
            tell(f"{found.label}, {bits} bits: mAP@10 {found.report.mean_average_precision[TOP]:.3f}")
    return results + learn_networks(task, config, tell)


def learn_networks(task: RetrievalTask, config: HashingConfig, tell: Tell) -> list[CodeResult]:
    """Train whole networks from drawings to bits, as CSQ and HashNet are published, and measure their codes.

    A network whose ImageNet weights are asked for and are not here is left out, and told.

    Raises:
        ValueError: as `train_head`.
    """
    results = []
    for chosen in config.networks:
        if chosen.pretrained and not is_cached(chosen.architecture):
            tell(f"{chosen.name}: {NOT_CACHED}")
            continue
        pixels = task.drawings.prepared(chosen.image_size or config.image_size)
        asking, teaching = pixels[task.asks], pixels[task.teaches]
        for method in config.methods:
            for bits in config.bits:
                started = time.process_time()
                torch.manual_seed(config.seed)
                network = build_network(chosen.architecture, bits, chosen.pretrained)
                train_codes(
                    network,
                    torch.from_numpy(teaching),
                    task.labels,
                    method,
                    bits,
                    config.head,
                    config.seed,
                    chosen.schedule(config.seed),
                )
                found = _measured(task, method, bits, network, (asking, teaching), started)
                results.append(replace(found, network=chosen.name))
                tell(
                    f"{results[-1].label}, {bits} bits: mAP@10 {found.report.mean_average_precision[TOP]:.3f}"
                )
    return results


def _measured(
    task: RetrievalTask,
    method: Method,
    bits: int,
    network: nn.Module,
    parts: tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]],
    started: float,
) -> CodeResult:
    seconds = time.process_time() - started
    queries, gallery = (binarise(outputs_of(network, torch.from_numpy(part)).numpy()) for part in parts)
    report = evaluate_codes(queries, gallery, task.relevance, task.categories)
    return CodeResult(method, bits, queries, gallery, report, seconds, None)
