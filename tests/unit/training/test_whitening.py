"""Whitenings, by what they do to covariances."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.encoder import DrawingEncoder
from sevenviews.training.models.whitening import discriminative_whitening, pca_whitening

CHANNELS, DESIGNS, OF_EACH = 12, 400, 4


def pairs() -> tuple[torch.Tensor, torch.Tensor]:
    """Designs lie apart along the first axes, drawings of one design along the last, three times as far."""
    chance = torch.Generator().manual_seed(0)
    designs = torch.arange(DESIGNS).repeat_interleave(OF_EACH)
    between = torch.cat([torch.ones(4), torch.zeros(CHANNELS - 4)])
    within = torch.cat([torch.full((CHANNELS - 4,), 0.1), torch.full((4,), 3.0)])
    places = torch.randn(DESIGNS, CHANNELS, generator=chance) * between
    return places[designs] + torch.randn(len(designs), CHANNELS, generator=chance) * within + 3, designs


def found_first(vectors: torch.Tensor, designs: torch.Tensor) -> float:
    """Share of drawings whose nearest other one is of their design."""
    units = torch.nn.functional.normalize(vectors, dim=1)
    nearest = (units @ units.T).fill_diagonal_(-2).argmax(1)
    return float((designs[nearest] == designs).float().mean())


def test_what_differs_within_designs_counts_little() -> None:
    descriptors, designs = pairs()
    plain = pca_whitening(descriptors, 4)
    learned = discriminative_whitening(descriptors, designs, 4)
    of_plain, of_learned = (
        found_first(descriptors @ one.weight.T + one.bias, designs) for one in (plain, learned)
    )
    assert of_plain < 0.1
    assert of_learned > 0.5


def test_the_covariance_within_designs_comes_out_as_the_shrunk_formula_says() -> None:
    descriptors, designs = pairs()
    affine = discriminative_whitening(descriptors, designs, CHANNELS)
    mapped = (descriptors @ affine.weight.T + affine.bias).double().numpy()
    assert np.abs(mapped.mean(0)).max() < 1e-3

    def within(points: np.ndarray) -> np.ndarray:
        centred = points.reshape(DESIGNS, OF_EACH, -1)
        centred = (centred - centred.mean(1, keepdims=True)).reshape(len(points), -1)
        return np.asarray(centred.T @ centred / len(points))

    variances = np.linalg.eigvalsh(within(descriptors.double().numpy()))
    expected = variances / (variances + 0.1 * variances.mean())
    assert np.allclose(np.linalg.eigvalsh(within(mapped)), expected, rtol=0.01)
    # The axes of the whole come out apart from each other, the widest first.
    whole = np.cov(mapped.T)
    assert np.abs(whole - np.diag(whole.diagonal())).max() < 1e-3 * whole.max()
    assert (np.diff(whole.diagonal()) <= 1e-6).all()


def test_fewer_drawings_than_dimensions_leave_the_other_rows() -> None:
    torch.manual_seed(0)
    model = DrawingEncoder(ModelConfig(backbone="resnet18", dimension=16))
    before = model.whiten.weight.detach().clone()
    model.start_whitened(torch.randn(8, 512), torch.arange(8) // 2)
    assert torch.equal(model.whiten.weight[8:], before[8:])
    assert not torch.equal(model.whiten.weight[:8], before[:8])


def test_without_a_pair_there_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="no design has two drawings"):
        discriminative_whitening(torch.randn(5, 3), torch.arange(5), 2)
