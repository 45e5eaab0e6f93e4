"""A step that takes no batch: the fully connected layer is fitted to drawings, and nothing else of the network moves.

A batch in training mode would move the statistics of its normalisation, even at a rate of 0.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sevenviews.training.config import TrainConfig, WhitenConfig
from sevenviews.training.drawings import DrawingDataset, is_real
from sevenviews.training.models.build import Encoder, make_model
from sevenviews.training.models.weighted_whitening import WhitenedBy, weighted_whitening
from sevenviews.training.records import Records
from sevenviews.training.split import split
from sevenviews.training.start import descriptors
from sevenviews.training.state import save_fitted
from sevenviews.training.validation import measure


def fit(config: TrainConfig, whiten: WhitenConfig, run: Path, dataset: DrawingDataset) -> None:
    """Whiten by all training drawings, as they are, at the side that is deployed; keep the network in its folder.

    Args:
        config: of one step.
        whiten: how.
        run: the folder of the step.
        dataset: all drawings.

    Raises:
        FileNotFoundError: the initial weights are not there.
        ValueError: they are of another network; or the drawings show nothing to learn.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    device = torch.device("cuda" if config.use_gpu else "cpu")
    model = make_model(config.model).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    parts = split(dataset, config.data, config.seed)
    for branch in model.branches:
        found = descriptors(branch, dataset, parts.training, config.deployed_image_size, device)
        by = _whitened_by(found, dataset, parts.training, config, whiten.rendering_weight)
        branch.whiten_by(weighted_whitening(by, config.model.dimension, whiten.axes, whiten.shrinkage))
    metrics = {"step": 0, "steps": 0, "loss": 0.0, **_validated(model, dataset, parts.validation, config)}
    records = Records(run, -1)
    records.add(metrics)
    records.close()
    # Last: what goes on from here must find the rest.
    save_fitted(model, run)


def _whitened_by(
    found: Tensor,
    dataset: DrawingDataset,
    training: npt.NDArray[np.int64],
    config: TrainConfig,
    rendering_weight: float,
) -> WhitenedBy:
    designs = dataset.designs[training]
    real = torch.from_numpy(is_real(dataset, config.data)[designs]).to(found.device)
    weights = torch.where(real, 1.0, rendering_weight)
    return WhitenedBy(found, torch.from_numpy(designs).to(found.device), weights, real)


def _validated(
    model: Encoder, dataset: DrawingDataset, validation: npt.NDArray[np.int64], config: TrainConfig
) -> dict[str, float]:
    """As batches are validated, but at the side that is deployed: mAP and Acc@1 of the held-out renderings."""
    device = next(model.parameters()).device
    found = descriptors(model, dataset, validation, config.deployed_image_size, device)
    with torch.no_grad():
        return measure(model.embed(found).cpu().numpy(), dataset.designs[validation])
