"""Every loss against its formula, written out anew with loops: values, and gradients by autograd of the formula."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from pydantic import TypeAdapter, ValidationError
from pytorch_metric_learning.losses import NTXentLoss
from torch import Tensor, nn

from sevenviews.training.losses.arcface import ArcFace
from sevenviews.training.losses.base import RetrievalLoss
from sevenviews.training.losses.config import LossConfig, Mining
from sevenviews.training.losses.registry import make_loss

CLASSES, DIMENSION = 4, 5
MIXED = [0, 1, 2, 1, 0, 0, 3]
NO_POSITIVE = [0, 1, 2, 3]
ONE_CLASS = [2, 2, 2]
LABELS = [MIXED, NO_POSITIVE, ONE_CLASS]

SETTINGS: list[dict[str, Any]] = [
    {"kind": "arcface"},
    {"kind": "arcface", "focal": 1.5, "margin": 0.5},
    {"kind": "arcface", "subcentres": 3},
    {"kind": "triplet"},
    {"kind": "triplet", "softmax_weight": 0.5},
    {"kind": "contrastive"},
    {"kind": "info_nce"},
    {"kind": "classification"},
]


def make(**settings: Any) -> RetrievalLoss:
    config: LossConfig = TypeAdapter(LossConfig).validate_python(settings)
    torch.manual_seed(3)
    return make_loss(config, CLASSES, DIMENSION).double()


def vectors(count: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    units = nn.functional.normalize(
        torch.randn(count, DIMENSION, generator=generator, dtype=torch.float64), dim=1
    )
    return units.requires_grad_()


def assert_equal(loss: RetrievalLoss, labels: list[int], formula: Callable[[Tensor], Tensor]) -> None:
    """Values and gradients, for several batches."""
    for seed in range(5):
        theirs = vectors(len(labels), seed)
        mine = theirs.detach().clone().requires_grad_()
        actual, expected = loss(theirs, torch.tensor(labels)), formula(mine)
        assert actual.item() == pytest.approx(expected.item(), rel=1e-6, abs=1e-9)
        (gradient,) = torch.autograd.grad(actual, theirs)
        (wanted,) = torch.autograd.grad(expected, mine)
        assert torch.allclose(gradient, wanted, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize(("focal", "subcentres"), [(0.0, 1), (1.5, 1), (0.0, 3), (2.0, 2)])
@pytest.mark.parametrize("margin", [0.0, 0.5, 1.5])
def test_arcface(labels: list[int], focal: float, subcentres: int, margin: float) -> None:
    loss = make(kind="arcface", scale=16, margin=margin, focal=focal, subcentres=subcentres)
    assert isinstance(loss, ArcFace)
    centres = nn.functional.normalize(loss.centres.W.detach(), dim=0)

    def formula(x: Tensor) -> Tensor:
        total = torch.zeros((), dtype=torch.float64)
        for row, label in zip(x, labels, strict=True):
            unit = row / row.norm()
            cosine = [
                torch.stack([unit @ centres[:, j * subcentres + k] for k in range(subcentres)]).max()
                for j in range(CLASSES)
            ]
            angle = torch.acos(cosine[label])
            true = (
                torch.cos(angle + margin)
                if angle + margin <= math.pi
                else cosine[label] - margin * math.sin(margin)
            )
            others = [16 * one for j, one in enumerate(cosine) if j != label]
            share = torch.softmax(torch.stack([16 * true, *others]), 0)[0]
            total = total + (1 - share) ** focal * -torch.log(share)
        return total / len(labels)

    assert_equal(loss, labels, formula)


def test_a_drawing_on_its_centre_breaks_nothing() -> None:
    loss = make(kind="arcface")
    means = torch.eye(CLASSES, DIMENSION, dtype=torch.float64)
    loss.start_at(means)
    on_centre = means[:2].clone().requires_grad_()
    loss(on_centre, torch.tensor([0, 1])).backward()
    assert on_centre.grad is not None
    assert on_centre.grad.isfinite().all()
    assert all(one.grad is not None and one.grad.isfinite().all() for one in loss.parameters())


def test_a_focal_loss_of_nothing_has_no_slope() -> None:
    loss = make(kind="arcface", focal=0.5, scale=4000, margin=0)
    loss.start_at(torch.eye(CLASSES, DIMENSION, dtype=torch.float64))
    on_centre = torch.eye(2, DIMENSION, dtype=torch.float64, requires_grad=True)
    value = loss(on_centre, torch.tensor([0, 1]))
    (gradient,) = torch.autograd.grad(value, on_centre)
    assert value.item() == 0
    assert not gradient.any()


def test_sub_centres_begin_near_their_mean_and_apart() -> None:
    loss = make(kind="arcface", subcentres=2)
    assert isinstance(loss, ArcFace)
    means = torch.eye(CLASSES, DIMENSION, dtype=torch.float64)
    loss.start_at(means)
    centres = nn.functional.normalize(loss.centres.W.detach().T, dim=1).view(CLASSES, 2, DIMENSION)
    assert ((centres * means[:, None]).sum(2) > 0.9).all()
    assert ((centres[:, 0] * centres[:, 1]).sum(1) < 0.99999).all()


def hard(x: Tensor, labels: list[int], anchor: int) -> tuple[list[int], list[int]]:
    """The farthest match and the nearest other, by plain loops; empty where there is none."""
    distance = [(x[anchor] - other).norm().item() for other in x]
    matches = [j for j in range(len(labels)) if labels[j] == labels[anchor] and j != anchor]
    others = [j for j in range(len(labels)) if labels[j] != labels[anchor]]
    return sorted(matches, key=lambda j: -distance[j])[:1], sorted(others, key=lambda j: distance[j])[:1]


def triplets(x: Tensor, labels: list[int], mining: Mining) -> list[tuple[int, int, int]]:
    n = len(labels)
    if mining == "all":
        return [
            (a, p, q)
            for a, p, q in itertools.permutations(range(n), 3)
            if labels[a] == labels[p] and labels[a] != labels[q]
        ]
    found = []
    for a in range(n):
        positives, _ = hard(x, labels, a)
        for p in positives:
            far = (x[a] - x[p]).norm().item()
            others = [(x[a] - x[q]).norm().item() for q in range(n)]
            negatives = [
                q for q in range(n) if labels[q] != labels[a] and (mining == "hard" or others[q] > far)
            ]
            found += [(a, p, q) for q in sorted(negatives, key=lambda q: others[q])[:1]]
    return found


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("mining", ["hard", "semihard", "all"])
@pytest.mark.parametrize("weight", [0.0, 0.3])
def test_triplet(labels: list[int], mining: Mining, weight: float) -> None:
    margin = 0.8
    loss = make(kind="triplet", margin=margin, mining=mining, softmax_weight=weight)

    def formula(x: Tensor) -> Tensor:
        terms = [
            torch.relu(margin + ((x[a] - x[p]) ** 2).sum() - ((x[a] - x[q]) ** 2).sum()) / 2
            for a, p, q in triplets(x.detach(), labels, mining)
        ]
        value = torch.stack(terms).mean() if terms else (x * 0).sum()
        if weight:
            matrix, shift = (one.detach() for one in loss.parameters())
            chances = torch.softmax(x @ matrix.T + shift, 1)
            value = value - weight * torch.log(chances[range(len(labels)), labels]).mean()
        return value

    assert_equal(loss, labels, formula)


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("mining", ["hard", "all"])
def test_contrastive(labels: list[int], mining: Mining) -> None:
    margin = 1.2
    loss = make(kind="contrastive", margin=margin, mining=mining)

    def formula(x: Tensor) -> Tensor:
        n = len(labels)
        if mining == "hard":
            chosen = [hard(x.detach(), labels, a) for a in range(n)]
            positive = [(a, p) for a in range(n) for p in chosen[a][0]]
            negative = [(a, q) for a in range(n) for q in chosen[a][1]]
        else:
            pairs = list(itertools.permutations(range(n), 2))
            positive = [(a, p) for a, p in pairs if labels[a] == labels[p]]
            negative = [(a, q) for a, q in pairs if labels[a] != labels[q]]
        value = (x * 0).sum()
        if positive:
            value = value + torch.stack([((x[a] - x[p]) ** 2).sum() / 2 for a, p in positive]).mean()
        if negative:
            near = [torch.relu(margin - ((x[a] - x[q]) ** 2).sum().sqrt()) ** 2 / 2 for a, q in negative]
            value = value + torch.stack(near).mean()
        return value

    assert_equal(loss, labels, formula)


def test_two_alike_drawings_of_two_patents_break_nothing() -> None:
    for settings in SETTINGS:
        alike = torch.ones(4, DIMENSION, dtype=torch.float64, requires_grad=True)
        (gradient,) = torch.autograd.grad(make(**settings)(alike, torch.tensor([0, 0, 1, 1])), alike)
        assert gradient.isfinite().all()


@pytest.mark.parametrize("labels", LABELS)
def test_info_nce(labels: list[int]) -> None:
    temperature = 0.2
    loss = make(kind="info_nce", temperature=temperature)

    def formula(x: Tensor) -> Tensor:
        terms = []
        for q, k in itertools.permutations(range(len(labels)), 2):
            if labels[q] != labels[k]:
                continue

            def likeness(i: int, j: int) -> Tensor:
                return torch.exp(x[i] @ x[j] / (x[i].norm() * x[j].norm()) / temperature)

            negatives = [likeness(q, j) for j in range(len(labels)) if labels[j] != labels[q]]
            terms.append(-torch.log(likeness(q, k) / (likeness(q, k) + sum(negatives))))
        return torch.stack(terms).mean() if terms else (x * 0).sum()

    assert_equal(loss, labels, formula)


def test_info_nce_is_what_the_library_has() -> None:
    x = vectors(len(MIXED))
    theirs = NTXentLoss(temperature=0.07)(x, torch.tensor(MIXED))
    assert make(kind="info_nce")(x, torch.tensor(MIXED)).item() == pytest.approx(theirs.item(), rel=1e-6)


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_classification(labels: list[int], smoothing: float) -> None:
    loss = make(kind="classification", label_smoothing=smoothing)
    assert loss.level == "pooled"
    matrix, shift = (one.detach() for one in loss.parameters())

    def formula(x: Tensor) -> Tensor:
        terms = []
        for row, label in zip(x, labels, strict=True):
            logits = matrix @ row + shift
            logs = logits - torch.log(torch.exp(logits).sum())
            wanted = torch.full((CLASSES,), smoothing / CLASSES, dtype=torch.float64)
            wanted[label] += 1 - smoothing
            terms.append(-(wanted * logs).sum())
        return torch.stack(terms).mean()

    assert_equal(loss, labels, formula)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_gradients_of_a_loss_are_its_slopes(settings: dict[str, Any]) -> None:
    """Finite differences, of the vectors and of the loss's own parameters."""
    loss = make(**settings)
    labels = torch.tensor(MIXED)
    x = vectors(len(MIXED), seed=7)
    gradients = torch.autograd.grad(loss(x, labels), [x, *loss.parameters()])
    step = 1e-6
    for variable, gradient in zip([x, *loss.parameters()], gradients, strict=True):
        flat = variable.detach().view(-1)
        for at in range(0, len(flat), 7):
            before = flat[at].item()
            flat[at] = before + step
            above = loss(x, labels).item()
            flat[at] = before - step
            below = loss(x, labels).item()
            flat[at] = before
            assert gradient.reshape(-1)[at].item() == pytest.approx((above - below) / (2 * step), abs=1e-4)


@pytest.mark.parametrize("settings", [one for one in SETTINGS if one["kind"] in {"triplet", "info_nce"}][::2])
@pytest.mark.parametrize("labels", [NO_POSITIVE, ONE_CLASS])
def test_nothing_to_learn_is_a_loss_of_zero(settings: dict[str, Any], labels: list[int]) -> None:
    x = vectors(len(labels))
    value = make(**settings)(x, torch.tensor(labels))
    (gradient,) = torch.autograd.grad(value, x)
    assert value.item() == 0
    assert not gradient.any()


def test_an_unknown_loss_or_setting_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValidationError, match="no kind 'arcfase'; did you mean 'arcface'"):
        make(kind="arcfase")
    with pytest.raises(ValidationError, match="no 'marjin' here; did you mean 'margin'"):
        make(kind="triplet", marjin=0.2)
    with pytest.raises(ValidationError, match="there are arcface, classification, contrastive"):
        make(kind="zzz")
