"""What a comparison of classifiers is told: one YAML file; some are shipped in `configs/`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from sevenviews.lab.settings import Settings, read_yaml
from sevenviews.training.classification.networks import Architecture
from sevenviews.training.minibatches import Optimizer, Schedule
from sevenviews.training.selection import SelectionConfig


class NetworkConfig(Settings):
    """One row of the table."""

    architecture: Architecture
    steps: int = Field(ge=1)
    batch_size: int = Field(default=32, ge=2)
    rate: float = Field(default=1e-3, gt=0, description="Learning rate.")
    optimizer: Optimizer = Field(default="adamw", description="See `training.minibatches`.")
    weight_decay: float = Field(default=1e-4, ge=0, description="Of the optimizer.")
    image_size: int | None = Field(
        default=None, ge=32, description="Side in pixels of what it sees; none: that of all networks."
    )
    bfloat16: bool = Field(default=False, description="Compute in it: twice as fast for dense convolutions.")
    pretrained: bool = Field(default=False, description="Begin with ImageNet weights from the local cache.")

    @property
    def name(self) -> str:
        """Of the row."""
        return f"{self.architecture}, ImageNet" if self.pretrained else self.architecture

    def schedule(self, seed: int) -> Schedule:
        """Of its training."""
        return Schedule(
            self.steps, self.batch_size, self.rate, self.weight_decay, seed, self.bfloat16, self.optimizer
        )


class FeatureHeadConfig(Settings):
    """A linear head on the features of a model that is there already: the row to compare the others with."""

    model: str = Field(default="default", description="As `sevenviews evaluate --model`.")
    steps: int = Field(default=600, ge=1)
    batch_size: int = Field(default=128, ge=2)
    rate: float = Field(default=3e-3, gt=0)


class ClassificationConfig(Settings):
    """A whole comparison."""

    name: str
    budget_minutes: float = Field(gt=0, description="Stated, for two cores; measured beside it.")
    selection: SelectionConfig = SelectionConfig()
    calibration_share: float = Field(
        default=0.1, gt=0, lt=0.5, description="Of the teaching designs, kept to fit the temperature."
    )
    multilabel: bool = Field(
        default=False, description="A probability for each label by itself, instead of one class of all."
    )
    image_size: int = Field(default=64, ge=32, description="Side in pixels of what a network sees.")
    networks: tuple[NetworkConfig, ...] = ()
    head: FeatureHeadConfig | None = FeatureHeadConfig()
    threads: int = Field(default=2, ge=1, description="CPU cores.")
    seed: int = 0

    @classmethod
    def load(cls, path: Path) -> ClassificationConfig:
        """Read a YAML file. Raises FileNotFoundError, yaml.YAMLError or pydantic.ValidationError."""
        return cls.model_validate(read_yaml(path))
