"""One worker of Ray Train: batches, the loss, validation, checkpoints. Every worker runs this."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from ray import train as ray_train
from ray.train.torch import prepare_model
from torch import Tensor, nn

from sevenviews.training.batches import Batches
from sevenviews.training.config import TrainConfig
from sevenviews.training.distributed import from_first, with_global_batch_norm
from sevenviews.training.drawings import DrawingDataset, load_dataset
from sevenviews.training.labels import labelled
from sevenviews.training.records import Records
from sevenviews.training.split import Indices, split
from sevenviews.training.start import begin, descriptors, refit_whitening
from sevenviews.training.state import TrainingState
from sevenviews.training.step import Trained, take_step
from sevenviews.training.validation import measure


def worker(arguments: dict[str, Any]) -> None:
    """Train, from the last checkpoint if there is one.

    Args:
        arguments: "config", a TrainConfig of one step as JSON; "run", the run's folder; "dataset", that of the
            drawings; "digest", theirs.
    """
    config = TrainConfig.model_validate_json(arguments["config"])
    run = Path(arguments["run"])
    rank = ray_train.get_context().get_world_rank()
    torch.set_num_threads(config.threads)
    device = torch.device("cuda", torch.cuda.current_device()) if config.use_gpu else torch.device("cpu")
    dataset = load_dataset(Path(arguments["dataset"]), arguments["digest"])
    parts = split(dataset, config.data, config.seed)
    training, labels = labelled(dataset, parts.training, config.loss)
    state = begin(config, dataset, training, labels, device)
    state.load(run, device)
    records = Records(run, state.step) if rank == 0 else None
    network = _distributed(Trained(state.model, state.loss.level), config)
    batches = Batches(config, dataset, training, labels, rank, device)
    started = time.monotonic()
    losses: list[Tensor] = []
    for batch in batches.from_number(state.step):
        losses.append(take_step(state, network, batch, config))
        if state.step % config.evaluate_every and state.step < config.optimization.steps:
            continue
        if rank == 0:
            speed = len(losses) * config.optimization.batch_size / (time.monotonic() - started)
            if state.loss.level == "pooled":
                refit_whitening(state.model, config, dataset, training)
            metrics = {
                "step": state.step,
                "steps": config.optimization.steps,
                "loss": round(float(torch.stack(losses).mean()), 4),
                "drawings_per_second": round(speed, 1),
                **_validate(state, dataset, parts.validation, config),
            }
        metrics = from_first(metrics if rank == 0 else None)
        is_best = state.note(metrics["validation_map"])
        if records is not None:
            _keep(state, run, records, metrics, is_best and config.patience > 0)
        ray_train.report(metrics)
        losses, started = [], time.monotonic()
        if _is_stale(state, config):
            break
    if records is not None:
        records.close()


def _distributed(network: nn.Module, config: TrainConfig) -> nn.Module:
    if config.workers == 1:
        return network
    prepared: nn.Module = prepare_model(with_global_batch_norm(network))
    return prepared


def _is_stale(state: TrainingState, config: TrainConfig) -> bool:
    return bool(config.patience) and state.stale >= config.patience


def _keep(
    state: TrainingState, run: Path, records: Records, metrics: Mapping[str, float], is_best: bool
) -> None:
    records.add(metrics)
    if is_best:
        state.save_best(run)
    # Last: what goes on from here must find the rest.
    state.save(run)


def _validate(
    state: TrainingState, dataset: DrawingDataset, validation: Indices, config: TrainConfig
) -> dict[str, float]:
    """mAP and Acc@1 of each held-out drawing against all others.

    Where the loss is on the pooled features, and the fully connected layer was not fitted to them, it is they that
    are compared: DeepPatent's rows before retrieval training.
    """
    found = descriptors(state.model, dataset, validation, config.optimization.image_size)
    if state.loss.level == "embedding" or config.optimization.whiten_drawings:
        with torch.no_grad():
            found = state.model.embed(found)
    return measure(found.cpu().numpy(), dataset.designs[validation])
