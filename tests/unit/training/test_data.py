"""Drawings, augmentation, configuration, and a whole small run on Ray."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pydantic import ValidationError

from sevenviews.training.config import DataConfig, TrainConfig
from sevenviews.training.drawings import open_dataset
from sevenviews.training.export import export
from sevenviews.training.split import split
from tests.conftest import ROOT


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    for number in range(8):
        (folder / f"D{number}").mkdir(parents=True)
        for turn, view in enumerate(("front", "back", "left", "top")):
            image = Image.new("1", (200, 200), 1)
            pen = ImageDraw.Draw(image)
            pen.regular_polygon((100, 100, 70), 3 + number, rotation=7 * turn, outline=0, width=3)
            image.save(folder / f"D{number}" / f"{view}.png")
    return folder


def silent(_: object) -> None:
    """Nobody listens."""


def test_the_cache_is_made_once_and_split_by_design(corpus: Path, tmp_path: Path) -> None:
    config = DataConfig(corpora=(corpus,), synthetic_designs=2, cache_side=64, validation_share=0.3)
    said: list[str] = []
    cache = open_dataset(tmp_path / "cache", config, 0, 1, said.append)
    assert cache.pixels.shape == (8 * 4 + 2 * 7, 64, 64)
    assert len(cache.names) == 10
    parts = split(cache, config, seed=0)
    assert len(parts.training) + len(parts.validation) == len(cache.designs)
    assert not set(cache.designs[parts.training]) & set(cache.designs[parts.validation])
    index = next((tmp_path / "cache").rglob("index.json"))
    written = index.stat().st_mtime_ns
    again = open_dataset(tmp_path / "cache", config, 0, 1, said.append)
    assert index.stat().st_mtime_ns == written
    assert again.digest == cache.digest
    assert np.array_equal(again.pixels, cache.pixels)


def test_a_missing_corpus_is_named(tmp_path: Path) -> None:
    config = DataConfig(corpora=(tmp_path / "nowhere",))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        open_dataset(tmp_path / "cache", config, 0, 1, silent)


def test_the_shipped_configuration_is_valid() -> None:
    path = ROOT / "services/sevenviews/training/configs/default.yaml"
    config = TrainConfig.load(path)
    assert config.model.freeze_batch_norm
    assert all(corpus.is_absolute() for corpus in config.data.corpora)


def test_a_typo_in_a_configuration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("name: x\noptimization:\n  stepz: 3\n")
    with pytest.raises(ValidationError, match="stepz"):
        TrainConfig.load(tmp_path / "x.yaml")


def test_a_run_without_a_checkpoint_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        export(tmp_path, tmp_path / "bundle")
