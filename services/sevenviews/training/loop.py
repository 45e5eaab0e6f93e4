"""One worker of Ray Train: batches, ArcFace, validation, checkpoints. Every worker runs this."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pytorch_metric_learning.losses import ArcFaceLoss
from pytorch_metric_learning.samplers import MPerClassSampler
from ray import train as ray_train
from ray.train.torch import prepare_model
from torch import Tensor, nn

from sevenviews.lab.metrics import Relevance, evaluate_ranking
from sevenviews.training.augment import augment
from sevenviews.training.config import TrainConfig
from sevenviews.training.drawings import DrawingCache, open_cache
from sevenviews.training.model import DrawingEncoder

CHECKPOINT = "checkpoint.pt"
METRICS = "metrics.jsonl"
_GRADIENT_NORM = 5.0
_VALIDATION_BATCH = 64


@dataclass(slots=True)
class _State:
    """All that a checkpoint keeps."""

    model: DrawingEncoder
    loss: ArcFaceLoss
    optimizer: torch.optim.Optimizer
    step: int = 0

    def save(self, folder: Path) -> None:
        """Whole or not at all: a killed worker leaves the checkpoint before."""
        state = {
            "model": self.model.state_dict(),
            "loss": self.loss.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
        }
        unfinished = folder / f".{CHECKPOINT}"
        torch.save(state, unfinished)
        unfinished.replace(folder / CHECKPOINT)

    def load(self, folder: Path, device: torch.device) -> None:
        if not (folder / CHECKPOINT).is_file():
            return
        state = torch.load(folder / CHECKPOINT, map_location=device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.loss.load_state_dict(state["loss"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]


def worker(arguments: dict[str, Any]) -> None:
    """Train, from the last checkpoint if there is one.

    Args:
        arguments: "config", a TrainConfig as JSON; "run", the run's folder; "cache", that of the drawings.
    """
    config = TrainConfig.model_validate_json(arguments["config"])
    run = Path(arguments["run"])
    rank, world = ray_train.get_context().get_world_rank(), ray_train.get_context().get_world_size()
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed + rank)
    device = torch.device("cuda" if config.use_gpu else "cpu")
    cache = open_cache(Path(arguments["cache"]), config.data, config.seed, config.threads, lambda _: None)
    training, validation = cache.split(config.data.validation_share, config.seed)
    state = _begin(config, cache, training, device)
    state.load(run, device)
    network = prepare_model(state.model) if world > 1 else state.model
    started = time.monotonic()
    losses: list[float] = []
    for batch in _batches(cache, training, config, state.step, rank):
        losses.append(_step(state, network, batch, config, device))
        if state.step % config.evaluate_every and state.step < config.optimization.steps:
            continue
        metrics = {
            "step": state.step,
            "steps": config.optimization.steps,
            "loss": round(float(np.mean(losses)), 4),
            "drawings_per_second": round(
                len(losses) * config.optimization.batch_size * world / (time.monotonic() - started), 1
            ),
            **_validate(state.model, cache, validation, config.optimization.image_size, device),
        }
        if rank == 0:
            state.save(run)
            with (run / METRICS).open("a") as file:
                file.write(json.dumps(metrics) + "\n")
        ray_train.report(metrics)
        losses, started = [], time.monotonic()


def _begin(config: TrainConfig, cache: DrawingCache, training: Any, device: torch.device) -> _State:
    # Depthwise convolutions on a CPU are twenty times slower in the other layout.
    model = DrawingEncoder(config.model).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    options = config.optimization
    if options.whiten_drawings:
        chosen = np.random.default_rng(config.seed).choice(
            training, min(options.whiten_drawings, len(training)), replace=False
        )
        model.start_whitened(_descriptors(model, cache, np.sort(chosen), options.image_size, device))
    loss = ArcFaceLoss(
        num_classes=len(cache.names),
        embedding_size=config.model.dimension,
        margin=math.degrees(options.arcface_margin),
        scale=options.arcface_scale,
    ).to(device)
    _start_classes_at_means(loss, model, cache, training, options, device)
    backbone = [*model.features.parameters(), *model.pool.parameters()]
    head = [*model.whiten.parameters(), *loss.parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": backbone, "lr": options.backbone_rate, "peak": options.backbone_rate},
            {"params": head, "lr": options.head_rate, "peak": options.head_rate},
        ],
        weight_decay=options.weight_decay,
    )
    return _State(model, loss, optimizer)


@torch.no_grad()
def _start_classes_at_means(
    loss: ArcFaceLoss,
    model: DrawingEncoder,
    cache: DrawingCache,
    training: Any,
    options: Any,
    device: torch.device,
) -> None:
    """Let each class begin where its drawings lie.

    With few steps for many classes, random centres would first tear a good initial space apart.
    """
    if not options.whiten_drawings:
        return
    embeddings = nn.functional.normalize(
        model.whiten(_descriptors(model, cache, training, options.image_size, device)), dim=1
    )
    sums = torch.zeros(len(cache.names), embeddings.shape[1], device=device)
    sums.index_add_(0, torch.from_numpy(cache.designs[training]).to(device), embeddings)
    loss.W.copy_(nn.functional.normalize(sums, dim=1).T)


_Batch = tuple[Tensor, Tensor]


def _batches(
    cache: DrawingCache, training: Any, config: TrainConfig, first_step: int, rank: int
) -> Iterator[_Batch]:
    """Augmented drawings and their designs, a batch a step, several drawings of each design in it."""
    options = config.optimization
    designs = cache.designs[training]
    sampler = MPerClassSampler(
        designs, options.drawings_per_design, options.batch_size, length_before_new_iter=options.batch_size
    )
    np.random.seed(config.seed + 1000 * first_step + rank)  # the sampler's own source of chance
    generator = torch.Generator().manual_seed(config.seed + 1000 * first_step + rank)
    for _ in range(first_step, options.steps):
        chosen = training[np.fromiter(sampler, np.int64)]
        labels = torch.from_numpy(cache.designs[chosen])
        paper = torch.from_numpy(cache.pixels[chosen])[:, None]
        yield augment(paper, labels, options.image_size, config.augmentation, generator), labels


def _step(
    state: _State, network: nn.Module, batch: _Batch, config: TrainConfig, device: torch.device
) -> float:
    network.train()
    for group in state.optimizer.param_groups:
        group["lr"] = group["peak"] * _schedule(state.step, config)
    drawings, labels = (part.to(device) for part in batch)
    with torch.autocast(device.type, torch.bfloat16, enabled=config.bfloat16):
        embeddings = network(drawings)
    loss = state.loss(embeddings.float(), labels)
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(state.model.parameters(), _GRADIENT_NORM)
    state.optimizer.step()
    state.step += 1
    return float(loss.detach())


def _schedule(step: int, config: TrainConfig) -> float:
    """Linear warm-up, then half a cosine down to nothing."""
    options = config.optimization
    if step < options.warmup_steps:
        return (step + 1) / options.warmup_steps
    progress = (step - options.warmup_steps) / max(1, options.steps - options.warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def _validate(
    model: DrawingEncoder, cache: DrawingCache, validation: Any, side: int, device: torch.device
) -> dict[str, float]:
    """mAP and Acc@1 of each held-out drawing against all others."""
    descriptors = _descriptors(model, cache, validation, side, device)
    with torch.no_grad():
        embeddings = nn.functional.normalize(model.whiten(descriptors), dim=1).cpu().numpy()
    designs = cache.designs[validation]
    scores = embeddings @ embeddings.T
    np.fill_diagonal(scores, -np.inf)  # a drawing is never its own match
    relevance: Relevance = (designs[:, None] == designs[None, :]) & ~np.eye(len(designs), dtype=bool)
    report = evaluate_ranking(scores, relevance)
    return {
        "validation_map": round(report.mean_average_precision, 4),
        "validation_acc1": round(report.accuracy[1], 4),
    }


@torch.no_grad()
def _descriptors(
    model: DrawingEncoder, cache: DrawingCache, indices: Any, side: int, device: torch.device
) -> Tensor:
    model.eval()
    parts = []
    for at in range(0, len(indices), _VALIDATION_BATCH):
        paper = torch.from_numpy(cache.pixels[indices[at : at + _VALIDATION_BATCH]])[:, None].float()
        if side < paper.shape[-1]:
            paper = nn.functional.interpolate(paper, size=(side, side), mode="bilinear", antialias=True)
        parts.append(model.descriptors(paper.round().to(torch.uint8).to(device)))
    return torch.cat(parts)
