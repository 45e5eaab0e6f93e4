"""What running tests share: three systems, started at their first use, and one Ray for all jobs.

One system is what a user has, with Ray and the packaged model. The other two are for tests of what surrounds the
embedding: it runs there without Ray, with a tiny model.

Tests leave a system as others need it: running, and with whatever they like in it. Who needs something particular in
it says so with `emptied` or `filled`.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sevenviews.backends.records import ReleaseState
from sevenviews.corpus import CorpusPatent
from sevenviews.designs import STANDARD_VIEWS, Drawing, ImportOutcome, View, drawing_id
from sevenviews.synthetic import design, render, write_corpus
from sevenviews.synthetic.bibliography import patent_of
from sevenviews.synthetic.figures import plan_figures
from tests.contract.milvus_server import empty_milvus
from tests.contract.postgresql_server import new_database
from tests.contract.redis_server import running_redis
from tests.contract.s3_server import new_bucket
from tests.models import tiny_bundle
from tests.refreshing import item, until
from tests.system import LIGHT_UP, System, running_system

DESIGNS = 12
HELD_OUT = 6
SKIPPED_KIND = "UTIL"
_FIRST_INDEX = 1000
"""Far beyond those of the corpus, whose ids these would otherwise be."""

# What is counted or handed on now and then, every second: tests wait for it.
_OFTEN = {
    "RAY_metrics_report_interval_ms": "1000",
    "SEVENVIEWS_VECTORS_RELEASE_METRICS_SECONDS": "1",
    "SEVENVIEWS_METADATA_REFRESH_METRICS_SECONDS": "1",
}


@dataclass(frozen=True, slots=True)
class SyntheticCorpus:
    """Archives, and drawings that are in none of them."""

    folder: Path
    queries: tuple[tuple[Path, str, View], ...]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> SyntheticCorpus:
    """Of twelve designs."""
    folder = tmp_path_factory.mktemp("corpus")
    write_corpus(folder, DESIGNS, seed=5, held_out=HELD_OUT, workers=2)
    with (folder / "queries" / "index.csv").open(newline="") as file:
        rows = [
            (folder / "queries" / row["file"], row["patent_id"], View(row["view"]))
            for row in csv.DictReader(file)
        ]
    return SyntheticCorpus(folder, tuple(rows))


@pytest.fixture(scope="session")
def patents() -> list[CorpusPatent]:
    """Twenty-four that are in no corpus, four views each: for tests that import patents one at a time."""
    return [_drawn(_FIRST_INDEX + number) for number in range(24)]


def _drawn(index: int) -> CorpusPatent:
    """As a reader gives it; without a sheet that must be read first."""
    made = design(23, index)
    patent = patent_of(made, plan_figures(made, held_out=False))
    drawings = [
        Drawing(drawing_id(patent.patent_id, 1, number), 1, view, figure_number=str(number))
        for number, view in enumerate(STANDARD_VIEWS[:4], 1)
    ]
    contents = {one.drawing_id: _png(render(made, one.view, 384)) for one in drawings}
    return CorpusPatent(replace(patent, drawings=tuple(drawings)), contents)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


@pytest.fixture(scope="session")
def packaged_system(tmp_path_factory: pytest.TempPathFactory, corpus: SyntheticCorpus) -> Iterator[System]:
    """The packaged model over the embedded default, with the corpus imported, one search, and metrics."""
    folder = tmp_path_factory.mktemp("packaged") / "data"
    with running_system(folder, "--metrics", environment=_OFTEN) as running:
        report = running.json_of_process("ingest", corpus.folder)
        assert report["patents"]["created"] == DESIGNS, report
        assert running.json("search", corpus.queries[0][0])["hits"]
        yield running


@pytest.fixture(scope="session")
def tiny_embedded_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A tiny model over the embedded default, without Ray."""
    folder = tmp_path_factory.mktemp("embedded")
    with running_system(folder / "data", "--model", _tiny(folder), program=LIGHT_UP) as running:
        yield running


@pytest.fixture(scope="session")
def tiny_server_system(
    tmp_path_factory: pytest.TempPathFactory, milvus_url: str, postgresql_url: str, s3_endpoint: str
) -> Iterator[System]:
    """A tiny model over Milvus, PostgreSQL, S3 and Redis, without Ray."""
    folder = tmp_path_factory.mktemp("servers")
    empty_milvus(milvus_url)
    with running_redis() as redis:
        options: tuple[str | Path, ...] = (
            *("--model", _tiny(folder)),
            *("--vectors-url", milvus_url),
            *("--database-url", new_database(postgresql_url)),
            *("--drawings-url", new_bucket(s3_endpoint)),
            *("--cache-url", redis.url),
        )
        with running_system(folder / "data", *options, program=LIGHT_UP) as running:
            yield running


TINY_SYSTEMS = {"embedded": "tiny_embedded_system", "servers": "tiny_server_system"}
"""By what they stand on."""


def with_corpus(system: System, corpus: SyntheticCorpus) -> System:
    """With the corpus alone, and one release: of the first model."""
    with system.client() as client:
        ids = {one.patent_id for one in client.list_patents(page_size=100).patents}
    with system.services() as services:
        releases, first = services.releases(), services.models()[0]
    of_the_corpus = len(ids) == DESIGNS and ids > {patent_id for _, patent_id, _ in corpus.queries}
    if not of_the_corpus or [one.model_version for one in releases] != [first.model_version]:
        report = emptied(system).json("ingest", corpus.folder)
        assert report["patents"]["created"] == DESIGNS, report
    return system


@pytest.fixture(scope="session")
def ray_address() -> Iterator[str]:
    """A Ray in this process: its jobs take it without being told, others by this address."""
    import ray

    from sevenviews.local_ray import start_local_ray

    # Four logical cores, whatever the machine has.
    start_local_ray(num_cpus=4, include_dashboard=False, log_to_driver=False)
    yield ray.get_runtime_context().gcs_address
    ray.shutdown()


def emptied(system: System) -> System:
    """As at its start: without patents, and with the first model's release alone, if there is any."""
    with system.client() as client:
        while ids := [one.patent_id for one in client.list_patents(page_size=100).patents]:
            client.delete_patents(ids)
    with system.services() as services:
        releases = services.releases()
        kept = [one.release_id for one in releases if one.state == ReleaseState.SERVING]
        first = services.models()[0]
        if kept and services.serving_release().model_version != first.model_version:
            kept = [f"first-again-{uuid.uuid4().hex[:8]}"]
            services.create_release(kept[0], first)
            services.complete_release(kept[0], {})
            services.promote(kept[0])
            query = _png(render(design(0, 0), View.FRONT, 128))
            with system.client() as client:
                until(lambda: client.search([query]).release_id == kept[0], 10)
        for release in releases:
            if release.release_id not in kept:
                services.retire(release.release_id)
    return system


def filled(system: System, patents: Sequence[CorpusPatent]) -> System:
    """With these patents alone, and one release."""
    with emptied(system).client() as client:
        for result in client.import_patents(item(one) for one in patents):
            assert result.outcome is ImportOutcome.CREATED, result
    return system


def _tiny(folder: Path) -> Path:
    return tiny_bundle(folder / "model", dimension=64, image_size=64)
