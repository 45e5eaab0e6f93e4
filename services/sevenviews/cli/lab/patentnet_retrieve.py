"""`sevenviews lab patentnet retrieve`: the upper half of PatentNet's Table 3, features by Euclidean distance."""

from __future__ import annotations

from typing import Annotated

import typer

from sevenviews.cli.console import note, print_json
from sevenviews.cli.extras import needs
from sevenviews.cli.lab.experiment import failing_clearly
from sevenviews.cli.lab.patentnet_options import Cache, Config, Corpus, Out, Set, configured, read_labelled
from sevenviews.cli.lab.taught import taught_by
from sevenviews.cli.options import JsonOutput


@needs("training")
def retrieve(
    corpus: Corpus,
    out: Out,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="default, a bundle's directory, an ONNX file, resnet152, vgg19, hog, lbp or raw; repeatedly."
        ),
    ] = None,
    config: Config = "categories",
    changes: Set = None,
    cache: Cache = None,
    json_output: JsonOutput = False,
) -> None:
    """Rank drawings by Euclidean distance of their features, and report top-10 mAP, also by category.

    A drawing is relevant if it shares a label with the query. resnet152 and vgg19 need torchvision's ImageNet weights
    in its local cache; nothing is downloaded, and without them the report says that their rows were not run.

    Example:  sevenviews lab patentnet retrieve --corpus ldraw-views.tar.gz --model default --model hog --out retrieve
    """
    with failing_clearly():
        from sevenviews.lab.patentnet.paper import TOP10_MAP
        from sevenviews.lab.patentnet.pictures import draw_bars
        from sevenviews.lab.report import Report, percent
        from sevenviews.training.classification.imagenet import IMAGENET_NETWORKS, NOT_CACHED
        from sevenviews.training.hashing.config import HashingConfig
        from sevenviews.training.hashing.experiment import rank_features, retrieval_task
        from sevenviews.training.models.imagenet import is_cached

        loaded = configured(HashingConfig, config, changes, "hashing")
        report = Report(out, settings=loaded.model_dump(mode="json"), budget_minutes=loaded.budget_minutes)
        dataset = read_labelled(corpus, loaded.selection)
        folder = cache or out / "cache"
        wanted = model or [loaded.model]
        absent = [name for name in IMAGENET_NETWORKS if not is_cached(name)]
        results = []
        # A row whose weights are not here is left out, if there is another; else its error says where they belong.
        for name in [one for one in wanted if one not in absent] or wanted:
            task = retrieval_task(dataset, loaded.selection, name, folder)
            results.append(rank_features(name.rpartition("/")[2], task))
            note(f"{results[-1].model}: mAP@10 {results[-1].mean_average_precision:.3f}")
        report.title = f"Retrieval in {dataset.name}, configuration {loaded.name}"
        for one in results:
            report.row(
                one.model, {"mAP@10": one.mean_average_precision}, {"mAP@10": TOP10_MAP.get(one.model)}
            )
        report.text(
            f"{len(dataset.samples)} designs of {len(task.classes)} {loaded.selection.level} labels, "
            f"{len(task.gallery)} drawings in the database, {len(task.queries)} queries; no design is in both. A "
            "drawing is relevant if it shares a label with the query; Euclidean distance."
        )
        for name in wanted:
            report.text(taught_by(name, dataset.name))
        report.heading("Table 3: top-10 mAP")
        ours = [
            (
                one.model,
                percent(TOP10_MAP.get(one.model)),
                percent(one.mean_average_precision),
                one.bytes_each,
            )
            for one in results
        ]
        named = {one.model for one in results}
        theirs = [
            (
                name,
                percent(TOP10_MAP[name]),
                NOT_CACHED if name in absent else f"not run: --model {name}",
                "—",
            )
            for name in IMAGENET_NETWORKS
            if name not in named
        ]
        report.table(("features", "paper %", "ours %", "bytes per drawing"), [*ours, *theirs])
        report.text(
            "The paper's column is of 8 subclasses of clothing, 40,000 images and 8,000 queries: another task."
        )
        report.heading("By category (Figure 7)")
        draw_bars(
            {one.model: one.by_category for one in results},
            report.picture("categories.png", "Top-10 mAP by category"),
            "Top-10 mAP by category",
            "mAP@10",
        )
        path = report.write()
    if json_output:
        print_json({"report": str(path), "map10": {one.model: one.mean_average_precision for one in results}})
    else:
        note(f"wrote {path}")
