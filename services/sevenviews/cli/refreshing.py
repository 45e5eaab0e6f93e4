"""`sevenviews refresh` and `sevenviews reembed`: a new model, or a new index, while searches go on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sevenviews.cli.configured import read_config
from sevenviews.cli.console import fail, note, print_json
from sevenviews.cli.extras import needs
from sevenviews.cli.grouped import grouped
from sevenviews.cli.options import JsonOutput
from sevenviews.cli.places import Place
from sevenviews.designs import SevenviewsError
from sevenviews.encoder.bundle import MANIFEST_FILE

if TYPE_CHECKING:
    from sevenviews.backends.refreshes import Refresh
    from sevenviews.encoder.store import ModelStore
    from sevenviews.refresh.config import RefreshConfig
    from sevenviews.refresh.context import Surroundings

# Training reports nothing to Ray's makers.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")


@needs("refresh")
@grouped
def refresh(
    config: Annotated[
        Path | None, typer.Option(help="YAML; see services/sevenviews/refresh/configs/default.yaml.")
    ] = None,
    skip_train: Annotated[
        bool, typer.Option("--skip-train", help="Keep the serving model; make its release anew.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last one if it is unfinished; else begin one.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")
    ] = False,
    *,
    place: Place,
    json_output: JsonOutput = False,
) -> None:
    """Train a new model, prove it, embed every drawing with it, and move the searches over.

    Searches and imports go on meanwhile. A gate that is not passed leaves everything as it was (exit status 3).

    Example:  sevenviews refresh --config refresh.yaml && sevenviews releases list
    """
    from sevenviews.refresh.job import begin
    from sevenviews.refresh.job import resume as go_on
    from sevenviews.refresh.plan import Kind

    loaded = _config(config)
    kind = Kind.REINDEX if skip_train else Kind.REFRESH
    with place.open() as around:
        if dry_run:
            _tell_plan(around, loaded, kind)
            return
        finish(
            lambda: (go_on(around) if resume else None) or begin(around, loaded, kind), around, json_output
        )


@needs("refresh")
@grouped
def reembed(
    release: Annotated[str, typer.Option(help="Id of the release to build or to bring up to date.")],
    model: Annotated[
        str,
        typer.Option(
            help="Version of a model in the store, or a bundle's directory, which is put there; default: the serving "
            "one."
        ),
    ] = "",
    config: Annotated[
        Path | None, typer.Option(help="YAML, as of `refresh`; index and embedding count.")
    ] = None,
    metric: Annotated[
        str,
        typer.Option(help="ip, or hamming: signs only, a bit a dimension; default: the configuration's."),
    ] = "",
    *,
    place: Place,
    json_output: JsonOutput = False,
) -> None:
    """Build a release by hand: other index parameters, or another model. It is verified, and not promoted.

    Example:  sevenviews reembed --release wide --config index.yaml && sevenviews releases promote wide
    """
    from sevenviews.refresh.job import begin
    from sevenviews.refresh.plan import Kind

    loaded = _with_metric(_config(config), metric)
    with place.open() as around:
        version = _version_in_store(around.models, model)
        finish(
            lambda: begin(around, loaded, Kind.REEMBED, release_id=release, model_version=version),
            around,
            json_output,
        )


def _version_in_store(models: ModelStore, model: str) -> str:
    """A version as it is; of a bundle's directory, its own, once it is in the store."""
    if not Path(model, MANIFEST_FILE).is_file():
        return model
    return models.add(Path(model)).version


_REFUSED_EXIT = 3


def finish(run: Callable[[], Refresh], around: Surroundings, json_output: bool) -> None:
    """Run a job to its end, and say how it ended: status 3 if its gate refused the model."""
    from sevenviews.designs import Reason
    from sevenviews.refresh.report import FILE

    try:
        # Ray tells the loss of a worker on the standard output, which is for the answer.
        with redirect_stdout(sys.stderr):
            record = run()
    except SevenviewsError as error:
        if error.reason is not Reason.REFRESH_REFUSED:
            raise
        fail(f"{error.message}. Nothing was changed; the report is in {around.work}", _REFUSED_EXIT)
    report = around.work / record.refresh_id / FILE
    if json_output:
        print_json(
            {
                "refresh_id": record.refresh_id,
                "state": record.state,
                "report": str(report),
                "steps": {one.name: {"seconds": one.seconds, **one.facts} for one in record.steps},
            }
        )
    else:
        note(f"{record.refresh_id}: {record.state}; report: {report}")


def _tell_plan(around: Surroundings, config: RefreshConfig, kind: Any) -> None:
    from sevenviews.refresh.splitting import split_catalogue
    from sevenviews.refresh.steps import STEPS

    ids = list(around.services.patent_ids())
    serving = around.services.serving_release()
    gate = config.gate
    split = split_catalogue(
        ids, gate.held_out_share, gate.held_out_patents, config.learning.catalogue_patents
    )
    note(f"serving: release {serving.release_id}, model {serving.model_version}")
    note(f"catalogue: {len(ids)} patents; {len(split.held_out)} held out, {len(split.training)} to train on")
    for number, step in enumerate(STEPS, 1):
        skipped = kind != "refresh" and step.name in {"train", "evaluate", "gate"}
        note(f"[{number}/{len(STEPS)}] {step.name}: {'skipped' if skipped else step.purpose}")


def _config(path: Path | None) -> RefreshConfig:
    from sevenviews.refresh.config import RefreshConfig

    return RefreshConfig() if path is None else read_config(RefreshConfig.load, path)


def _with_metric(config: RefreshConfig, metric: str) -> RefreshConfig:
    from sevenviews.refresh.config import IndexConfig

    if not metric:
        return config
    chosen = metric.lower()
    if chosen not in {"ip", "hamming"}:
        fail(f"--metric {metric}: neither ip nor hamming", 2)
    index = IndexConfig.model_validate({**config.index.model_dump(), "metric": chosen})
    return config.model_copy(update={"index": index})
