"""What an order experiment is told: a training, the rows that change a part of it, and what papers say of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from sevenviews.lab.descriptors import CLASSIC
from sevenviews.lab.settings import Settings, merged, nearest, read_yaml
from sevenviews.training.config import TrainConfig


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
            whole = merged(self.base, self.rows[row])
            config = TrainConfig.model_validate({**whole, "name": row, "seed": seed})
        except ValueError as error:
            raise ValueError(f"rows: {row}: {error}") from error
        return config.relative_to(self.folder)

    @classmethod
    def load(cls, path: Path) -> OrderConfig:
        """Read a YAML file.

        Raises:
            FileNotFoundError, yaml.YAMLError, pydantic.ValidationError.
        """
        return cls.model_validate({**read_yaml(path), "folder": path.resolve().parent})
