"""What running tests share: three systems, started at their first use, and one Ray for all jobs.

Tests leave a system as others need it: running, and with whatever they like in it. Who needs something particular in
it says so with `emptied` or `filled`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sevenviews.corpus import CorpusPatent, NotADesign, iter_entries
from sevenviews.designs import ImportOutcome, View
from sevenviews.synthetic import write_corpus
from sevenviews.v1 import vectors_pb2
from tests.contract.milvus_server import empty_milvus
from tests.contract.postgresql_server import new_database
from tests.contract.redis_server import running_redis
from tests.contract.s3_server import new_bucket
from tests.models import tiny_bundle
from tests.refreshing import item
from tests.system import System, running_system

DESIGNS = 12
HELD_OUT = 6
SKIPPED_KIND = "UTIL"

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
def patents(tmp_path_factory: pytest.TempPathFactory) -> list[CorpusPatent]:
    """Twenty-four, read: for tests that import patents one at a time."""
    folder = tmp_path_factory.mktemp("archives")
    write_corpus(folder, 24, seed=23, workers=2)
    found = []
    for entry in iter_entries(folder):
        try:
            found.append(entry.read())
        except NotADesign:
            continue
    assert len(found) == 24
    return found


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
    """A tiny model over the embedded default."""
    folder = tmp_path_factory.mktemp("embedded")
    with running_system(folder / "data", "--model", _tiny(folder)) as running:
        yield running


@pytest.fixture(scope="session")
def tiny_server_system(
    tmp_path_factory: pytest.TempPathFactory, milvus_url: str, postgresql_url: str, s3_endpoint: str
) -> Iterator[System]:
    """A tiny model over Milvus, PostgreSQL, S3 and Redis."""
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
        with running_system(folder / "data", *options) as running:
            yield running


TINY_SYSTEMS = {"embedded": "tiny_embedded_system", "servers": "tiny_server_system"}
"""By what they stand on."""


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
    """Without patents, and without any release but the serving one."""
    with system.client() as client:
        while ids := [one.patent_id for one in client.list_patents(page_size=100).patents]:
            client.delete_patents(ids)
    with system.services() as services:
        for release in services.releases():
            if release.state != vectors_pb2.RELEASE_STATE_SERVING:
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
