"""PatentNet's Table 3 beside ours, written down: features above, binary codes below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sevenviews.lab.experiment import Watch
from sevenviews.lab.hashing.cost import SearchCost, binary_cost, float_cost
from sevenviews.lab.hashing.curves import Curve, draw_curves, precision_at, precision_recall_by_radius
from sevenviews.lab.hashing.ranking import by_category, mean_average_precision
from sevenviews.lab.papers import TOP10_MAP
from sevenviews.lab.patentnet.dataset import PatentNetDataset
from sevenviews.lab.patentnet.pictures import draw_bars
from sevenviews.lab.report import Report, percent
from sevenviews.training.hashing.config import HashingConfig, RetrievalConfig
from sevenviews.training.hashing.experiment import CodeResult, RetrievalTask, learn_codes, retrieval_task
from sevenviews.training.hashing.export import base_bundle, check_bits, export_head
from sevenviews.training.models.imagenet import IMAGENET_NETWORKS, NOT_CACHED, is_cached

TIMED = 100
"""Queries that a search is timed with."""

_ENTRIES = 100_000
_SHOWN_BITS = 64
_FIRST = (1, 5, 10, 20, 50, 100)
_ANOTHER_TASK = (
    "The paper's column is of 8 subclasses of clothing, 40,000 images and 8,000 queries: another task."
)


def write_retrieval(report: Report, dataset: PatentNetDataset, config: RetrievalConfig, watch: Watch) -> None:
    """The upper half: features by Euclidean distance."""
    absent = [name for name in IMAGENET_NETWORKS if not is_cached(name)]
    report.title = f"Retrieval in {dataset.name}, configuration {config.name}"
    rows, by_model = list[tuple[object, ...]](), dict[str, Mapping[str, float]]()
    # A row whose weights are not here is left out, if there is another; else its error says where they belong.
    for model in [one for one in config.model if one not in absent] or config.model:
        watch(f"features of {model}")
        task = retrieval_task(dataset, config.selection, model, config.cached(report), config.seed)
        name, scores = model.rpartition("/")[2], task.scores()
        found, paper = mean_average_precision(scores, task.relevance), TOP10_MAP.get(name)
        by_model[name] = by_category(scores, task.relevance, task.categories)
        report.row(name, {"mAP@10": found}, {"mAP@10": paper})
        rows.append((name, percent(paper), percent(found), 4 * task.gallery.shape[1]))
    for name in IMAGENET_NETWORKS:
        if name not in by_model:
            why = NOT_CACHED if name in absent else f"not run: --model {name}"
            rows.append((name, percent(TOP10_MAP[name]), why, "—"))
    report.text(f"{_measured_on(dataset, task, config.selection.level)} Distances are Euclidean.")
    report.heading("Table 3: top-10 mAP")
    report.table(("features", "paper %", "ours %", "bytes per drawing"), rows)
    report.text(_ANOTHER_TASK)
    _by_category(report, by_model, "Top-10 mAP by category")


def write_hashing(report: Report, config: HashingConfig, watch: Watch) -> None:
    """The lower half: codes that are learned, beside the vectors that they are learned from.

    Raises ValueError: a bundle is asked for that cannot be.
    """
    wanted = _wanted(config)
    dataset = config.dataset(watch)
    watch(f"features of {config.model}")
    task = retrieval_task(dataset, config.selection, config.model, config.cached(report), config.seed)
    vectors = mean_average_precision(task.scores(), task.relevance)
    results = learn_codes(task, config, lambda line: watch(line, 1)(1))
    report.title = f"Hashing of {dataset.name}, configuration {config.name}"
    report.row("vectors", {"mAP@10": vectors})
    for one in results:
        report.row(one.name, {"mAP@10": one.map10}, {"mAP@10": TOP10_MAP.get(one.method)})
    report.text(f"{_measured_on(dataset, task, config.selection.level)} The database also teaches.")
    _quality(report, vectors, 4 * task.gallery.shape[1], results)
    _costs(report, task, results, config)
    _curves(report, task, results, vectors)
    shown = shown_codes(results)
    of_vectors = by_category(task.scores(), task.relevance, task.categories)
    of_codes = {one.label: one.report.by_category for one in shown}
    _by_category(report, {"vectors": of_vectors, **of_codes}, f"Top-10 mAP by category, {shown[0].bits} bits")
    _bundles(report, wanted, results, config.model, dataset.name)


def _measured_on(dataset: PatentNetDataset, task: RetrievalTask, level: str) -> str:
    return (
        f"{len(dataset.samples)} designs of {len(task.classes)} {level} labels, {len(task.gallery)} drawings in the "
        f"database, {len(task.queries)} queries; no design is in both. A drawing is relevant if it shares a label "
        "with the query."
    )


def _by_category(report: Report, of_each: Mapping[str, Mapping[str, float]], caption: str) -> None:
    report.heading("By category (Figure 7)")
    draw_bars(of_each, report.picture("categories.png", caption), "Top-10 mAP by category", "mAP@10")


def _wanted(config: HashingConfig) -> dict[str, Path]:
    """The bundles that are asked for, by the head's name. Raises ValueError before anything was computed."""
    names = {f"{method}-{bits}": bits for method in config.methods for bits in config.bits}
    wanted = {}
    for text in config.bundle:
        name, _, folder = text.partition("=")
        if name not in names or not folder:
            raise ValueError(f"--bundle {text}: METHOD-BITS=DIR is meant, with one of {', '.join(names)}")
        check_bits(names[name])
        base_bundle(config.model)
        wanted[name] = Path(folder)
    return wanted


def _bundles(
    report: Report, wanted: Mapping[str, Path], results: Sequence[CodeResult], model: str, corpus: str
) -> None:
    if wanted:
        report.heading("Bundles")
    for one in results:
        if one.name in wanted and one.head is not None:
            facts = {"method": one.method, "bits": one.bits, "corpus": corpus, "map10": one.map10}
            written = export_head(one.head, base_bundle(model), wanted[one.name], one.name, facts)
            report.text(
                f"{one.name}: `{written.path.name}`, version {written.version}. ONNX gave the same bits as torch. "
                f"`sevenviews reembed --release codes --model {written.path.name} --metric hamming` makes a release."
            )


def _quality(report: Report, vectors: float, bytes_each: int, results: Sequence[CodeResult]) -> None:
    report.heading("Table 3: top-10 mAP")
    columns = (
        "method", "bits", "paper %", "mAP@10 %", "P within radius 2 %", "R within radius 2 %", "nothing within %",
        "bytes per drawing", "training, CPU s",
    )  # fmt: skip
    rows: list[tuple[object, ...]] = [("vectors", "—", "—", percent(vectors), "—", "—", "—", bytes_each, "—")]
    for one in results:
        ball = one.report.ball
        shares = (TOP10_MAP.get(one.method), one.map10, ball.precision, ball.recall, ball.empty)
        rows.append((one.label, one.bits, *map(percent, shares), one.report.bytes_each, f"{one.seconds:.1f}"))
    report.table(columns, rows)
    report.text(
        f"{_ANOTHER_TASK} P and R are precision and recall of the codes within Hamming radius 2; a query with "
        "nothing within it counts as 0."
    )


def _costs(report: Report, task: RetrievalTask, results: list[CodeResult], config: HashingConfig) -> None:
    costs: list[SearchCost] = [float_cost(task.queries[:TIMED], task.gallery, _ENTRIES)]
    for bits in sorted({one.bits for one in results if one.bits % 8 == 0}):
        chosen = next(one for one in results if one.bits == bits)
        costs.append(binary_cost(chosen.queries, chosen.gallery, _ENTRIES))
    costs += config.more_costs(task, results)
    report.heading("Memory and search time")
    report.text(
        "The database repeated to so many drawings, one query at a time, the median. FAISS searches exhaustively on "
        "one thread; Milvus by HNSW for the vectors and exhaustively for the codes, the round trip included. Bytes "
        "are those of a vector or a code alone, without what an engine adds."
    )
    rows = [
        (one.engine, f"{one.gallery:,}", one.bytes_each, f"{one.megabytes:.1f}", f"{one.milliseconds:.2f}")
        for one in costs
    ]
    report.table(("engine", "drawings", "bytes per drawing", "MB in all", "ms a query"), rows)


def shown_codes(results: Sequence[CodeResult]) -> list[CodeResult]:
    """Of each method the one that the curves show: 64 bits, or the longest."""
    lengths = {one.bits for one in results}
    bits = _SHOWN_BITS if _SHOWN_BITS in lengths else max(lengths)
    return [one for one in results if one.bits == bits]


def _curves(report: Report, task: RetrievalTask, results: Sequence[CodeResult], vectors: float) -> None:
    first = tuple(count for count in _FIRST if count <= len(task.gallery))
    by_radius, at = {}, {"vectors": precision_at(task.scores(), task.relevance, first)}
    for one in shown_codes(results):
        name, distances = f"{one.label}, {one.bits} bits", one.queries.distances_to(one.gallery)
        by_radius[name] = precision_recall_by_radius(distances, task.relevance, one.bits)
        at[name] = precision_at(-distances.astype(np.float32), task.relevance, first)
    lengths = np.array(sorted({float(one.bits) for one in results}))
    by_bits = {"vectors": Curve(lengths, np.full(len(lengths), vectors))}
    for method in dict.fromkeys(one.label for one in results):
        points = np.array(sorted((one.bits, one.map10) for one in results if one.label == method), np.float64)
        by_bits[method] = Curve(*points.T)
    report.heading("Curves")
    draw_curves(by_radius, at, by_bits, report.picture("curves.png", "Balls, rankings and lengths"))
