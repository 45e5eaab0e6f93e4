"""`sevenviews lab patentnet hash`: the lower half of PatentNet's Table 3, binary codes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import note, print_json
from sevenviews.cli.extras import needs
from sevenviews.cli.lab.experiment import failing_clearly
from sevenviews.cli.lab.patentnet_options import Cache, Config, Corpus, Out, Set, configured, read_labelled
from sevenviews.cli.lab.taught import taught_by
from sevenviews.cli.options import JsonOutput

if TYPE_CHECKING:
    from sevenviews.lab.hashing.cost import SearchCost
    from sevenviews.lab.report import Report
    from sevenviews.training.hashing.config import HashingConfig
    from sevenviews.training.hashing.experiment import CodeResult, FeatureResult, RetrievalTask

_ENTRIES = 100_000
_MILVUS_ENTRIES = 20_000
_SHOWN_BITS = 64
_FIRST = (1, 5, 10, 20, 50, 100)
_TIMED = 100


@needs("training")
def hash_codes(
    corpus: Corpus,
    out: Out,
    config: Config = "categories",
    changes: Set = None,
    cache: Cache = None,
    milvus: Annotated[
        str,
        typer.Option(help="Time the search in this Milvus too: milvus-lite:PATH, or http(s)://HOST:PORT."),
    ] = "",
    bundle: Annotated[
        list[str] | None,
        typer.Option(
            help="METHOD-BITS=DIR, such as csq-64=codes.bundle: write this head with its model as a bundle whose "
            "embeddings have the bits as signs; repeatedly.",
            metavar="METHOD-BITS=DIR",
        ),
    ] = None,
    json_output: JsonOutput = False,
) -> None:
    """Learn binary codes with CSQ and HashNet, and report them beside the vectors they were learned from.

    A bundle of them is served as any other model: `sevenviews reembed --release codes --model codes.bundle --metric
    hamming`, then `sevenviews releases promote codes`.

    Example:  sevenviews lab patentnet hash --corpus ldraw-views.tar.gz --out hash --bundle csq-64=codes.bundle
    """
    with failing_clearly():
        from sevenviews.lab.patentnet.paper import TOP10_MAP
        from sevenviews.lab.report import Report
        from sevenviews.training.hashing.config import HashingConfig
        from sevenviews.training.hashing.experiment import learn_codes, rank_features, retrieval_task

        loaded = configured(HashingConfig, config, changes, "hashing")
        wanted = _wanted(bundle or (), loaded)
        report = Report(out, settings=loaded.model_dump(mode="json"), budget_minutes=loaded.budget_minutes)
        dataset = read_labelled(corpus, loaded.selection)
        task = retrieval_task(dataset, loaded.selection, loaded.model, cache or out / "cache")
        vectors = rank_features(loaded.model, task)
        note(f"{loaded.model} vectors: mAP@10 {vectors.mean_average_precision:.3f}")
        results = learn_codes(task, loaded, note)
        report.title = f"Hashing of {dataset.name}, configuration {loaded.name}"
        report.row("vectors", {"mAP@10": vectors.mean_average_precision})
        for one in results:
            published = {"mAP@10": TOP10_MAP.get(one.method)}
            report.row(one.name, {"mAP@10": one.report.mean_average_precision[10]}, published)
        report.text(
            f"{len(dataset.samples)} designs of {len(task.classes)} {loaded.selection.level} labels, "
            f"{len(task.gallery)} drawings in the database, which also teach, {len(task.queries)} queries; no design "
            "is in both. A drawing is relevant if it shares a label with the query."
        )
        report.text(taught_by(loaded.model, dataset.name))
        _quality(report, vectors.mean_average_precision, vectors.bytes_each, results)
        _costs(report, task, results, milvus)
        _pictures(report, task, results, vectors)
        _bundles(report, wanted, results, loaded.model, dataset.name)
        path = report.write()
    if json_output:
        worth = {one.name: one.report.mean_average_precision[10] for one in results}
        print_json({"report": str(path), "map10": {"vectors": vectors.mean_average_precision, **worth}})
    else:
        note(f"wrote {path}")


def _wanted(bundles: Sequence[str], config: HashingConfig) -> dict[str, Path]:
    """The bundles that are asked for, by the head's name. Raises ValueError before anything was computed."""
    from sevenviews.training.hashing.export import base_bundle, check_bits

    names = {f"{method}-{bits}": bits for method in config.methods for bits in config.bits}
    wanted = {}
    for text in bundles:
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
    from sevenviews.training.hashing.export import base_bundle, export_head

    if not wanted:
        return
    report.heading("Bundles")
    for one in results:
        if one.name in wanted and one.head is not None:
            facts = {
                "method": one.method,
                "bits": one.bits,
                "corpus": corpus,
                "map10": one.report.mean_average_precision[10],
            }
            written = export_head(one.head, base_bundle(model), wanted[one.name], one.name, facts)
            report.text(
                f"{one.name}: `{written.path.name}`, version {written.version}. ONNX gave the same bits as torch. "
                f"`sevenviews reembed --release codes --model {written.path.name} --metric hamming` makes a release."
            )
            note(f"wrote {written.path}, version {written.version}")


def _quality(report: Report, vectors: float, bytes_each: int, results: Sequence[CodeResult]) -> None:
    from sevenviews.lab.patentnet.paper import TOP10_MAP
    from sevenviews.lab.report import percent

    report.heading("Table 3: top-10 mAP")
    columns = (
        "method",
        "bits",
        "paper %",
        "mAP@10 %",
        "P within radius 2 %",
        "R within radius 2 %",
        "nothing within %",
        "bytes per drawing",
        "training, CPU s",
    )
    rows: list[tuple[object, ...]] = [
        ("vectors", "—", "—", percent(vectors), "—", "—", "—", bytes_each, "—"),
    ]
    for one in results:
        ball = one.report.ball
        rows.append(
            (
                one.label,
                one.bits,
                percent(TOP10_MAP.get(one.method)),
                percent(one.report.mean_average_precision[10]),
                percent(ball.precision),
                percent(ball.recall),
                percent(ball.empty),
                one.report.bytes_each,
                f"{one.seconds:.1f}",
            )
        )
    report.table(columns, rows)
    report.text(
        "The paper's column is of 8 subclasses of clothing, 40,000 images and 8,000 queries: another task. P and R "
        "are precision and recall of the codes within Hamming radius 2; a query with nothing within it counts as 0."
    )


def _costs(report: Report, task: RetrievalTask, results: Sequence[CodeResult], milvus: str) -> None:
    from sevenviews.lab.hashing.cost import binary_cost, float_cost

    costs: list[SearchCost] = [float_cost(task.queries[:_TIMED], task.gallery, _ENTRIES)]
    for bits in sorted({one.bits for one in results if one.bits % 8 == 0}):
        chosen = next(one for one in results if one.bits == bits)
        costs.append(binary_cost(chosen.queries, chosen.gallery, _ENTRIES))
    if milvus:
        costs += _milvus_costs(task, results, milvus)
    report.heading("Memory and search time")
    report.text(
        "The database repeated to so many drawings, one query at a time, the median. FAISS searches exhaustively on "
        "one thread; Milvus by HNSW for the vectors and exhaustively for the codes, the round trip included. Bytes "
        "are those of a vector or a code alone, without what an engine adds."
    )
    report.table(
        ("engine", "drawings", "bytes per drawing", "MB in all", "ms a query"),
        [
            (
                one.engine,
                f"{one.gallery:,}",
                one.bytes_each,
                f"{one.bytes_each * one.gallery / 1e6:.1f}",
                f"{one.milliseconds:.2f}",
            )
            for one in costs
        ],
    )


def _milvus_costs(task: RetrievalTask, results: Sequence[CodeResult], url: str) -> list[SearchCost]:
    from sevenviews.cli.lab.milvus_cost import milvus_cost
    from sevenviews.vectors.releases import Metric

    chosen = _shown(results)[0]
    unit = 1 / math.sqrt(chosen.bits)
    queries, gallery = (codes.signs() * unit for codes in (chosen.queries, chosen.gallery))
    return [
        milvus_cost(url, task.queries[:_TIMED], task.gallery, Metric.IP, _MILVUS_ENTRIES),
        milvus_cost(url, queries[:_TIMED], gallery, Metric.HAMMING, _MILVUS_ENTRIES),
    ]


def _shown(results: Sequence[CodeResult]) -> list[CodeResult]:
    """Of each method the one that the curves show: 64 bits, or the longest."""
    lengths = {one.bits for one in results}
    bits = _SHOWN_BITS if _SHOWN_BITS in lengths else max(lengths)
    return [one for one in results if one.bits == bits]


def _pictures(
    report: Report, task: RetrievalTask, results: Sequence[CodeResult], vectors: FeatureResult
) -> None:
    import numpy as np

    from sevenviews.lab.hashing.curves import Curve, precision_at, precision_recall_by_radius
    from sevenviews.lab.hashing.pictures import draw_curves
    from sevenviews.lab.patentnet.pictures import draw_bars
    from sevenviews.training.hashing.experiment import euclidean_scores

    shown = _shown(results)
    first = tuple(count for count in _FIRST if count <= len(task.gallery))
    by_radius, at = {}, {"vectors": precision_at(euclidean_scores(task), task.relevance, first)}
    for one in shown:
        distances = one.queries.distances_to(one.gallery)
        by_radius[f"{one.label}, {one.bits} bits"] = precision_recall_by_radius(
            distances, task.relevance, one.bits
        )
        at[f"{one.label}, {one.bits} bits"] = precision_at(
            -distances.astype(np.float32), task.relevance, first
        )
    lengths = np.array(sorted({float(one.bits) for one in results}))
    by_bits = {"vectors": Curve(lengths, np.full(len(lengths), vectors.mean_average_precision))}
    for method in dict.fromkeys(one.label for one in results):
        points = sorted(
            (one.bits, one.report.mean_average_precision[10]) for one in results if one.label == method
        )
        by_bits[method] = Curve(*(np.array(axis, np.float64) for axis in zip(*points, strict=True)))
    report.heading("Curves")
    draw_curves(by_radius, at, by_bits, report.picture("curves.png", "Balls, rankings and lengths"))
    report.heading("By category (Figure 7)")
    draw_bars(
        {"vectors": vectors.by_category, **{one.label: dict(one.report.by_category) for one in shown}},
        report.picture("categories.png", f"Top-10 mAP by category, {shown[0].bits} bits"),
        "Top-10 mAP by category",
        "mAP@10",
    )
