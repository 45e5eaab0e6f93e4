"""The programs that check the deployment's files, and one running system that the metrics are read from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from sevenviews.synthetic import write_corpus
from tests.system import System, running_system


@pytest.fixture(scope="session")
def promtool() -> str:
    """Prometheus' own checker, of Debian's package `prometheus`."""
    return _program("promtool")


@pytest.fixture(scope="session")
def prometheus_program() -> str:
    """Prometheus itself, of the same package."""
    return _program("prometheus")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here: apt-get install --no-install-recommends prometheus")
    return found


@pytest.fixture(scope="session")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system with metrics that has imported two patents and searched once."""
    corpus = tmp_path_factory.mktemp("corpus")
    write_corpus(corpus, 2, seed=11, held_out=1, workers=1)
    (query,) = (corpus / "queries").glob("*.png")
    with running_system(tmp_path_factory.mktemp("observed") / "data", "--metrics") as system:
        assert system.json("ingest", corpus)["patents"]["created"] == 2
        assert system.json("search", query, "--limit", "1")["hits"]
        yield system
