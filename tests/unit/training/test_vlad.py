"""NetVLAD against its formula, written out place by place."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.encoder import DrawingEncoder
from sevenviews.training.models.pooling import NetVlad

CHANNELS, WORDS = 5, 3


def features(count: int = 2) -> torch.Tensor:
    return torch.rand(count, CHANNELS, 4, 6, generator=torch.Generator().manual_seed(0))


def by_hand(maps: np.ndarray, words: np.ndarray) -> np.ndarray:
    """One drawing's [c, h, w], in double precision and in loops."""
    residuals = np.zeros(words.shape)
    for place in maps.reshape(len(maps), -1).T:
        length = np.linalg.norm(place)
        unit = place / length
        similar = np.exp(20 * words @ unit)
        for word, share in enumerate(similar / similar.sum()):
            residuals[word] += length * share * (unit - words[word])
    roots = np.sign(residuals) * np.sqrt(np.abs(residuals))
    each = roots / np.linalg.norm(roots, axis=1, keepdims=True)
    return np.asarray(each.ravel() / np.linalg.norm(each))


def test_it_is_its_formula() -> None:
    layer = NetVlad(CHANNELS, WORDS)
    with torch.no_grad():
        found = layer(features()).double().numpy()
    words = layer.words.detach().double().numpy()
    for one, vector in zip(features().double().numpy(), found, strict=True):
        # The epsilon under the root moves it a little.
        assert float(by_hand(one, words) @ vector) > 0.999


def test_blank_paper_and_its_gradient_are_finite() -> None:
    layer = NetVlad(CHANNELS, WORDS)
    blank = torch.zeros(2, CHANNELS, 4, 4, requires_grad=True)
    layer(blank).sum().backward()
    assert blank.grad is not None
    assert blank.grad.isfinite().all()
    assert layer.words.grad is not None
    assert layer.words.grad.isfinite().all()


def test_words_begin_at_what_is_seen() -> None:
    layer = NetVlad(CHANNELS, WORDS)
    kinds = torch.eye(CHANNELS)[:WORDS] + 0.01
    chance = torch.Generator().manual_seed(0)
    places = kinds[torch.randint(0, WORDS, (4 * 16 * 16,), generator=chance)]
    places = places * (0.5 + torch.rand(len(places), 1, generator=chance))
    places[::2] *= 1e-3  # paper
    layer.start_at(places.reshape(4, 16, 16, CHANNELS).permute(0, 3, 1, 2), seed=0)
    similar = layer.words.detach() @ torch.nn.functional.normalize(kinds, dim=1).T
    assert similar.amax(1).min() > 0.999
    assert set(similar.argmax(1).tolist()) == set(range(WORDS))
    with pytest.raises(ValueError, match="1 places cannot be gathered into 3 words"):
        layer.start_at(torch.rand(1, CHANNELS, 1, 2), seed=0)


def test_it_stands_beside_the_means_of_the_stages_as_long_as_they_are() -> None:
    torch.manual_seed(0)
    config = ModelConfig(backbone="line_resnet", width=16, levels=2, vlad_words=WORDS, dimension=8)
    model = DrawingEncoder(config).eval()
    assert model.channels == 64 + 128 + WORDS * 64
    drawings = torch.randint(
        0, 256, (2, 1, 64, 64), generator=torch.Generator().manual_seed(1), dtype=torch.uint8
    )
    with torch.no_grad():
        pooled = model.pooled(drawings)
        assert model(drawings).norm(dim=1).allclose(torch.ones(2))
    for part in (pooled[:, : 64 + 128], pooled[:, 64 + 128 :]):
        assert torch.allclose(part.norm(dim=1), torch.ones(2), atol=1e-5)
