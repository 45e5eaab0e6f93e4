"""GeM over the cells of a grid, against its formula written out place by place."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.encoder import DrawingEncoder
from sevenviews.training.models.pooling import GridGeM

CHANNELS, CELLS = 3, 2


def features(height: int = 5, width: int = 7) -> torch.Tensor:
    return torch.rand(2, CHANNELS, height, width, generator=torch.Generator().manual_seed(0))


def by_hand(maps: np.ndarray, p: float) -> np.ndarray:
    """One drawing's [c, h, w], in double precision and in loops."""
    channels, height, width = maps.shape
    found = np.zeros((channels, CELLS, CELLS))
    for row in range(CELLS):
        for column in range(CELLS):
            total = weights = 0.0
            for y in range(height):
                for x in range(width):
                    down = abs((y + 0.5) / height - (row + 0.5) / CELLS) * CELLS
                    right = abs((x + 0.5) / width - (column + 0.5) / CELLS) * CELLS
                    weight = max(0, 1 - down) * max(0, 1 - right)
                    weights += weight
                    total = total + weight * maps[:, y, x] ** p
            found[:, row, column] = (total / weights) ** (1 / p)
    return np.asarray(found.ravel() / np.linalg.norm(found))


@pytest.mark.parametrize("p", [1.0, 3.0])
def test_it_is_its_formula(p: float) -> None:
    found = GridGeM(CELLS, p)(features()).double().numpy()
    for one, vector in zip(features().double().numpy(), found, strict=True):
        assert by_hand(one, p) == pytest.approx(vector, abs=1e-5)


def test_one_form_at_another_place_is_another_vector_and_a_small_shift_is_not() -> None:
    def blob(row: int, column: int) -> torch.Tensor:
        maps = torch.zeros(1, 1, 32, 32)
        maps[:, :, row : row + 4, column : column + 4] = 1
        found: torch.Tensor = GridGeM(4, 1.0)(maps)[0]
        return found

    home, near, far = blob(10, 10), blob(11, 11), blob(10, 22)
    assert float(home @ near) > 0.9
    assert float(home @ far) < 0.1


def test_blank_paper_and_maps_smaller_than_the_grid_are_finite() -> None:
    for height, width in ((4, 4), (1, 1), (2, 1)):
        blank = torch.zeros(1, CHANNELS, height, width, requires_grad=True)
        made = GridGeM(4, 3.0)(blank)
        made.sum().backward()
        assert made.isfinite().all()
        assert blank.grad is not None
        assert blank.grad.isfinite().all()


def test_it_stands_beside_the_other_parts_as_long_as_they_are() -> None:
    torch.manual_seed(0)
    config = ModelConfig(
        backbone="line_resnet", width=16, levels=2, vlad_words=4, grid_cells=CELLS, dimension=8
    )
    model = DrawingEncoder(config).eval()
    assert model.channels == 64 + 128 + 4 * 64 + CELLS**2 * 64
    drawings = torch.randint(
        0, 256, (2, 1, 64, 64), generator=torch.Generator().manual_seed(1), dtype=torch.uint8
    )
    with torch.no_grad():
        parts = torch.split(model.pooled(drawings), [192, 256, CELLS**2 * 64], 1)
        assert model(drawings).norm(dim=1).allclose(torch.ones(2))
    for part in parts:
        assert torch.allclose(part.norm(dim=1), torch.ones(2), atol=1e-5)


def test_of_a_single_level_the_last_stage_is_taken() -> None:
    model = DrawingEncoder(ModelConfig(backbone="resnet18", grid_cells=CELLS, dimension=8)).eval()
    assert model.channels == 512 + CELLS**2 * 512
    with torch.no_grad():
        assert model(torch.zeros(1, 1, 64, 64, dtype=torch.uint8)).shape == (1, 8)
