"""What a step begins with, and the batches that it is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sevenviews.training.batches import Batches
from sevenviews.training.config import TrainConfig
from sevenviews.training.drawings import DrawingDataset
from sevenviews.training.export import line_drawings
from sevenviews.training.models.encoder import DrawingEncoder
from sevenviews.training.places import CHECKPOINT, CONFIG_FILE
from sevenviews.training.sampling import companions
from sevenviews.training.start import begin

DESIGNS, OF_EACH, SIDE = 12, 4, 64


def dataset() -> DrawingDataset:
    """Designs of one drawing, shifted a little for each of its views."""
    drawn = line_drawings(DESIGNS, SIDE)[:, 0]
    pixels = np.stack([np.roll(one, 3 * view, 1) for one in drawn for view in range(OF_EACH)])
    designs = np.repeat(np.arange(DESIGNS), OF_EACH)
    names = tuple(f"D{number}" for number in range(DESIGNS))
    return DrawingDataset(pixels, designs, names, ("",) * DESIGNS, "digest")


def config_of(**settings: Any) -> TrainConfig:
    given: dict[str, Any] = {
        "name": "start",
        "model": {"backbone": "line_resnet", "width": 16, "levels": 2, "vlad_words": 4, "dimension": 8},
        "loss": {"kind": "info_nce"},
        "augmentation": {"join": 1.0, "faint": 0.5},
        "optimization": {
            "steps": 3,
            "batch_size": 16,
            "drawings_per_design": 4,
            "image_size": 32,
            "whiten_drawings": 40,
            "whitening": "discriminative",
        },
        "bfloat16": False,
    }
    return TrainConfig.model_validate({**given, **settings})


def begun(config: TrainConfig) -> DrawingEncoder:
    drawings = dataset()
    rows = np.arange(len(drawings.designs))
    state = begin(config, drawings, rows, drawings.designs, torch.device("cpu"))
    assert isinstance(state.model, DrawingEncoder)
    return state.model


def test_words_and_whitening_begin_at_the_drawings() -> None:
    model = begun(config_of())
    assert model.vlad is not None
    words = model.vlad.words.detach()
    assert torch.allclose(words.norm(dim=1), torch.ones(4), atol=1e-5)
    torch.manual_seed(0)
    assert not torch.allclose(words, DrawingEncoder(config_of().model).vlad.words, atol=1e-2)  # type: ignore[union-attr]
    with torch.no_grad():
        found = model(torch.from_numpy(dataset().pixels)[:, None]).unflatten(0, (DESIGNS, OF_EACH))
    # Without a step of training, views of one design already lie closer than those of different ones.
    within = (found @ found.transpose(1, 2)).mean()
    assert within > (found.flatten(0, 1) @ found.flatten(0, 1).T).mean() + 0.1


def test_words_of_an_earlier_step_are_kept(tmp_path: Path) -> None:
    before = begun(config_of())
    torch.save({"model": before.state_dict()}, tmp_path / CHECKPOINT)
    (tmp_path / CONFIG_FILE).write_text(config_of().model_dump_json())
    model = config_of().model.model_copy(update={"initial_weights": str(tmp_path)})
    after = begun(config_of(seed=5).model_copy(update={"model": model}))
    assert before.vlad is not None
    assert after.vlad is not None
    assert torch.equal(before.vlad.words, after.vlad.words)


def test_companions_of_a_design_are_of_one_design() -> None:
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(30), 5))
    rows = np.concatenate([np.flatnonzero(labels == label)[:4] for label in range(8)])
    found = companions(labels, rows, 4, np.random.default_rng(1))
    of_groups = labels[found].reshape(8, 4)
    assert (of_groups == of_groups[:, :1]).all()
    assert len(set(of_groups[:, 0])) > 4
    assert (found == companions(labels, rows, 4, np.random.default_rng(1))).all()


@pytest.mark.parametrize("join", [0.0, 1.0])
def test_two_workers_get_between_them_what_one_would(join: float) -> None:
    drawings = dataset()
    rows = np.arange(len(drawings.designs))

    def batch(workers: int, rank: int) -> torch.Tensor:
        config = config_of(workers=workers, augmentation={"join": join})
        batches = Batches(config, drawings, rows, drawings.designs, rank, torch.device("cpu"))
        return next(batches.from_number(0)).drawings

    assert torch.equal(torch.cat([batch(2, 0), batch(2, 1)]), batch(1, 0))
