"""A step that takes no batch: the fully connected layer is fitted to drawings, and nothing else of the network moves.

A batch in training mode would move the statistics of its normalisation, even at a rate of 0.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from sevenviews.training.config import TrainConfig, WhitenConfig
from sevenviews.training.drawings import DrawingDataset, is_real
from sevenviews.training.models.build import Encoder, make_model
from sevenviews.training.models.encoder import DrawingEncoder
from sevenviews.training.models.whitening import WhitenedBy, weighted_whitening
from sevenviews.training.records import Records
from sevenviews.training.split import Indices, split
from sevenviews.training.start import descriptors
from sevenviews.training.state import save_fitted
from sevenviews.training.validation import measure


def fit(config: TrainConfig, whiten: WhitenConfig, run: Path, dataset: DrawingDataset) -> None:
    """Whiten by all training drawings, as they are, at the side that is deployed; keep the network in its folder.

    `config`: of one step. Raises FileNotFoundError: the initial weights are not there; ValueError: they are of
    another network; or the drawings show nothing to learn.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    device = torch.device("cuda" if config.use_gpu else "cpu")
    model = make_model(config.model).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    parts = split(dataset, config.data, config.seed)
    for branch in model.branches:
        by = _whitened_by(branch, dataset, parts.training, config, whiten)
        branch.whiten_by(weighted_whitening(by, config.model.dimension, whiten.axes, whiten.shrinkage))
    metrics = {"step": 0, "steps": 0, "loss": 0.0, **_validated(model, dataset, parts.validation, config)}
    records = Records(run, -1)
    records.add(metrics)
    records.close()
    # Last: what goes on from here must find the rest.
    save_fitted(model, run)


def _whitened_by(
    model: DrawingEncoder,
    dataset: DrawingDataset,
    training: Indices,
    config: TrainConfig,
    whiten: WhitenConfig,
) -> WhitenedBy:
    side = config.deployed_image_size
    designs = dataset.designs[training]
    real = is_real(dataset, config.data)[designs]
    found = [descriptors(model, dataset, training, side)]
    if whiten.turned:
        for turned in _turned(dataset, training[real]):
            found.append(descriptors(model, turned, np.arange(real.sum()), side))
        designs = np.concatenate([designs, designs[real], designs[real]])
        real = np.concatenate([real, real[real], real[real]])
    described = torch.cat(found)
    of_real = torch.from_numpy(real).to(described.device)
    weights = torch.where(of_real, 1.0, whiten.rendering_weight)
    return WhitenedBy(described, torch.from_numpy(designs).to(described.device), weights, of_real)


def _turned(dataset: DrawingDataset, rows: Indices) -> tuple[DrawingDataset, DrawingDataset]:
    """Some drawings mirrored, and the same by a quarter to the left."""
    pixels = dataset.pixels[rows]
    mirrored, quarter = pixels[:, :, ::-1], np.rot90(pixels, axes=(1, 2))
    return replace(dataset, pixels=mirrored.copy()), replace(dataset, pixels=quarter.copy())


def _validated(
    model: Encoder, dataset: DrawingDataset, validation: Indices, config: TrainConfig
) -> dict[str, float]:
    """As batches are validated, but at the side that is deployed: mAP and Acc@1 of the held-out renderings."""
    found = descriptors(model, dataset, validation, config.deployed_image_size)
    with torch.no_grad():
        return measure(model.embed(found).cpu().numpy(), dataset.designs[validation])
