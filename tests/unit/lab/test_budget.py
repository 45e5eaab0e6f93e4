"""A budget reaches every step of a training, and nothing else of it."""

from __future__ import annotations

import pytest

from sevenviews.training.config import OptimizationConfig, StepConfig, TrainConfig


@pytest.mark.parametrize("protocol", [False, True])
def test_every_step_has_the_budget(protocol: bool) -> None:
    own = StepConfig(name="retrieval", optimization=OptimizationConfig(steps=700, batch_size=32))
    steps = (StepConfig(name="classification"), own) if protocol else ()
    config = TrainConfig(name="x", seed=3, steps=steps, optimization=OptimizationConfig(steps=500))
    shorter = config.with_budget(20)
    assert [step.optimization.steps for step in shorter.as_steps()] == [20] * max(1, len(steps))
    # Only the number of batches is another.
    batches = [step.optimization.batch_size for step in config.as_steps()]
    assert [step.optimization.batch_size for step in shorter.as_steps()] == batches
    assert shorter.seed == 3
