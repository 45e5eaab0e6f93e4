"""How a step begins: the network, the loss and the optimiser, before the first batch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from sevenviews.training.augmentation import change, draw_changes
from sevenviews.training.config import TrainConfig
from sevenviews.training.distributed import share_start
from sevenviews.training.drawings import DrawingDataset
from sevenviews.training.labels import tree_of
from sevenviews.training.losses.base import RetrievalLoss
from sevenviews.training.losses.registry import make_loss
from sevenviews.training.models.build import Encoder, make_model
from sevenviews.training.optimizers import make_optimizer
from sevenviews.training.sampling import BatchSampler
from sevenviews.training.split import Indices
from sevenviews.training.state import TrainingState

_BATCH = 64

_WORD_DRAWINGS = 256
"""That NetVLAD's words are found in: some hundred thousand places."""


def begin(
    config: TrainConfig, dataset: DrawingDataset, training: Indices, labels: Indices, device: torch.device
) -> TrainingState:
    """Make all that a step needs.

    Args:
        config: of one step.
        training: those that are trained on.
        labels: of each of those, what the loss tells apart.
    """
    torch.manual_seed(config.seed)
    # Depthwise convolutions on a CPU are twenty times slower in the other layout.
    model = make_model(config.model).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    _start_words(model, config, dataset, training)
    refit_whitening(model, config, dataset, training)
    classes = int(labels.max()) + 1
    level = "pooled" if config.loss.kind == "classification" else "embedding"
    dimension = model.channels if level == "pooled" else config.model.dimension
    tree = torch.from_numpy(tree_of(dataset, training)) if config.loss.kind == "hierarchical" else None
    loss = make_loss(config.loss, classes, dimension, tree).to(device)
    if config.optimization.whiten_drawings and config.loss.kind == "arcface":
        _start_classes(loss, model, dataset, training, labels, config)
    share_start(loss.parameters())
    if loss.level == "pooled":
        for branch in model.branches:
            branch.whiten.requires_grad_(False)
    return TrainingState(model, loss, _optimizer(config, model, loss))


def refit_whitening(model: Encoder, config: TrainConfig, dataset: DrawingDataset, training: Indices) -> None:
    """Let the fully connected layer be a whitening of some of the drawings, if that was asked for."""
    options = config.optimization
    if not options.whiten_drawings:
        return
    if options.whitening == "discriminative":
        rows = _of_some_designs(config, dataset.designs[training])
        chosen, of_each = training[rows], torch.from_numpy(dataset.designs[training[rows]])
        for branch in model.branches:
            found = _described(branch, _augmented(config, dataset, chosen, _device(branch)))
            branch.start_whitened(found, of_each.to(found.device))
        return
    chosen = _some(config, training, options.whiten_drawings)
    for branch in model.branches:
        branch.start_whitened(descriptors(branch, dataset, chosen, options.image_size))


def _start_words(model: Encoder, config: TrainConfig, dataset: DrawingDataset, training: Indices) -> None:
    """Let NetVLAD's words begin at what the network sees, unless it begins as a run or a bundle has ended."""
    path = config.model.weights_path
    if not config.model.vlad_words or (path is not None and path.is_dir()):
        return
    chosen = _some(config, training, _WORD_DRAWINGS)
    for branch in model.branches:
        branch.start_words(torch.cat(list(_augmented(config, dataset, chosen, _device(branch)))), config.seed)


def _some(config: TrainConfig, training: Indices, count: int) -> Indices:
    chance = np.random.default_rng(config.seed)
    return np.sort(chance.choice(training, min(count, len(training)), replace=False))


def _of_some_designs(config: TrainConfig, designs: Indices) -> Indices:
    """Rows of as many drawings as are to be whitened by, several of each of their designs."""
    of_each = max(2, config.optimization.drawings_per_design)
    wanted = min(config.optimization.whiten_drawings // of_each, len(np.unique(designs)))
    return BatchSampler(designs, wanted * of_each, of_each, config.seed).batch(0)


def _augmented(
    config: TrainConfig, dataset: DrawingDataset, indices: Indices, device: torch.device
) -> Iterator[Tensor]:
    """Drawings as training sees them, uint8 [some, 1, side, side] after another; nothing is joined to them."""
    generator = torch.Generator().manual_seed(config.seed)
    designs = torch.from_numpy(dataset.designs[indices])
    changes = draw_changes(designs, config.augmentation, generator)
    for at in range(0, len(indices), _BATCH):
        rows = slice(at, at + _BATCH)
        paper = torch.from_numpy(dataset.pixels[indices[rows]])[:, None].to(device)
        yield change(paper, changes.of(rows).to(device), config.optimization.image_size)


def descriptors(model: Encoder, dataset: DrawingDataset, indices: Indices, side: int) -> Tensor:
    """What is whitened, of drawings as they are: [n, channels], unit length."""
    return _described(model, _unchanged(dataset, indices, side, _device(model)))


def _unchanged(
    dataset: DrawingDataset, indices: Indices, side: int, device: torch.device
) -> Iterator[Tensor]:
    for at in range(0, len(indices), _BATCH):
        paper = torch.from_numpy(dataset.pixels[indices[at : at + _BATCH]])[:, None].to(device).float()
        if side < paper.shape[-1]:
            paper = nn.functional.interpolate(paper, size=(side, side), mode="bilinear", antialias=True)
        yield paper.round().to(torch.uint8)


@torch.no_grad()
def _described(model: Encoder, drawings: Iterator[Tensor]) -> Tensor:
    model.eval()
    return torch.cat([model.descriptors(some) for some in drawings])


@torch.no_grad()
def _start_classes(
    loss: RetrievalLoss,
    model: Encoder,
    dataset: DrawingDataset,
    training: Indices,
    labels: Indices,
    config: TrainConfig,
) -> None:
    """Let each class begin where its drawings lie.

    With few steps for many classes, random centres would first tear a good initial space apart.
    """
    found = model.embed(descriptors(model, dataset, training, config.optimization.image_size))
    sums = torch.zeros(int(labels.max()) + 1, found.shape[1], device=found.device)
    sums.index_add_(0, torch.from_numpy(labels).to(found.device), found)
    loss.start_at(sums)


def _device(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


def _optimizer(config: TrainConfig, model: Encoder, loss: RetrievalLoss) -> torch.optim.Optimizer:
    options = config.optimization
    head = [one for branch in model.branches for one in branch.whiten.parameters() if one.requires_grad]
    in_head = {id(one) for branch in model.branches for one in branch.whiten.parameters()}
    backbone = [one for one in model.parameters() if id(one) not in in_head]
    groups = [
        {"params": backbone, "lr": options.backbone_rate, "peak": options.backbone_rate},
        {"params": [*head, *loss.parameters()], "lr": options.head_rate, "peak": options.head_rate},
    ]
    return make_optimizer(options.optimizer, groups, options.weight_decay)
