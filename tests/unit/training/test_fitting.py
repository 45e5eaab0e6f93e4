"""A step that takes no batch, from drawings to a bundle; and the whitening that it fits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from sevenviews.encoder.session import EncoderSession
from sevenviews.lab.sets import PatentSet, patents_of
from sevenviews.training.config import TrainConfig
from sevenviews.training.drawings import is_real, open_dataset
from sevenviews.training.export import export, load_model
from sevenviews.training.models.build import make_model
from sevenviews.training.models.whitening import WhitenedBy, weighted_whitening
from sevenviews.training.run import train
from sevenviews.training.split import split


def descriptors_of(seed: int = 0) -> WhitenedBy:
    """Eight real designs and forty renderings, of four each; the first channel is noise within designs."""
    chance = torch.Generator().manual_seed(seed)
    designs = torch.arange(48).repeat_interleave(4)
    real = designs < 8
    centres = torch.randn(48, 6, generator=chance)
    found = centres[designs] + 0.1 * torch.randn(len(designs), 6, generator=chance)
    found[:, 0] += 5 * torch.randn(len(designs), generator=chance)
    found[~real] += 30  # another kind of drawing altogether
    return WhitenedBy(found, designs, torch.where(real, 1.0, 0.1), real)


def test_what_differs_within_designs_counts_little() -> None:
    by = descriptors_of()
    found = weighted_whitening(by, dimension=6, axes=6, shrinkage=0.01)
    gains = found.weight.norm(dim=0)
    assert float(gains[0]) < 0.2 * float(gains[1:].min())


def test_real_drawings_are_the_middle_whatever_renderings_look_like() -> None:
    by = descriptors_of()
    found = weighted_whitening(by, dimension=4, axes=6, shrinkage=0.1)
    middle = by.descriptors[by.real].mean(0) @ found.weight.T + found.bias
    assert torch.allclose(middle, torch.zeros(4), atol=1e-3)
    moved = WhitenedBy(by.descriptors + 7 * ~by.real[:, None], by.designs, by.weights, by.real)
    again = weighted_whitening(moved, dimension=4, axes=6, shrinkage=0.1)
    assert torch.allclose(again.weight.abs(), found.weight.abs(), atol=1e-3)


def test_all_alike_it_is_the_discriminative_whitening() -> None:
    by = descriptors_of()
    real = torch.ones_like(by.real)
    found = weighted_whitening(WhitenedBy(by.descriptors, by.designs, torch.ones(192), real), 6, 6, 0.1)
    vectors = by.descriptors @ found.weight.T + found.bias
    centres = torch.stack([vectors[by.designs == one].mean(0) for one in range(48)])
    within = vectors - centres[by.designs]
    covariance = within.T @ within / len(within)
    # Shrunk toward the mean of all variances, the noise of the first channel, so no variance is above 1.
    assert torch.linalg.eigvalsh(covariance).max() <= 1
    assert torch.allclose(torch.linalg.eigvalsh(covariance).max(), torch.tensor(1.0), atol=0.2)


def test_there_is_something_to_learn_or_it_is_said() -> None:
    by = descriptors_of()
    with pytest.raises(ValueError, match="no drawing of a real patent"):
        weighted_whitening(WhitenedBy(by.descriptors, by.designs, by.weights, by.real & False), 4, 6, 0.1)
    apart = torch.arange(len(by.designs))
    with pytest.raises(ValueError, match="no design has two"):
        weighted_whitening(WhitenedBy(by.descriptors, apart, by.weights, by.real), 4, 6, 0.1)


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    """Whole sheets of two patents to learn from, and of one to report on, that must not be learned from."""
    folder = tmp_path / "sheets"
    learned, reported = patents_of(PatentSet.DEVELOPMENT)[:2], patents_of(PatentSet.REPORT)[:1]
    for number, patent in enumerate((*learned, *reported)):
        (folder / patent).mkdir(parents=True)
        for sheet in range(3):
            image = Image.new("1", (1200, 1600), 1)
            pen = ImageDraw.Draw(image)
            pen.regular_polygon(
                (600, 800, 400 + 30 * sheet), 3 + number, rotation=20 * sheet, outline=0, width=6
            )
            image.save(folder / patent / f"D0000{sheet + 1}.png")
    return folder


def config_of(sheets: Path) -> TrainConfig:
    return TrainConfig.model_validate(
        {
            "name": "fitted",
            "data": {
                "sheets": [str(sheets)],
                "synthetic_designs": 4,
                "cache_side": 64,
                "validation_share": 0.4,
            },
            "model": {"backbone": "resnet18", "dimension": 4},
            "whiten": {"axes": 8, "turned": True},
            "deployed_image_size": 64,
            "threads": 1,
            "bfloat16": False,
        }
    )


def test_of_sheets_the_development_set_alone_is_taken_and_none_is_held_out(
    sheets: Path, tmp_path: Path
) -> None:
    config = config_of(sheets)
    dataset = open_dataset(tmp_path / "cache", config.data, 0, 1, lambda _: None)
    real = is_real(dataset, config.data)
    assert {name for name, one in zip(dataset.names, real, strict=True) if one} == set(
        patents_of(PatentSet.DEVELOPMENT)[:2]
    )
    held_out = split(dataset, config.data, 0).validation
    assert len(held_out)
    assert not real[dataset.designs[held_out]].any()


def test_a_step_without_batches_moves_the_last_layer_alone(sheets: Path, tmp_path: Path) -> None:
    config = config_of(sheets)
    result = train(config, tmp_path / "run", lambda _: None)
    (metrics,) = result.metrics
    assert metrics["step"] == 0
    assert 0 < metrics["validation_map"] <= 1
    fitted = load_model(tmp_path / "run", config).state_dict()
    torch.manual_seed(config.seed)
    for name, before in make_model(config.model).state_dict().items():
        assert torch.equal(before, fitted[name]) == (not name.startswith("whiten.")), name
    said: list[str] = []
    train(config, tmp_path / "run", said.append)
    assert "run is done already, skipping" in said
    bundle = export(tmp_path / "run", tmp_path / "bundle")
    embedded = EncoderSession(bundle).embed(np.full((2, 1, 64, 64), 255, np.uint8))
    assert np.allclose(np.linalg.norm(embedded, axis=1), 1, atol=1e-5)


def test_whitening_needs_sheets_to_learn_from() -> None:
    with pytest.raises(ValueError, match=r"data\.sheets"):
        TrainConfig.model_validate({"name": "none", "whiten": {}})
