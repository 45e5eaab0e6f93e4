"""Hash centres have the properties they are taken for; the losses equal their formulas, values and gradients."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sevenviews.training.hashing.centres import bernoulli_centres, hadamard, hash_centres, label_centres
from sevenviews.training.hashing.csq import (
    CentralSimilarityLoss,
    central_similarity_loss,
    quantisation_loss,
)
from sevenviews.training.hashing.hashnet import WeightedPairwiseLoss, continuation_scale, pair_weights


def distance(one: Tensor, other: Tensor) -> int:
    return int((one != other).sum())


@pytest.mark.parametrize("bits", [1, 2, 16, 32, 64, 128])
def test_rows_of_hadamard_are_orthogonal_and_balanced(bits: int) -> None:
    matrix = hadamard(bits)
    assert torch.equal(matrix.abs(), torch.ones(bits, bits))
    assert torch.equal(matrix @ matrix.T, bits * torch.eye(bits))
    assert torch.equal(matrix.sum(1)[1:], torch.zeros(bits - 1))


@pytest.mark.parametrize("bits", [0, 3, 48])
def test_no_hadamard_of_other_sizes(bits: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        hadamard(bits)


@pytest.mark.parametrize(("classes", "bits"), [(2, 16), (16, 16), (32, 16), (79, 64), (128, 64)])
def test_hadamard_centres_are_half_a_code_apart(classes: int, bits: int) -> None:
    centres = hash_centres(classes, bits)
    assert centres.shape == (classes, bits)
    distances = {distance(a, b) for a, b in combinations(centres, 2)}
    assert distances <= {bits // 2, bits}
    assert bits not in distances or classes > bits


@settings(deadline=None)
@given(st.integers(2, 40), st.sampled_from([24, 48, 96]), st.integers(0, 5))
def test_other_centres_are_coins(classes: int, bits: int, seed: int) -> None:
    centres = hash_centres(classes, bits, seed)
    assert torch.equal(centres, bernoulli_centres(classes, bits, seed))
    assert torch.equal(centres.abs(), torch.ones(classes, bits))
    assert len({tuple(centre.tolist()) for centre in centres}) == classes


def test_coins_are_fair_and_half_a_code_apart_in_the_mean() -> None:
    centres = hash_centres(200, 48)
    distances = [distance(a, b) for a, b in combinations(centres, 2)]
    assert sum(distances) / len(distances) == pytest.approx(24, abs=0.3)
    assert centres.mean().item() == pytest.approx(0, abs=0.03)


def test_more_classes_than_twice_the_bits_fall_back_to_coins() -> None:
    assert torch.equal(hash_centres(33, 16, 3), bernoulli_centres(33, 16, 3))


@pytest.mark.parametrize(
    ("classes", "bits", "message"),
    [(1, 16, "at least 2 classes"), (3, 0, "at least 1 bit"), (9, 3, "8 codes"), (600, 11, "too few")],
)
def test_impossible_centres_are_refused(classes: int, bits: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        hash_centres(classes, bits)


def test_several_labels_take_the_majority() -> None:
    centres = torch.tensor([[1.0, 1, -1, -1], [1, -1, -1, 1], [1, 1, 1, 1]])
    labels = torch.tensor([[1, 0, 0], [1, 1, 1], [1, 1, 0], [1, 1, 0]])
    single, three, two, again = label_centres(labels, centres)
    assert torch.equal(single, centres[0])
    assert three.tolist() == [1, 1, -1, 1]
    # Even bits are coins, tossed alike for equal labels.
    assert (two[0], two[2]) == (1, -1)
    assert torch.equal(two, again)
    assert {tuple(label_centres(labels, centres, seed)[2].tolist()) for seed in range(20)} == {
        (1, a, -1, b) for a in (-1, 1) for b in (-1, 1)
    }


def test_labels_that_name_no_class_are_refused() -> None:
    with pytest.raises(ValueError, match="has no label"):
        label_centres(torch.tensor([[0, 0]]), torch.ones(2, 4))
    with pytest.raises(ValueError, match="does not fit"):
        label_centres(torch.tensor([[1, 0, 0]]), torch.ones(2, 4))


def outputs_of(n: int, bits: int, seed: int = 0) -> Tensor:
    return torch.randn(n, bits, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def gradient(loss: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    place = at.clone().requires_grad_()
    (slope,) = torch.autograd.grad(loss(place), place)
    return slope


def by_differences(loss: Callable[[Tensor], float], at: Tensor, step: float = 1e-5) -> Tensor:
    """The gradient of a plain formula, by central differences."""
    slope = torch.zeros_like(at)
    for index in range(at.numel()):
        shift = torch.zeros_like(at).view(-1)
        shift[index] = step
        shift = shift.view_as(at)
        slope.view(-1)[index] = (loss(at + shift) - loss(at - shift)) / (2 * step)
    return slope


def csq_by_formula(outputs: Tensor, centres: Tensor, weight: float) -> float:
    central = quantisation = 0.0
    for row, centre in zip(outputs.tolist(), centres.tolist(), strict=True):
        for z, sign in zip(row, centre, strict=True):
            code, bit = (1 + math.tanh(z)) / 2, (sign + 1) / 2
            central -= bit * math.log(code) + (1 - bit) * math.log(1 - code)
            quantisation += math.log(math.cosh(abs(2 * code - 1) - 1))
    return (central + weight * quantisation) / outputs.numel()


def test_csq_is_its_formula() -> None:
    outputs, centres = outputs_of(3, 8), hash_centres(5, 8).double()
    labels = torch.eye(5)[[0, 3, 1]]
    loss = CentralSimilarityLoss(centres, quantisation=0.3)
    own = centres[[0, 3, 1]]
    assert loss(outputs, labels).item() == pytest.approx(csq_by_formula(outputs, own, 0.3), rel=1e-10)
    mine = gradient(lambda z: loss(z, labels), outputs)
    theirs = by_differences(lambda z: csq_by_formula(z, own, 0.3), outputs)
    assert torch.allclose(mine, theirs, atol=1e-8)


def test_csq_is_finite_where_codes_are_hard() -> None:
    outputs = torch.tensor([[200.0, -200.0]], requires_grad=True)
    loss = central_similarity_loss(outputs, torch.tensor([[-1.0, -1.0]])) + quantisation_loss(outputs)
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == pytest.approx(200)
    assert outputs.grad is not None
    assert outputs.grad.isfinite().all()


def test_quantisation_spans_its_range() -> None:
    assert quantisation_loss(torch.zeros(2, 4)).item() == pytest.approx(math.log(math.cosh(1)))
    assert quantisation_loss(torch.full((2, 4), 30.0)).item() == pytest.approx(0, abs=1e-7)


def hashnet_by_formula(outputs: Tensor, labels: list[set[int]], alpha: float, beta: float) -> float:
    pairs = list(combinations(range(len(labels)), 2))
    alike = [pair for pair in pairs if labels[pair[0]] & labels[pair[1]]]
    codes = [[math.tanh(beta * z) for z in row] for row in outputs.tolist()]
    total = 0.0
    for i, j in pairs:
        product = alpha / outputs.shape[1] * sum(a * b for a, b in zip(codes[i], codes[j], strict=True))
        if (i, j) in alike:
            overlap = len(labels[i] & labels[j]) / len(labels[i] | labels[j])
            weight, similar = overlap * len(pairs) / len(alike), 1
        else:
            weight, similar = len(pairs) / (len(pairs) - len(alike)), 0
        total += weight * (math.log(1 + math.exp(product)) - similar * product)
    return total / len(pairs)


@pytest.mark.parametrize("beta", [1.0, 2.5])
@pytest.mark.parametrize("labels", [[{0}, {1}, {0}, {2}], [{0, 1}, {1, 2}, {0}, {3}, {1}]])
def test_hashnet_is_its_formula(labels: list[set[int]], beta: float) -> None:
    outputs = outputs_of(len(labels), 6)
    many = torch.tensor([[label in own for label in range(4)] for own in labels])
    loss = WeightedPairwiseLoss(6)
    expected = hashnet_by_formula(outputs, labels, 10.0, beta)
    assert loss(outputs, many, beta).item() == pytest.approx(expected, rel=1e-6)
    mine = gradient(lambda z: loss(z, many, beta), outputs)
    theirs = by_differences(lambda z: hashnet_by_formula(z, labels, 10.0, beta), outputs)
    assert torch.allclose(mine, theirs, atol=1e-6)


def test_similar_and_unlike_pairs_weigh_the_same() -> None:
    similar, weights = pair_weights(torch.eye(3)[[0, 0, 1, 2, 2, 2]])
    pairs = torch.ones(6, 6).triu(1)
    assert (weights * similar * pairs).sum() == pytest.approx((weights * (1 - similar) * pairs).sum())


@pytest.mark.parametrize("rows", [[0, 0, 0], [0, 1, 2]])
def test_a_batch_of_one_kind_of_pairs_has_weight_one(rows: list[int]) -> None:
    _, weights = pair_weights(torch.eye(3)[rows])
    assert torch.equal(weights[torch.ones(3, 3).triu(1) > 0], torch.ones(3))


def test_continuation_begins_at_one_and_grows() -> None:
    scales = [continuation_scale(step) for step in (0, 100, 600)]
    assert scales == [1.0, pytest.approx(1.5**0.5), 2.0]


def test_what_no_pair_can_be_made_of_is_refused() -> None:
    loss = WeightedPairwiseLoss(4)
    with pytest.raises(ValueError, match="at least 2 samples"):
        loss(torch.zeros(1, 4), torch.eye(1))
    with pytest.raises(ValueError, match="has no label"):
        loss(torch.zeros(2, 4), torch.zeros(2, 3))
    with pytest.raises(ValueError, match="beta"):
        loss(torch.zeros(2, 4), torch.eye(2), 0.0)
    with pytest.raises(ValueError, match="positive"):
        WeightedPairwiseLoss(0)
    with pytest.raises(ValueError, match="at least 0"):
        continuation_scale(-1)
    with pytest.raises(ValueError, match="quantisation"):
        CentralSimilarityLoss(hadamard(4), -1.0)
    with pytest.raises(ValueError, match="centres"):
        central_similarity_loss(torch.zeros(2, 4), torch.zeros(2, 3))
