"""PatentNet's classification experiment on a corpus: train, calibrate, measure, row by row."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache as cache_of
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from sevenviews.lab.classification.accuracy import (
    ClassRow,
    Labels,
    Logits,
    class_table,
    label_average_precision,
    top_accuracy,
)
from sevenviews.lab.classification.calibration import Reliability, fit_temperature, reliability, softmax
from sevenviews.lab.classification.confusion import confusion_matrix
from sevenviews.lab.classification.hierarchy import HierarchyReport, hierarchy_report, parent_columns
from sevenviews.lab.patentnet.dataset import PatentNetDataset, split_designs
from sevenviews.lab.patentnet.features import DrawingSet, drawings_of, features_of
from sevenviews.lab.patentnet.labels import Level
from sevenviews.training.classification.config import ClassificationConfig, FeatureHeadConfig, NetworkConfig
from sevenviews.training.classification.fit import train_feature_head, train_network
from sevenviews.training.minibatches import outputs_of


@dataclass(frozen=True, slots=True)
class ClassifierResult:
    """A row of the table."""

    name: str  # of the network, or of the features under a linear head
    top: Mapping[int, float]  # k -> accuracy
    average_precision: float  # multilabel, mean over the classes
    temperature: float  # that calibrates it
    before: Reliability  # without the temperature
    after: Reliability  # with it
    rows: tuple[ClassRow, ...]  # class by class
    confusion: npt.NDArray[np.float64]  # [classes, classes]
    hierarchy: HierarchyReport | None
    """With a second head for classes; None where the labels are classes already."""
    seconds: float  # of processor time, all cores together, that training took
    image_size: int | None  # side in pixels of what the network saw; None: features were given


@dataclass(frozen=True, slots=True)
class ClassificationReport:
    """The whole experiment."""

    classes: tuple[str, ...]  # names, in the order of the columns
    training: int  # drawings of each part; no design is in two of them
    calibration: int
    test: int
    designs: int  # of all parts
    results: tuple[ClassifierResult, ...]  # the rows
    not_run: Mapping[str, str]
    """Networks whose ImageNet weights are not here, by name, and why they were left out."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """Which drawings do what, and their labels."""

    drawings: DrawingSet
    labels: Labels
    class_labels: Labels
    parents: npt.NDArray[np.int64] | None
    classes: tuple[str, ...]
    training: npt.NDArray[np.int64]
    calibration: npt.NDArray[np.int64]
    test: npt.NDArray[np.int64]


def classify(
    dataset: PatentNetDataset, config: ClassificationConfig, cache: Path | None, tell: Callable[[str], None]
) -> ClassificationReport:
    """Train and measure; `cache` is a folder for features, None keeps none.

    Raises ValueError: there are too few labels, classes or designs, or training diverged.
    """
    torch.set_num_threads(config.threads)
    parts = _parts(dataset, config)
    results, not_run = list[ClassifierResult](), dict[str, str]()
    if config.head is not None:
        tell(f"features of {config.head.model}, {len(parts.drawings.designs)} drawings")
        results.append(_of_features(parts, config, config.head, cache))
        tell(f"linear head on {config.head.model}: top-1 {results[-1].top[1]:.3f}")
    prepared = cache_of(parts.drawings.prepared)
    for chosen in config.networks:
        if chosen.not_run:
            not_run[chosen.name] = chosen.not_run
            tell(f"{chosen.name}: {chosen.not_run}")
            continue
        pixels = prepared(chosen.image_size or config.image_size)
        results.append(_of_pixels(parts, config, chosen, pixels))
        tell(f"{chosen.name}: top-1 {results[-1].top[1]:.3f}, {results[-1].seconds:.0f} s of processor time")
    if not results:
        raise ValueError(f"networks: no row could be run: {not_run or 'none is configured'}")
    return ClassificationReport(
        parts.classes,
        len(parts.training),
        len(parts.calibration),
        len(parts.test),
        len(dataset.samples),
        tuple(results),
        not_run,
    )


def _parts(dataset: PatentNetDataset, config: ClassificationConfig) -> _Parts:
    selection, level = config.selection, config.selection.depth
    split = split_designs(dataset, level, selection.test_share, config.seed)
    drawings = drawings_of(dataset, selection.drawings_each)
    labels = dataset.indicator(level)[drawings.designs]
    order = np.random.default_rng(config.seed).permutation(split.training)
    held = order[: max(1, round(config.calibration_share * len(order)))]
    parents = None
    if level is Level.SUBCLASS:
        every = (label for sample in dataset.samples for label in sample.labels if label.at(level))
        above = {label.path[1]: label.path[0] for label in every}
        parents = parent_columns(above, dataset.classes(Level.SUBCLASS), dataset.classes(Level.CLASS))

    def labelled(designs: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.flatnonzero(np.isin(drawings.designs, designs) & labels.any(1))

    return _Parts(
        drawings,
        labels,
        dataset.indicator(Level.CLASS)[drawings.designs],
        parents,
        dataset.classes(level),
        labelled(np.setdiff1d(split.training, held)),
        labelled(held),
        labelled(split.test),
    )


def _of_features(
    parts: _Parts, config: ClassificationConfig, chosen: FeatureHeadConfig, cache: Path | None
) -> ClassifierResult:
    features = features_of(parts.drawings, chosen.model, cache)
    started = time.process_time()

    def logits_of(labels: Labels) -> Logits:
        teaching, own = features[parts.training], labels[parts.training]
        head = train_feature_head(teaching, own, chosen, multilabel=config.multilabel, seed=config.seed)
        return outputs_of(head, torch.from_numpy(features).float()).numpy()

    logits = logits_of(parts.labels)
    seconds = time.process_time() - started
    several = parts.parents is not None and parts.class_labels.shape[1] > 1
    above = logits_of(parts.class_labels) if several else None
    return _measured(f"{chosen.model} features, linear head", parts, logits, above, seconds, None)


def _of_pixels(
    parts: _Parts, config: ClassificationConfig, chosen: NetworkConfig, pixels: npt.NDArray[np.uint8]
) -> ClassifierResult:
    started = time.process_time()
    teaching, own = pixels[parts.training], parts.labels[parts.training]
    network = train_network(teaching, own, chosen, multilabel=config.multilabel, seed=config.seed)
    seconds = time.process_time() - started
    logits = np.zeros(parts.labels.shape, np.float32)
    asked = np.concatenate([parts.calibration, parts.test])
    logits[asked] = outputs_of(network, torch.from_numpy(pixels[asked]), 64, chosen.bfloat16).numpy()
    return _measured(chosen.name, parts, logits, None, seconds, pixels.shape[-1])


def _measured(
    name: str,
    parts: _Parts,
    logits: Logits,
    class_logits: Logits | None,
    seconds: float,
    image_size: int | None,
) -> ClassifierResult:
    temperature = fit_temperature(logits[parts.calibration], parts.labels[parts.calibration])
    asked, own = logits[parts.test], parts.labels[parts.test]
    hierarchy = None
    if parts.parents is not None and class_logits is not None:
        above, of_class = class_logits[parts.test], parts.class_labels[parts.test]
        hierarchy = hierarchy_report(above, asked, of_class, own, parts.parents)
    return ClassifierResult(
        name=name,
        top=top_accuracy(asked, own),
        average_precision=label_average_precision(asked, own),
        temperature=temperature,
        before=reliability(softmax(asked), own),
        after=reliability(softmax(asked, temperature), own),
        rows=tuple(class_table(asked, own, parts.classes)),
        confusion=confusion_matrix(asked, own),
        hierarchy=hierarchy,
        seconds=seconds,
        image_size=image_size,
    )
