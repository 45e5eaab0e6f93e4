"""`sevenviews lab patentnet cluster`: Table 5 of PatentNet, rebuilt."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import fail, fail_with, note, print_json, progress, table
from sevenviews.cli.extras import needs
from sevenviews.cli.lab.patentnet_options import budget
from sevenviews.cli.lab.taught import taught_by
from sevenviews.cli.options import JsonOutput
from sevenviews.designs import SevenviewsError

if TYPE_CHECKING:
    from sevenviews.lab.multiview.chairs import MethodResult
    from sevenviews.lab.multiview.features import DesignFeatures

_BUDGET_MINUTES = 3
"""For 400 designs and 20 runs of each method, drawing them apart."""


@needs("lab")
def cluster(
    out: Annotated[Path, typer.Option(help="Directory for the report; made if absent.")],
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Designs with their kinds: <id>/<view>.png with `category` in index.csv, or any corpus of "
            "`sevenviews ingest` by its Locarno classes. Absent: 400 synthetic chairs, made in OUT/chairs."
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(help="Of the features: default, a bundle, an ONNX file, hog, lbp or raw.")
    ] = "default",
    runs: Annotated[int, typer.Option(min=1, help="Of each method.")] = 20,
    seed: Annotated[int, typer.Option(help="Of the synthetic chairs.")] = 0,
    per_kind: Annotated[int, typer.Option(min=1, help="Synthetic chairs of each of the 8 kinds.")] = 50,
    workers: Annotated[int, typer.Option(min=1, help="Processes that draw chairs.")] = os.cpu_count() or 1,
    json_output: JsonOutput = False,
) -> None:
    """Cluster designs of which many views are missing, by all twelve methods of PatentNet's Table 5.

    Writes a report with the paper's figures beside ours: clustering.md, two pictures, and the figures as JSON.

    Example:  sevenviews lab patentnet cluster --out report
    """
    try:
        source = corpus or _chairs(out / "chairs", seed, per_kind, workers)
        results = _measure(source, corpus is None, model, runs, out)
    except SevenviewsError as error:
        fail_with(error)
    except ValueError as error:
        fail(str(error), 2)
    if json_output:
        print_json([asdict(result) for result in results])
        return
    _show(results)
    note(f"report: {out / 'clustering.md'}")


def _chairs(out: Path, seed: int, per_kind: int, workers: int) -> Path:
    from sevenviews.synthetic.chairs import write_chairs

    with progress() as bar:
        task = bar.add_task("chairs", total=8 * per_kind)
        write_chairs(
            out, seed, per_kind, workers=workers, progress=lambda done: bar.update(task, completed=done)
        )
    return out


def _measure(corpus: Path, synthetic: bool, model: str, runs: int, out: Path) -> list[MethodResult]:
    from sevenviews.lab.multiview.chairs import TABLE_5, table_5
    from sevenviews.lab.multiview.report import write_report

    started = time.process_time()
    designs = _features(corpus, model)
    with progress() as bar:
        task = bar.add_task("methods", total=len(TABLE_5))

        def advance(name: str) -> None:
            bar.update(task, description=name, advance=1)

        results = table_5(designs, runs, advance)
    name = "synthetic chairs" if synthetic else corpus.name
    cost = budget(time.process_time() - started, _BUDGET_MINUTES)
    notes = [one for one in (cost, taught_by(model, name)) if one]
    write_report(out, name, f"`{model}`", designs, results, notes)
    return results


def _features(corpus: Path, model: str) -> DesignFeatures:
    from sevenviews.lab.multiview.features import read_features

    with progress() as bar:
        task = bar.add_task("features", total=None)
        return read_features(corpus, model, lambda count: bar.update(task, completed=count))


def _show(results: list[MethodResult]) -> None:
    from sevenviews.lab.multiview.report import score_cell

    rows = (
        (
            result.name,
            *(score_cell(result.scores, name) for name in ("accuracy", "mutual_information", "purity")),
            result.problem,
        )
        for result in results
    )
    table("clustering of incomplete views, percent", ("method", "ACC", "NMI", "purity", ""), rows)
