"""One running system and one synthetic corpus for all end-to-end tests: starting them takes seconds."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sevenviews.corpus import CorpusPatent
from sevenviews.designs import View
from sevenviews.synthetic import write_corpus
from tests.refreshing import read_patents
from tests.system import System, running_system

DESIGNS = 12
SKIPPED_KIND = "UTIL"


@dataclass(frozen=True, slots=True)
class SyntheticCorpus:
    """Archives, and drawings that are in none of them."""

    folder: Path
    queries: tuple[tuple[Path, str, View], ...]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> SyntheticCorpus:
    folder = tmp_path_factory.mktemp("corpus")
    write_corpus(folder, DESIGNS, seed=5, held_out=6, workers=2)
    with (folder / "queries" / "index.csv").open(newline="") as file:
        rows = [
            (folder / "queries" / row["file"], row["patent_id"], View(row["view"]))
            for row in csv.DictReader(file)
        ]
    return SyntheticCorpus(folder, tuple(rows))


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory, corpus: SyntheticCorpus) -> Iterator[System]:
    """The packaged model over the embedded default, with the corpus imported."""
    with running_system(tmp_path_factory.mktemp("system") / "data") as running:
        report = running.json("ingest", corpus.folder)
        assert report["patents"]["created"] == DESIGNS, report
        yield running


@pytest.fixture(scope="session")
def patents(tmp_path_factory: pytest.TempPathFactory) -> list[CorpusPatent]:
    """A small corpus, read: for tests that import patents one at a time."""
    return read_patents(tmp_path_factory.mktemp("archives"))
