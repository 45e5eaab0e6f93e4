"""What a comparison of hashing methods is told: one YAML file; some are shipped in `configs/`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from sevenviews.lab.patentnet.labels import Level

Method = Literal["csq", "hashnet"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SelectionConfig(_Part):
    """Which designs and drawings of a corpus take part."""

    level: Literal["class", "subclass"] = Field(default="subclass", description="Of the labels.")
    most_classes: int = Field(default=20, ge=0, description="The largest ones; 0: all.")
    least_designs: int = Field(default=2, ge=1, description="Classes with fewer are left out.")
    most_designs: int = Field(default=60, ge=0, description="Of each class, by the seed; 0: all.")
    drawings_each: int = Field(default=4, ge=0, description="At most so many of a design; 0: all.")
    test_share: float = Field(default=1 / 6, gt=0, lt=1, description="Designs that ask; PatentNet: 1 of 6.")
    seed: int = Field(default=0, description="Of the choice and of the split.")

    @property
    def depth(self) -> Level:
        """The level itself."""
        return Level[self.level.upper()]


class HeadConfig(_Part):
    """A head on given features, and its training."""

    hidden: int = Field(default=512, ge=0, description="Neurons between features and bits; 0: linear.")
    steps: int = Field(default=600, ge=1)
    batch_size: int = Field(default=128, ge=2)
    rate: float = Field(default=1e-3, gt=0, description="Learning rate.")
    quantisation: float = Field(default=1e-4, ge=0, description="CSQ's λ.")
    alpha: float = Field(default=10.0, gt=0, description="HashNet's α times the bits.")
    gamma: float = Field(default=0.005, ge=0, description="Of HashNet's β = (1 + γ·step)^½.")
    seed: int = 0


class HashingConfig(_Part):
    """A whole comparison."""

    name: str
    budget_minutes: float = Field(gt=0, description="Stated, for two cores; measured beside it.")
    model: str = Field(default="default", description="Whose features: as `sevenviews evaluate --model`.")
    selection: SelectionConfig = SelectionConfig()
    methods: tuple[Method, ...] = ("csq", "hashnet")
    bits: tuple[int, ...] = Field(default=(64,), min_length=1, description="Lengths of codes, 1 to 4096.")
    head: HeadConfig = HeadConfig()

    @classmethod
    def load(cls, path: Path) -> HashingConfig:
        """Read a YAML file. Raises FileNotFoundError, yaml.YAMLError or pydantic.ValidationError."""
        return cls.model_validate(yaml.safe_load(path.read_text()))
