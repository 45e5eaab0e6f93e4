"""`sevenviews refresh` and `sevenviews reembed`: a new model, or a new index, while searches go on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sevenviews.cli.console import fail, fail_with, note, print_json
from sevenviews.cli.local import Addresses as LocalAddresses
from sevenviews.cli.local import LocalStores
from sevenviews.cli.options import JsonOutput
from sevenviews.designs import SevenviewsError
from sevenviews.encoder.bundle import MANIFEST_FILE
from sevenviews.runtime.security import ClientTls

if TYPE_CHECKING:
    from sevenviews.encoder.store import ModelStore
    from sevenviews.refresh.config import RefreshConfig
    from sevenviews.refresh.job import Surroundings
    from sevenviews.refresh.record import Refresh

# Training reports nothing to Ray's makers.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

_PREFIX = "SEVENVIEWS_REFRESH_"

Data = Annotated[Path, typer.Option(help="Data directory of `sevenviews up`.", envvar=_PREFIX + "DATA")]
Embedding = Annotated[
    str,
    typer.Option(
        help="The embedding service, HOST:PORT, on a cluster.", envvar=_PREFIX + "EMBEDDING_ADDRESS"
    ),
]
Vectors = Annotated[str, typer.Option(help="The vector service.", envvar=_PREFIX + "VECTORS_ADDRESS")]
Metadata = Annotated[str, typer.Option(help="The metadata service.", envvar=_PREFIX + "METADATA_ADDRESS")]
Drawings = Annotated[
    str,
    typer.Option(help="The object store, as the metadata service takes it.", envvar=_PREFIX + "DRAWINGS_URL"),
]
Models = Annotated[
    Path | None,
    typer.Option(help="The model store of the embedding service.", envvar=_PREFIX + "MODEL_STORE"),
]
Work = Annotated[
    Path | None,
    typer.Option(help="Where runs keep what they need to be resumed.", envvar=_PREFIX + "WORK"),
]
Lock = Annotated[
    str,
    typer.Option(help="redis://HOST:PORT/DB, or file://PATH on one machine.", envvar=_PREFIX + "LOCK_URL"),
]
RayAddress = Annotated[
    str, typer.Option(help="'local', 'auto', or HOST:PORT of a Ray cluster.", envvar=_PREFIX + "RAY_ADDRESS")
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything is, as the options say."""

    data: Path
    embedding: str
    vectors: str
    metadata: str
    drawings_url: str
    models: Path | None
    work: Path | None
    lock_url: str
    ray_address: str = "local"

    @contextmanager
    def open(self) -> Iterator[Surroundings]:
        """Ends the command where the options do not say enough."""
        from sevenviews.encoder.store import ModelStore
        from sevenviews.refresh.job import Surroundings
        from sevenviews.refresh.lock import open_lock
        from sevenviews.refresh.services import Addresses, Services

        given = (
            self.embedding,
            self.vectors,
            self.metadata,
            self.drawings_url,
            self.models,
            self.work,
            self.lock_url,
        )
        if all(given):
            addresses = Addresses(
                self.embedding, self.vectors, self.metadata, self.drawings_url, backend_tls()
            )
            models, work, lock_url = self.models, self.work, self.lock_url
        elif any(given):
            fail(
                "on a cluster give --embedding, --vectors, --metadata, --drawings-url, --model-store, --work and "
                "--lock-url together; on one machine --data alone",
                2,
            )
        else:
            local, stores = _local(self.data)
            addresses = Addresses(local.embedding, local.vectors, local.metadata, stores.drawings_url)
            models, work, lock_url = stores.models, stores.work, stores.lock_url
        assert models is not None and work is not None  # noqa: S101, PT018 - either branch gives them
        try:
            lock = open_lock(lock_url)
        except ValueError as error:
            fail(str(error), 2)
        services = Services(addresses, _PATIENCE_SECONDS)
        try:
            yield Surroundings(services, ModelStore(models), work, lock, self.ray_address, note)
        finally:
            services.close()


_PATIENCE_SECONDS = 120.0


def backend_tls() -> ClientTls | None:
    """As the environment says: SEVENVIEWS_REFRESH_CA, and _CERTIFICATE with _KEY where services demand one."""
    ca, certificate, key = (os.environ.get(_PREFIX + name) for name in ("CA", "CERTIFICATE", "KEY"))
    if not ca:
        return None
    return ClientTls(Path(ca), Path(certificate) if certificate else None, Path(key) if key else None)


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
    data: Data = Path(".sevenviews"),
    embedding: Embedding = "",
    vectors: Vectors = "",
    metadata: Metadata = "",
    drawings_url: Drawings = "",
    model_store: Models = None,
    work: Work = None,
    lock_url: Lock = "",
    ray_address: RayAddress = "local",
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
    place = Place(data, embedding, vectors, metadata, drawings_url, model_store, work, lock_url, ray_address)
    with place.open() as around:
        if dry_run:
            _tell_plan(around, loaded, kind)
            return
        _finish(
            lambda: (go_on(around) if resume else None) or begin(around, loaded, kind), around, json_output
        )


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
    data: Data = Path(".sevenviews"),
    embedding: Embedding = "",
    vectors: Vectors = "",
    metadata: Metadata = "",
    drawings_url: Drawings = "",
    model_store: Models = None,
    work: Work = None,
    lock_url: Lock = "",
    ray_address: RayAddress = "local",
    json_output: JsonOutput = False,
) -> None:
    """Build a release by hand: other index parameters, or another model. It is verified, and not promoted.

    Example:  sevenviews reembed --release wide --config index.yaml && sevenviews releases promote wide
    """
    from sevenviews.refresh.job import begin
    from sevenviews.refresh.plan import Kind

    loaded = _with_metric(_config(config), metric)
    place = Place(data, embedding, vectors, metadata, drawings_url, model_store, work, lock_url, ray_address)
    with place.open() as around:
        version = _version_in_store(around.models, model)
        _finish(
            lambda: begin(around, loaded, Kind.REEMBED, release_id=release, model_version=version),
            around,
            json_output,
        )


def _version_in_store(models: ModelStore, model: str) -> str:
    """A version as it is; of a bundle's directory, its own, once it is in the store."""
    if not Path(model, MANIFEST_FILE).is_file():
        return model
    try:
        return models.add(Path(model)).version
    except SevenviewsError as error:
        fail_with(error)


_REFUSED_EXIT = 3


def _finish(run: Any, around: Surroundings, json_output: bool) -> None:
    from sevenviews.designs import Reason
    from sevenviews.refresh.report import FILE

    try:
        record: Refresh = run()
    except SevenviewsError as error:
        if error.reason is Reason.REFRESH_REFUSED:
            fail(f"{error.message}. Nothing was changed; the report is in {around.work}", _REFUSED_EXIT)
        fail_with(error)
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

    try:
        ids = list(around.services.patent_ids())
        serving = around.services.serving_release()
    except SevenviewsError as error:
        fail_with(error)
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
    import yaml
    from pydantic import ValidationError

    from sevenviews.refresh.config import RefreshConfig

    if path is None:
        return RefreshConfig()
    try:
        return RefreshConfig.load(path)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        fail(f"{path}: {error}", 2)


def _with_metric(config: RefreshConfig, metric: str) -> RefreshConfig:
    from sevenviews.refresh.config import IndexConfig

    if not metric:
        return config
    chosen = metric.lower()
    if chosen not in {"ip", "hamming"}:
        fail(f"--metric {metric}: neither ip nor hamming", 2)
    index = IndexConfig.model_validate({**config.index.model_dump(), "metric": chosen})
    return config.model_copy(update={"index": index})


def _local(data: Path) -> tuple[LocalAddresses, LocalStores]:
    try:
        return LocalAddresses.read(data), LocalStores.read(data)
    except FileNotFoundError:
        fail(f"nothing runs on {data}; start it with: sevenviews up --data {data}", 2)
