"""What a refresh is told: one YAML file, checked before anything is done."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from sevenviews.training.config import TrainConfig

SHIPPED_TRAINING = Path(__file__).parent / "configs" / "training.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LearningConfig(_Part):
    """How the new model is made, from the catalogue's own drawings beside those of the training configuration."""

    config: TrainConfig = Field(
        default_factory=lambda: TrainConfig.load(SHIPPED_TRAINING),
        description="The training, as `sevenviews train` takes it; by default a fine-tuning of the packaged model.",
    )
    start_from: Literal["serving", "scratch"] = Field(
        default="serving", description="Begin with the weights of the serving model, or as the training says."
    )
    catalogue_patents: int = Field(
        default=20_000, ge=0, description="The most patents of the catalogue that are trained on; 0: none."
    )


class GateConfig(_Part):
    """What the new model must be worth."""

    held_out_share: float = Field(
        default=0.1,
        gt=0,
        le=0.5,
        description="Share of patents that no refresh trains on, by a hash of the id.",
    )
    held_out_patents: int = Field(default=1000, ge=2, description="The most of them that are evaluated on.")
    least_patents: int = Field(
        default=50,
        ge=2,
        description="With fewer held-out patents that ask, no model is judged, and none passes.",
    )
    least_queries: int = Field(default=100, ge=2, description="Their drawings that ask, at least.")
    margin: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="How much mAP may be lost: the lower end of the 95 % interval of the difference, paired by query "
        "and drawn by patent, may not lie further below 0; neither against the serving model nor against the anchor.",
    )
    anchor_model: str = Field(
        default="",
        description="Version of the model in the store that no number of refreshes may fall behind; empty: as pinned "
        "before, at first the model that serves.",
    )
    latency_ms: float = Field(
        default=100.0,
        gt=0,
        description="The most that one drawing may take on one core (or the GPU), median.",
    )
    least_recall: float = Field(
        default=0.98, ge=0, le=1, description="Of the ten nearest by exact search, how many the index finds."
    )


class IndexConfig(_Part):
    """The release's metric, and of HNSW what vectors.proto has."""

    metric: Literal["ip", "hamming"] = Field(
        default="ip",
        description="Inner product of the vectors; or Hamming distance of their signs, a bit a dimension, which is "
        "searched without HNSW.",
    )
    m: int = Field(default=16, ge=4, le=64)
    ef_construction: int = Field(default=200, ge=8, le=512)
    ef: int = Field(default=128, ge=8, le=4096)


class EmbeddingConfig(_Part):
    """How the corpus is embedded."""

    workers: int = Field(default=1, ge=1, description="Ray actors that hold the model; on CPU one a core.")
    provider: Literal["cpu", "cuda"] = "cpu"
    gpus_per_worker: float = Field(default=0.0, ge=0)
    readers: int = Field(
        default=8, ge=1, description="Threads in which a task reads the images that it decodes."
    )
    patents_per_task: int = Field(default=100, ge=1, le=1000, description="What one task compares and reads.")
    batch_drawings: int = Field(default=64, ge=1, description="About as many go through the network at once.")
    patience_seconds: float = Field(
        default=120.0, ge=0, description="How long a service may be away before a step fails."
    )


class VerificationConfig(_Part):
    """What is checked before the searches move."""

    sampled_drawings: int = Field(default=100, ge=1, description="Embedded afresh, and compared.")
    recall_queries: int = Field(default=100, ge=1, description="Searched exactly, and in the index.")
    most_lost_drawings: int = Field(
        default=0, ge=0, description="Drawings that may be missing because their image is lost or unreadable."
    )


class RefreshConfig(_Part):
    """A whole refresh."""

    learning: LearningConfig = Field(default_factory=LearningConfig)
    gate: GateConfig = GateConfig()
    index: IndexConfig = IndexConfig()
    embedding: EmbeddingConfig = EmbeddingConfig()
    verification: VerificationConfig = VerificationConfig()
    rollback_hours: float = Field(
        default=72.0, ge=0, description="How long a release is kept after another took its place."
    )

    @classmethod
    def load(cls, path: Path) -> RefreshConfig:
        """Read a YAML file; `learning.config` may be the path of a training's YAML, relative to it.

        Raises:
            OSError, yaml.YAMLError, pydantic.ValidationError.
        """
        raw = yaml.safe_load(path.read_text()) or {}
        learning = raw.get("learning") if isinstance(raw, dict) else None
        folder = path.resolve().parent
        if isinstance(learning, dict) and isinstance(learning.get("config"), str):
            loaded = TrainConfig.load(folder / learning["config"])
            raw = {**raw, "learning": {**learning, "config": loaded.model_dump(mode="json")}}
            return cls.model_validate(raw)
        config = cls.model_validate(raw)
        inline = config.learning.config.relative_to(folder)
        return config.model_copy(update={"learning": config.learning.model_copy(update={"config": inline})})
