"""What a training run is told: one YAML file, checked before anything is done."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataConfig(_Part):
    """Where drawings come from. Every design is one class."""

    corpora: tuple[Path, ...] = Field(
        default=(), description="Anything that `sevenviews ingest` reads; relative to the YAML file."
    )
    synthetic_designs: int = Field(default=0, ge=0, description="Designs of the synthetic corpus to add.")
    synthetic_seed: int = Field(default=1, description="Seed of the synthetic corpus.")
    most_designs: int = Field(
        default=0, ge=0, description="Of each corpus take so many designs, by the seed; 0: all."
    )
    least_drawings: int = Field(default=2, ge=1, description="Designs with fewer drawings are left out.")
    cache_side: int = Field(default=224, ge=64, description="Side in pixels at which drawings are kept.")
    validation_share: float = Field(
        default=0.02, gt=0, lt=0.5, description="Share of designs that are held out."
    )


class ModelConfig(_Part):
    """The network of DeepPatent: backbone, GeM pooling, L2, fully connected (whitening), L2."""

    backbone: Literal["mobilenet_v2", "efficientnet_b0", "resnet18"] = "mobilenet_v2"
    dimension: int = Field(default=256, ge=2, le=4096, description="Length of the embeddings.")
    gem_p: float = Field(default=3.0, gt=0, description="Initial exponent of GeM; it is learned.")
    initial_weights: str = Field(
        default="",
        description="Empty: random; 'imagenet': torchvision's, from its local cache; or an ONNX or .pt file, "
        "relative to the YAML file.",
    )
    freeze_batch_norm: bool = Field(
        default=False, description="Keep the statistics of the initial weights; for folded ones it is a must."
    )


class AugmentationConfig(_Part):
    """Toward real sheets. Drawings of one design in one batch share their draughting style."""

    rotation_degrees: float = Field(default=8.0, ge=0, description="Rotations are drawn from ± this.")
    scale: float = Field(default=0.15, ge=0, lt=1, description="Relative change of size, ±.")
    shift: float = Field(default=0.06, ge=0, lt=1, description="Shift, as a share of the side, ±.")
    flip: float = Field(default=0.5, ge=0, le=1, description="Probability of a mirrored drawing.")
    thicken: float = Field(default=0.4, ge=0, le=1, description="Probability of thicker strokes.")
    dash: float = Field(default=0.2, ge=0, le=1, description="Probability of broken lines.")
    erase: float = Field(default=0.3, ge=0, le=1, description="Probability of a white patch.")
    blur: float = Field(default=0.2, ge=0, le=1, description="Probability of blur.")


class OptimizationConfig(_Part):
    """ArcFace (s, m) and AdamW with a cosine schedule."""

    steps: int = Field(default=1000, ge=1)
    batch_size: int = Field(default=64, ge=4)
    drawings_per_design: int = Field(default=4, ge=2, description="Drawings of one design in a batch.")
    image_size: int = Field(default=160, ge=32, description="Side in pixels of what is trained on.")
    backbone_rate: float = Field(default=1e-4, ge=0, description="Learning rate of the backbone.")
    head_rate: float = Field(default=1e-3, ge=0, description="Of the fully connected layer and the classes.")
    weight_decay: float = Field(default=1e-4, ge=0)
    warmup_steps: int = Field(default=100, ge=0)
    arcface_scale: float = Field(default=30.0, gt=0)
    arcface_margin: float = Field(default=0.3, ge=0, lt=1.57, description="Radians, on the true class alone.")
    whiten_drawings: int = Field(
        default=0,
        ge=0,
        description="Start the fully connected layer as the PCA whitening of so many drawings; 0: random.",
    )


class TrainConfig(_Part):
    """A whole run."""

    name: str
    seed: int = 0
    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    augmentation: AugmentationConfig = AugmentationConfig()
    optimization: OptimizationConfig = OptimizationConfig()
    deployed_image_size: int = Field(
        default=224, ge=32, description="Side in pixels of the exported model's input."
    )
    evaluate_every: int = Field(default=250, ge=1, description="Steps between validations and checkpoints.")
    workers: int = Field(default=1, ge=1, description="Ray Train workers.")
    threads: int = Field(default=2, ge=1, description="CPU cores of each worker.")
    use_gpu: bool = False
    bfloat16: bool = Field(default=True, description="Compute convolutions in bfloat16.")

    @classmethod
    def load(cls, path: Path) -> TrainConfig:
        """Read a YAML file.

        Raises:
            FileNotFoundError, yaml.YAMLError, pydantic.ValidationError.
        """
        config = cls.model_validate(yaml.safe_load(path.read_text()))
        return config.relative_to(path.resolve().parent)

    def relative_to(self, folder: Path) -> TrainConfig:
        """The same with paths made absolute."""
        corpora = tuple((folder / corpus).resolve() for corpus in self.data.corpora)
        weights = self.model.initial_weights
        if weights and weights != "imagenet":
            weights = str((folder / weights).resolve())
        return self.model_copy(
            update={
                "data": self.data.model_copy(update={"corpora": corpora}),
                "model": self.model.model_copy(update={"initial_weights": weights}),
            }
        )
