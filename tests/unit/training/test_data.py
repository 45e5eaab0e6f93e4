"""Drawings, augmentation, configuration, and a whole small run on Ray."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from pydantic import ValidationError

from sevenviews.training.augment import augment
from sevenviews.training.config import AugmentationConfig, DataConfig, TrainConfig
from sevenviews.training.drawings import open_dataset
from sevenviews.training.export import export
from sevenviews.training.run import load_config, train
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


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    paper = torch.full((6, 1, 96, 96), 255, dtype=torch.uint8)
    paper[:, :, 20:76, 46:50] = 0
    paper[:, :, 46:50, 20:76] = 0
    return paper, torch.tensor([0, 0, 0, 1, 1, 1])


def test_augmentation_is_decided_by_its_generator() -> None:
    paper, designs = batch()
    made = [
        augment(paper, designs, 64, AugmentationConfig(), torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2)
    ]
    assert made[0].shape == (6, 1, 64, 64)
    assert made[0].dtype == torch.uint8
    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])


def test_without_augmentation_a_drawing_is_only_resized() -> None:
    paper, designs = batch()
    still = AugmentationConfig(
        rotation_degrees=0, scale=0, shift=0, flip=0, thicken=0, dash=0, erase=0, blur=0
    )
    same = augment(paper, designs, 96, still, torch.Generator().manual_seed(0))
    assert (same.int() - paper.int()).abs().max() <= 1


def test_drawings_of_one_design_share_their_hand() -> None:
    paper, designs = batch()
    thick = AugmentationConfig(
        rotation_degrees=0, scale=0, shift=0, flip=0, thicken=0.5, dash=0, erase=0, blur=0
    )
    seen = set()
    for seed in range(12):
        made = augment(paper, designs, 96, thick, torch.Generator().manual_seed(seed))
        ink = (made < 128).sum((1, 2, 3))
        assert len(set(ink[:3].tolist())) == len(set(ink[3:].tolist())) == 1
        seen.add((int(ink[0]), int(ink[3])))
    assert len(seen) == 4  # thin or thick, for either design on its own


def test_the_shipped_configuration_is_valid() -> None:
    path = ROOT / "services/sevenviews/training/configs/default.yaml"
    config = TrainConfig.load(path)
    assert config.model.freeze_batch_norm
    assert all(corpus.is_absolute() for corpus in config.data.corpora)


def test_a_typo_in_a_configuration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("name: x\noptimization:\n  stepz: 3\n")
    with pytest.raises(ValidationError, match="stepz"):
        TrainConfig.load(tmp_path / "x.yaml")


def test_a_small_run_trains_continues_and_exports(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(
        f"""
name: small
data: {{corpora: [{corpus}], cache_side: 64, validation_share: 0.3}}
model: {{backbone: mobilenet_v2, dimension: 16}}
optimization: {{steps: 4, batch_size: 8, drawings_per_design: 2, image_size: 64, whiten_drawings: 16}}
deployed_image_size: 64
evaluate_every: 2
threads: 1
bfloat16: false
"""
    )
    config = TrainConfig.load(tmp_path / "x.yaml")
    advanced: list[float] = []
    result = train(config, tmp_path / "run", silent, lambda metrics: advanced.append(metrics["step"]))
    assert [one["step"] for one in result.metrics] == advanced == [2, 4]
    assert load_config(tmp_path / "run") == config
    again = train(config, tmp_path / "run", silent)
    # Nothing was left to do.
    assert len(again.metrics) == 2
    bundle = export(tmp_path / "run", tmp_path / "bundle")
    assert bundle.manifest.training["validation"]["step"] == 4
    with pytest.raises(ValueError, match="another configuration"):
        train(config.model_copy(update={"seed": 9}), tmp_path / "run", silent)


def test_a_run_without_a_checkpoint_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        export(tmp_path, tmp_path / "bundle")
