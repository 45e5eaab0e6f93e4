"""What an order experiment is told: a training, the rows that change a part of it, and what papers say of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, model_validator

from sevenviews.lab.descriptors import CLASSIC
from sevenviews.training.config import TrainConfig
from sevenviews.training.settings import Settings, nearest


class Claim(Settings):
    """That one row stands above another, or beside it."""

    above: str
    below: str
    by: str = Field(description="Who says so.")


class OrderConfig(Settings):
    """Rows of trainings that differ in what they name alone, and the claims about them."""

    base: dict[str, Any] = Field(description="A training, as `sevenviews train` takes it.")
    rows: dict[str, dict[str, Any]] = Field(
        min_length=1, description="What each row has in place of the base's."
    )
    descriptors: tuple[str, ...] = Field(default=(), description="Classic ones, beside the rows.")
    claims: tuple[Claim, ...] = ()
    seeds: tuple[int, ...] = Field(
        default=(7,), min_length=1, description="Each row is trained once for each."
    )
    folder: Path = Field(default=Path(), description="That paths are relative to: the YAML file's.")

    @model_validator(mode="after")
    def _fits(self) -> OrderConfig:
        for row in self.rows:
            self.training(row, self.seeds[0])
        known = {*self.rows, *self.descriptors}
        for name in self.descriptors:
            if name not in CLASSIC:
                raise ValueError(f"descriptors: there is no {name!r}{nearest(name, CLASSIC)}")
        for name in (one for claim in self.claims for one in (claim.above, claim.below)):
            if name not in known:
                raise ValueError(f"claims: there is no row {name!r}{nearest(name, known)}")
        return self

    def training(self, row: str, seed: int) -> TrainConfig:
        """The training of a row.

        Raises:
            ValueError: the row changes something that there is not.
        """
        try:
            merged = _merged(self.base, self.rows[row])
            config = TrainConfig.model_validate({**merged, "name": row, "seed": seed})
        except ValueError as error:
            raise ValueError(f"rows: {row}: {error}") from error
        return config.relative_to(self.folder)

    @classmethod
    def load(cls, path: Path) -> OrderConfig:
        """Read a YAML file.

        Raises:
            FileNotFoundError, yaml.YAMLError, pydantic.ValidationError.
        """
        return cls.model_validate({**yaml.safe_load(path.read_text()), "folder": path.resolve().parent})


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Key by key; a part that names its kind takes the place of the whole part, as another kind has other keys."""
    merged = dict(base)
    for key, value in changes.items():
        inner = isinstance(value, Mapping) and isinstance(base.get(key), Mapping) and "kind" not in value
        merged[key] = _merged(base[key], value) if inner else value
    return merged
