"""PatentNet's retrieval experiment on a corpus: the features themselves, and the codes that are learned from them.

The designs that teach are the database; the withheld ones ask with all their drawings, as in the paper (40,000 in the
database, 8,000 queries). A drawing is relevant if it shares a label with the query.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from sevenviews.lab.hashing.codes import Codes, binarise
from sevenviews.lab.hashing.ranking import TOP, HashingReport, evaluate_codes, shared_labels
from sevenviews.lab.patentnet.dataset import PatentNetDataset, split_designs
from sevenviews.lab.patentnet.features import DrawingSet, drawings_of, features_of
from sevenviews.lab.patentnet.selection import Selection
from sevenviews.lab.ranking import Relevance, Scores
from sevenviews.training.classification.networks import build_network
from sevenviews.training.hashing.config import HashingConfig, Method
from sevenviews.training.hashing.fit import train_codes, train_head
from sevenviews.training.hashing.head import HashHead
from sevenviews.training.minibatches import outputs_of
from sevenviews.training.models.imagenet import IMAGENET_NETWORKS, IMAGENET_SIDE, imagenet_features


@dataclass(frozen=True, slots=True)
class RetrievalTask:
    """Features of queries and gallery, and what is relevant."""

    queries: npt.NDArray[np.float32]  # [n, dimension], of unit length
    gallery: npt.NDArray[np.float32]
    relevance: Relevance  # [queries, gallery]
    labels: npt.NDArray[np.bool_]  # of the gallery, which teaches: [n, classes]
    categories: tuple[str, ...]  # of each query
    classes: tuple[str, ...]  # names
    drawings: DrawingSet  # of both, in the corpus' order
    asks: npt.NDArray[np.bool_]  # which of them are the queries
    teaches: npt.NDArray[np.bool_]  # and which the gallery

    def scores(self) -> Scores:
        """-‖q - g‖², the higher the nearer: [queries, gallery]."""
        squares = (self.queries**2).sum(1)[:, None] + (self.gallery**2).sum(1)[None]
        distances: Scores = squares - 2 * self.queries @ self.gallery.T
        return -distances


@dataclass(frozen=True, slots=True)
class CodeResult:
    """Codes of one method and length, and what they are worth."""

    method: Method
    bits: int
    queries: Codes
    gallery: Codes
    report: HashingReport
    seconds: float  # of processor time, all cores together, that training took
    head: HashHead | None
    """The network that gives them from features; None: one that was trained whole does from drawings."""
    network: str = ""  # that one's name

    @property
    def name(self) -> str:
        """Method, length and network: csq-64, csq-64-resnet50."""
        return f"{self.method}-{self.bits}" + (f"-{self.network}" if self.network else "")

    @property
    def label(self) -> str:
        """Method and network, for a row of a table."""
        return f"{self.method}, {self.network} end to end" if self.network else self.method

    @property
    def map10(self) -> float:
        """mAP@10."""
        return self.report.mean_average_precision[TOP]


def retrieval_task(
    dataset: PatentNetDataset, selection: Selection, model: str, cache: Path | None, seed: int
) -> RetrievalTask:
    """Describe a dataset's drawings, and split its designs.

    Raises ValueError: there is no such model, too few labels, classes or designs, or a feature is not finite;
    SevenviewsError: a drawing cannot be decoded.
    """
    level = selection.depth
    split = split_designs(dataset, level, selection.test_share, seed)
    drawings = drawings_of(dataset, selection.drawings_each)
    if model in IMAGENET_NETWORKS:
        features = imagenet_features(drawings.prepared(IMAGENET_SIDE), model)
    else:
        features = features_of(drawings, model, cache)
    labels, classes = dataset.indicator(level)[drawings.designs], dataset.classes(level)
    asks, teaches = (np.isin(drawings.designs, part) for part in (split.test, split.training))
    relevance = shared_labels(labels[asks], labels[teaches])
    categories = tuple(classes[int(row.argmax())] for row in labels[asks])
    return RetrievalTask(
        features[asks],
        features[teaches],
        relevance,
        labels[teaches],
        categories,
        classes,
        drawings,
        asks,
        teaches,
    )


def learn_codes(task: RetrievalTask, config: HashingConfig, tell: Callable[[str], None]) -> list[CodeResult]:
    """Train every method at every length, as a head upon the features and as each whole network, from drawings to
    bits, as CSQ and HashNet are published. A network whose ImageNet weights are not here is left out, and told.

    Raises ValueError: as `train_head`.
    """
    results = []
    for chosen in (None, *config.networks):
        if chosen is not None and chosen.not_run:
            tell(f"{chosen.name}: {chosen.not_run}")
            continue
        parts: tuple[npt.NDArray[np.generic], ...] = task.queries, task.gallery
        if chosen is not None:
            pixels = task.drawings.prepared(chosen.image_size or config.image_size)
            parts = pixels[task.asks], pixels[task.teaches]
        for method, bits in ((method, bits) for method in config.methods for bits in config.bits):
            started = time.process_time()
            network: nn.Module
            if chosen is None:
                network = train_head(task.gallery, task.labels, method, bits, config.head, config.seed)
            else:
                torch.manual_seed(config.seed)
                network = build_network(chosen.architecture, bits, chosen.pretrained)
                teaching, schedule = torch.from_numpy(parts[1]), chosen.schedule(config.seed)
                train_codes(network, teaching, task.labels, method, bits, config.head, config.seed, schedule)
            seconds = time.process_time() - started
            queries, gallery = (
                binarise(outputs_of(network, torch.from_numpy(part)).numpy()) for part in parts
            )
            report = evaluate_codes(queries, gallery, task.relevance, task.categories)
            head, name = network if isinstance(network, HashHead) else None, chosen.name if chosen else ""
            results.append(CodeResult(method, bits, queries, gallery, report, seconds, head, name))
            tell(f"{results[-1].label}, {bits} bits: mAP@10 {results[-1].map10:.3f}")
    return results
