"""The benchmark of passes times what it says, in processes that begin with the allocator's settings."""

from __future__ import annotations

import pytest
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook

from sevenviews.bench.one_pass import rate
from sevenviews.bench.passes import Without, measure, shipped
from sevenviews.training.config import OptimizationConfig, TrainConfig
from sevenviews.training.memory import ALLOCATOR
from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.depthwise import StridedDepthwise


def config() -> TrainConfig:
    return TrainConfig(
        name="bench",
        model=ModelConfig(backbone="mobilenet_v2", dimension=8),
        optimization=OptimizationConfig(batch_size=4, drawings_per_design=2, image_size=32, steps=1),
        threads=1,
    )


def test_each_comparison_leaves_one_thing_out() -> None:
    found = shipped(threads=2)
    assert {one.config.threads for one in found} == {2}
    assert [(one.environment == {}, bool(one.arguments)) for one in found] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    assert found[-1].environment == ALLOCATOR


def test_both_ways_are_timed_in_processes_of_their_own() -> None:
    (compared,) = measure([Without("kept memory", config(), {})], pairs=1, batches=1).comparisons
    assert (compared.work, compared.beside) == ("passes of mobilenet_v2", "without kept memory")
    assert compared.ratio.median == compared.ours.median / compared.other.median > 0


def test_strides_are_left_to_autocast_where_that_is_asked_for() -> None:
    called: set[nn.Module] = set()

    def note(module: nn.Module, *_: object) -> None:
        if isinstance(module, StridedDepthwise):
            called.add(module)

    with register_module_forward_pre_hook(note):
        rate(config(), 1, plain_strides=True)
        assert not called
        rate(config(), 1, plain_strides=False)
        assert len(called) == 4


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        measure([Without("none", config())], pairs=1, batches=0)
    failing = Without("none", config(), {"PYTHONPATH": "", "PYTHONHOME": "/nowhere"})
    with pytest.raises(RuntimeError, match="the passes failed"):
        measure([failing], pairs=1, batches=1)
