"""Classification by category: where categories come from, and what is said where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from sevenviews.training.batches import Batches
from sevenviews.training.config import DataConfig, OptimizationConfig, TrainConfig
from sevenviews.training.drawings import DrawingDataset, open_dataset
from sevenviews.training.labels import check_categories, labelled
from sevenviews.training.losses.classification import Classification
from sevenviews.training.losses.config import ClassificationConfig
from sevenviews.training.models.config import ModelConfig
from sevenviews.training.run import train
from sevenviews.training.split import split
from sevenviews.training.start import begin
from sevenviews.training.step import Trained, take_step
from tests.conftest import ROOT

BY_CATEGORY = ClassificationConfig(by="category")
KINDS = ("brick", "plate", "")


def views(folder: Path, categories: tuple[str, ...]) -> Path:
    """Nine designs of two views, their categories in turn; no index.csv without any."""
    for number in range(9):
        (folder / f"D{number}").mkdir(parents=True)
        for turn, view in enumerate(("front", "back")):
            image = Image.new("1", (80, 80), 1)
            pen = ImageDraw.Draw(image)
            pen.regular_polygon((40, 40, 30), 3 + number % 3, rotation=7 * turn, outline=0, width=3)
            # So that no design is kin of another.
            pen.line((40, 40, 4 + 9 * number, 12 + 30 * (number % 2)), fill=0, width=3)
            image.save(folder / f"D{number}" / f"{view}.png")
    if categories:
        rows = [f"D{number},{categories[number % len(categories)]},x,front|back" for number in range(9)]
        (folder / "index.csv").write_text("\n".join(["id,category,title,views", *rows]))
    return folder


def config_of(*corpora: Path, synthetic: int = 0) -> TrainConfig:
    return TrainConfig(
        name="categories",
        data=DataConfig(corpora=corpora, synthetic_designs=synthetic, cache_side=64, validation_share=0.25),
        model=ModelConfig(backbone="mobilenet_v3_small", dimension=8),
        loss=BY_CATEGORY,
        optimization=OptimizationConfig(
            batch_size=8,
            drawings_per_design=1,
            image_size=32,
            backbone_rate=1e-3,
            head_rate=1e-2,
            warmup_steps=0,
        ),
        threads=1,
        bfloat16=False,
    )


def opened(config: TrainConfig, folder: Path) -> DrawingDataset:
    return open_dataset(folder, config.data, config.seed, 1, lambda _: None)


def test_categories_are_the_corpus_own_or_else_locarno(tmp_path: Path) -> None:
    config = config_of(views(tmp_path / "own", KINDS), views(tmp_path / "none", ()), synthetic=2)
    dataset = opened(config, tmp_path / "cache")
    assert dataset.categories[:9] == KINDS * 3
    assert set(dataset.categories[9:18]) == {""}
    assert all(name.startswith("Locarno ") for name in dataset.categories[18:])
    assert dataset.origins == (0,) * 9 + (1,) * 9 + (2,) * 2
    again = opened(config, tmp_path / "cache")
    assert (again.categories, again.origins) == (dataset.categories, dataset.origins)


def test_a_corpus_without_categories_is_named(tmp_path: Path) -> None:
    own, none = views(tmp_path / "own", KINDS), views(tmp_path / "none", ())
    check_categories(opened(config_of(own, synthetic=2), tmp_path / "cache"), config_of(own).data)
    config = config_of(own, none)
    with pytest.raises(ValueError, match=f"no design of {none} has one"):
        check_categories(opened(config, tmp_path / "cache"), config.data)
    # Before anything is trained, and before Ray is started.
    with pytest.raises(ValueError, match=r"loss\.by: category: no design of .*Leave the corpus out"):
        train(config, tmp_path / "run", lambda _: None)


def test_one_category_cannot_be_told_from_another(tmp_path: Path) -> None:
    config = config_of(views(tmp_path / "own", ("brick", "")))
    with pytest.raises(ValueError, match="tell 1 categories; 2 are needed"):
        train(config, tmp_path / "run", lambda _: None)


def test_a_network_learns_them(tmp_path: Path) -> None:
    config = config_of(views(tmp_path / "own", KINDS))
    dataset = opened(config, tmp_path / "cache")
    training, labels = labelled(dataset, split(dataset, config.data, config.seed).training, BY_CATEGORY)
    named = [dataset.categories[design] for design in dataset.designs[training]]
    assert [("brick", "plate")[label] for label in labels] == named
    state = begin(config, dataset, training, labels, torch.device("cpu"))
    assert isinstance(state.loss, Classification)
    assert state.loss.classifier.out_features == 2
    network = Trained(state.model, state.loss.level)
    batches = Batches(config, dataset, training, labels, 0, torch.device("cpu"))
    numbers = zip(range(24), batches.from_number(0), strict=False)
    losses = [float(take_step(state, network, batch, config)) for _, batch in numbers]
    assert np.median(losses[-8:]) < 0.5 * np.median(losses[:4])


LDRAW = ROOT.parent / "shared/data/ldraw-views.tar.gz"
USPTO = ROOT.parent / "shared/data/uspto"


@pytest.mark.slow
@pytest.mark.skipif(not LDRAW.is_file(), reason=f"needs ../shared/data/{LDRAW.name}")
@pytest.mark.skipif(not USPTO.is_dir(), reason="needs ../shared/data/uspto")
def test_real_corpora_have_categories(tmp_path: Path) -> None:
    data = config_of(LDRAW, USPTO).data.model_copy(update={"most_designs": 12})
    config = config_of().model_copy(update={"data": data})
    dataset = opened(config, tmp_path)
    check_categories(dataset, config.data)
    by_origin = {
        origin: {name for at, name in zip(dataset.origins, dataset.categories, strict=True) if at == origin}
        for origin in (0, 1)
    }
    assert len(by_origin[0]) > 1
    assert not [name for name in by_origin[0] if name.startswith("Locarno")]
    assert all(name.startswith("Locarno ") for name in by_origin[1])
