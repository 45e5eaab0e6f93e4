"""Two processes against one with the same batch: every loss, batch normalisation, and the classes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import TypeAdapter
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from sevenviews.training.distributed import (
    average_gradients,
    from_first,
    gather,
    share_start,
    with_global_batch_norm,
)
from sevenviews.training.losses.config import LossConfig
from sevenviews.training.losses.registry import make_loss

STEPS, ROWS, DIMENSION, CLASSES = 4, 8, 6, 4
LOSSES: list[dict[str, Any]] = [
    {"kind": "arcface", "focal": 1.5, "subcentres": 2},
    {"kind": "triplet", "margin": 1.0, "softmax_weight": 0.5},
    {"kind": "contrastive"},
    {"kind": "info_nce"},
    {"kind": "classification"},
]


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(1, 5, 3), nn.BatchNorm2d(5), nn.ReLU(), nn.Flatten(), nn.Linear(5 * 36, DIMENSION)
    )


def batches() -> list[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(2)
    images = [torch.randn(ROWS, 1, 8, 8, generator=generator) for _ in range(STEPS)]
    return [(one, torch.arange(ROWS) // 2 % CLASSES) for one in images]


def trained(settings: dict[str, Any], rows: slice, wrap: Callable[[nn.Module], nn.Module]) -> dict[str, Any]:
    """A few steps with a share of every batch: the losses, the network and the classes after them."""
    bare = network()
    model = wrap(with_global_batch_norm(bare))
    config: LossConfig = TypeAdapter(LossConfig).validate_python(settings)
    # Different everywhere, until they are shared.
    torch.manual_seed(3 + (distributed.get_rank() if distributed.is_initialized() else 0))
    loss = make_loss(config, CLASSES, DIMENSION)
    share_start(loss.parameters())
    optimizer = torch.optim.SGD([*model.parameters(), *loss.parameters()], lr=0.05, momentum=0.9)
    values = []
    for images, labels in batches():
        vectors = model(images[rows])
        value = loss(gather(vectors), gather(labels[rows]))
        optimizer.zero_grad()
        value.backward()
        average_gradients(loss.parameters())
        optimizer.step()
        values.append(value.item())
    return {"losses": values, "network": bare.state_dict(), "classes": loss.state_dict()}


def work(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", f"file://{folder}/meeting", rank=rank, world_size=2)
    share = slice(rank * ROWS // 2, (rank + 1) * ROWS // 2)
    found: list[Any] = [trained(settings, share, DistributedDataParallel) for settings in LOSSES]
    found.append(from_first({"said by": rank}))
    torch.save(found, Path(folder) / f"{rank}.pt")
    distributed.destroy_process_group()


@pytest.fixture(scope="module")
def of_two(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What either of two processes came to."""
    folder = tmp_path_factory.mktemp("two")
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=work, args=(rank, str(folder))) for rank in range(2)]
    for one in processes:
        one.start()
    for one in processes:
        one.join()
    assert [one.exitcode for one in processes] == [0, 0]
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(2)]


@pytest.mark.parametrize("index", range(len(LOSSES)), ids=[one["kind"] for one in LOSSES])
def test_two_processes_come_to_what_one_does(of_two: list[list[Any]], index: int) -> None:
    alone = trained(LOSSES[index], slice(None), lambda model: model)
    for rank in range(2):
        both = of_two[rank][index]
        assert both["losses"] == pytest.approx(alone["losses"], rel=1e-4)
        for part in ("network", "classes"):
            assert both[part].keys() == alone[part].keys()
            for name, value in alone[part].items():
                assert torch.allclose(both[part][name], value, atol=1e-4), (part, name)


def test_all_know_what_the_first_knows(of_two: list[list[Any]]) -> None:
    assert of_two[0][-1] == of_two[1][-1] == {"said by": 0}


def test_alone_nothing_changes() -> None:
    rows = torch.randn(3, 2)
    assert gather(rows) is rows
    assert from_first("x") == "x"
    assert type(with_global_batch_norm(network())[1]) is nn.BatchNorm2d  # type: ignore[index]
