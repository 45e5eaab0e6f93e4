"""What a comparison of hashing methods is told: one YAML file; some are shipped in `configs/`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from sevenviews.lab.settings import Settings, read_yaml
from sevenviews.training.classification.config import NetworkConfig
from sevenviews.training.selection import SelectionConfig

Method = Literal["csq", "hashnet"]


class HeadConfig(Settings):
    """A head on given features, and its training."""

    hidden: int = Field(default=512, ge=0, description="Neurons between features and bits; 0: linear.")
    steps: int = Field(default=600, ge=1)
    batch_size: int = Field(default=128, ge=2)
    rate: float = Field(default=1e-3, gt=0, description="Learning rate.")
    quantisation: float = Field(default=1e-4, ge=0, description="CSQ's λ.")
    alpha: float = Field(default=10.0, gt=0, description="HashNet's α times the bits.")
    gamma: float = Field(default=0.005, ge=0, description="Of HashNet's β = (1 + γ·step)^½.")
    seed: int = 0


class HashingConfig(Settings):
    """A whole comparison."""

    name: str
    budget_minutes: float = Field(gt=0, description="Stated, for two cores; measured beside it.")
    model: str = Field(default="default", description="Whose features: as `sevenviews evaluate --model`.")
    selection: SelectionConfig = SelectionConfig()
    methods: tuple[Method, ...] = ("csq", "hashnet")
    bits: tuple[int, ...] = Field(default=(64,), min_length=1, description="Lengths of codes, 1 to 4096.")
    head: HeadConfig = HeadConfig()
    networks: tuple[NetworkConfig, ...] = Field(
        default=(),
        description="Trained whole, from the drawings to the bits, beside the heads upon features.",
    )
    image_size: int = Field(default=64, ge=32, description="Side in pixels of what those see.")

    @classmethod
    def load(cls, path: Path) -> HashingConfig:
        """Read a YAML file. Raises FileNotFoundError, yaml.YAMLError or pydantic.ValidationError."""
        return cls.model_validate(read_yaml(path))
