"""What `make demo` installs is enough for the demo, and for all that runs on one machine without training."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.absent import program_without
from tests.conftest import ROOT

ABSENT = {"torch", "torchvision", "onnx", "onnxscript", "sklearn", "skimage", "matplotlib", "faiss"}
"""Milvus Lite brings a faiss of its own; nothing of ours may count on that."""

MODULES = {
    "the command": ["sevenviews.cli.__main__"],
    "demo": ["sevenviews.cli.demo", "sevenviews.cli.picture", "sevenviews.synthetic"],
    "ingest": ["sevenviews.corpus", "sevenviews.corpus.uspto", "sevenviews.corpus.figures"],
    "doctor and releases": ["sevenviews.backends.blocking", "sevenviews.refresh.diff"],
    "reconcile": ["sevenviews.reconcile"],
    "gateway": ["sevenviews.gateway.bootstrap", "sevenviews.gateway.locarno_votes"],
    "embedding": ["sevenviews.embedding.server", "sevenviews.embedding.app"],
    "vectors": ["sevenviews.vectors.servicer", "sevenviews.vectors.milvus_index"],
    "metadata": ["sevenviews.metadata.servicer", "sevenviews.metadata.stores", "sevenviews.metadata.migrate"],
}


@pytest.mark.parametrize("modules", MODULES.values(), ids=MODULES)
def test_it_starts_without_what_trains_and_measures(modules: list[str]) -> None:
    program = program_without(ABSENT, f"import {', '.join(modules)}")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_corpus_is_made_and_read_without_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    """With what is imported on the way: the renderer, the XML, the figures of a sheet, the recognizer of labels."""
    folder = tmp_path_factory.mktemp("corpus")
    work = f"""
from pathlib import Path
from sevenviews.corpus import CorpusPatent, iter_entries
from sevenviews.synthetic import write_corpus

if __name__ == "__main__":
    write_corpus(Path({str(folder)!r}), 2, 0, held_out=1, workers=1)
    (tar,) = Path({str(folder)!r}).glob("*.tar")
    designs = [entry.read() for entry in iter_entries(tar) if "DESIGN" in entry.name]
    assert all(isinstance(one, CorpusPatent) and one.patent.drawings for one in designs), designs
    assert len(designs) == 2
"""
    program = program_without(ABSENT, work)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_extra_of_one_machine_brings_none_of_them() -> None:
    """Named in pyproject.toml, that is; deploy/requirements.py follows the extras that it names."""
    done = subprocess.run(
        [sys.executable, "deploy/requirements.py", "local"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = {Requirement(line).name for line in done.stdout.splitlines()}
    heavy = {
        "torch",
        "torchvision",
        "onnx",
        "onnxscript",
        "scikit-learn",
        "scikit-image",
        "matplotlib",
    }
    assert {"ray", "onnxruntime-gpu", "milvus-lite", "typer"} <= names
    assert not heavy & names


def test_the_least_python_is_the_same_everywhere() -> None:
    """What pyproject.toml promises, and what `make` looks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11"
    assert "sys.version_info < (3, 11)" in (ROOT / "deploy" / "dev" / "venv.sh").read_text()
