"""A row of a paper's table that must be trained first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sevenviews.cli.console import fail, fail_with, note
from sevenviews.designs import SevenviewsError

if TYPE_CHECKING:
    from sevenviews.training.config import TrainConfig


def train_row(key: str, config: Path, out: Path, steps: int | None) -> Path:
    """Train a configuration and export it; the same folder again continues, or is done at once.

    Args:
        key: of the row; names the run and the model below `out`.
        config: a YAML for `sevenviews train`.
        out: folder of the report.
        steps: of training, in place of the configuration's; of a protocol of several steps, of each.

    Returns:
        The directory of the bundle.
    """
    import yaml
    from pydantic import ValidationError

    from sevenviews.training.config import TrainConfig

    try:
        loaded = TrainConfig.load(config)
    except (OSError, yaml.YAMLError, ValidationError, ValueError) as error:
        fail(f"{config}: {error}", 2)
    if steps is not None:
        loaded = with_budget(loaded, steps)

    # torch and Ray take seconds to import: only where something is trained.
    from sevenviews.training.export import ExportError, export
    from sevenviews.training.run import train

    def tell(metrics: Mapping[str, float]) -> None:
        note(f"{key}: " + ", ".join(f"{name} {value}" for name, value in metrics.items()))

    try:
        run = train(loaded, out / "runs" / key, note, tell)
        return export(run.folder, out / "models" / key).path
    except (ValueError, FileNotFoundError, ExportError) as error:
        fail(f"{key}: {error}", 2)
    except SevenviewsError as error:
        fail_with(error)


def with_budget(config: TrainConfig, steps: int) -> TrainConfig:
    """The same training with so many batches, in each step of a protocol of several."""
    own = config.optimization.model_copy(update={"steps": steps})
    protocol = tuple(
        step
        if step.optimization is None
        else step.model_copy(update={"optimization": step.optimization.model_copy(update={"steps": steps})})
        for step in config.steps
    )
    return config.model_copy(update={"optimization": own, "steps": protocol})
