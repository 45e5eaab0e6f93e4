"""What a run is to do: decided at its begin, kept in its record, and so the same when it is resumed."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from sevenviews.refresh.config import RefreshConfig


class Kind(StrEnum):
    """What ends it."""

    REFRESH = "refresh"
    """A release with a new model, promoted."""

    REINDEX = "reindex"
    """A release with a model that exists already, promoted: `--skip-train`."""

    REEMBED = "reembed"
    """A release that is built and verified, and left to a person to promote."""


class Plan(BaseModel):
    """Everything that the steps must agree on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    release_id: str = Field(description="Of the release that is built.")
    model_version: str = Field(default="", description="The model, where none is trained.")
    config: RefreshConfig = RefreshConfig()

    @property
    def trains(self) -> bool:
        """Whether a new model is made."""
        return self.kind is Kind.REFRESH

    @property
    def promotes(self) -> bool:
        """Whether the release is to serve at the end."""
        return self.kind is not Kind.REEMBED
