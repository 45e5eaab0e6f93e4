"""What YAML says of the network."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from sevenviews.lab.settings import Settings

Backbone = Literal[
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_b4",
    "efficientnet_b5",
    "efficientnet_b6",
    "efficientnet_b7",
    "efficientnet_lite0",
    "swin_v2_t",
    "swin_v2_s",
    "swin_v2_b",
    "convnext_tiny",
    "convnext_small",
    "convnext_base",
    "convnext_large",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "mobilenet_v3_large",
    "sketch_a_net",
    "line_resnet",
]

_STAGED = ("resnet", "mobilenet", "efficientnet")
"""Families that are one sequence of layers, whose maps are [n, c, h, w]."""

_LEAST_SIDE = 32
_NAMED_WEIGHTS = ("", "none", "imagenet")


class ModelConfig(Settings):
    """The network of DeepPatent: backbone, GeM pooling, L2, fully connected (whitening), L2."""

    backbone: Backbone = "mobilenet_v2"
    input_channels: Literal[1, 3] = 1
    """3: the drawing three times over, as DeepPatent feeds networks made for colours."""
    width: int = Field(default=32, ge=8, le=256, multiple_of=2)
    """Of line_resnet: channels of its first stage."""
    levels: int = Field(default=1, ge=1, le=4)
    """How many of the last stages are pooled, side by side; more than 1: ResNets, MobileNets and EfficientNets
    alone."""
    pooled_layers: dict[int, float] = Field(default_factory=dict)
    """In place of levels: which layers of the backbone are pooled side by side, and how much each counts; by place,
    the first being 0. What is pooled of a layer is brought to unit length first."""
    gem_absolute: bool = False
    """Pool the size of what a layer says, rather than what of it is positive."""
    vlad_words: int = Field(default=0, ge=0, le=256)
    """Words of NetVLAD's vocabulary, over the lowest of the pooled stages; 0: GeM alone."""
    grid_cells: int = Field(default=0, ge=0, le=8)
    """Cells along each axis of a grid over the last stage but one, each pooled apart, so that where a form lies
    counts; of a single level, over the last stage; 0: none."""
    dimension: int = Field(default=256, ge=2, le=4096, description="Length of the embeddings.")
    sides: tuple[int, ...] = ()
    """Sides in pixels at which a drawing is embedded once trained, the mean being taken; empty: as it comes. Each
    costs a pass."""
    gem_p: float = Field(default=3.0, gt=0, description="Exponent of GeM, or where it begins.")
    gem_learned: bool = Field(default=True, description="Learn it; DeepPatent keeps 3.")
    branches: Literal[1, 2] = 1
    """2: Sketchy-ResNet's, of separate weights, for alternate drawings of a design."""
    deployed_branch: Literal[0, 1] = Field(default=0, description="Which of two branches is exported.")
    initial_weights: str = ""
    """Empty or 'none': random; 'imagenet': torchvision's, from its local cache, or that of EfficientNet-Lite0, from
    the package that ships it; the folder of a run (RotNet); that of a bundle; or an ONNX, .pt or .pth file. Relative
    to the YAML file."""
    freeze_batch_norm: bool = False
    """Keep the statistics of the initial weights; for folded ones it is a must."""

    @model_validator(mode="after")
    def _has_stages(self) -> ModelConfig:
        if self.levels > 1 and not any(family in self.backbone for family in _STAGED):
            raise ValueError(
                f"levels: the stages of {self.backbone} cannot be pooled; those of ResNets, MobileNets and "
                "EfficientNets can"
            )
        return self

    @model_validator(mode="after")
    def _has_layers(self) -> ModelConfig:
        if not self.pooled_layers:
            return self
        if self.levels > 1 or self.vlad_words or self.grid_cells:
            raise ValueError(
                "pooled_layers: levels, vlad_words and grid_cells are of stages, and go without it"
            )
        if not any(family in self.backbone for family in _STAGED):
            raise ValueError(f"pooled_layers: {self.backbone} is not one sequence of layers")
        if min(self.pooled_layers) < 0 or min(self.pooled_layers.values()) <= 0:
            raise ValueError("pooled_layers: places begin at 0, and what counts is above 0")
        return self

    @field_validator("sides")
    @classmethod
    def _wide_enough(cls, sides: tuple[int, ...]) -> tuple[int, ...]:
        if any(side < _LEAST_SIDE for side in sides):
            raise ValueError(f"a network needs {_LEAST_SIDE} pixels a side")
        return sides

    @property
    def weights_path(self) -> Path | None:
        """The file or run that the weights begin from, if it is one."""
        return None if self.initial_weights in _NAMED_WEIGHTS else Path(self.initial_weights)

    def relative_to(self, folder: Path) -> ModelConfig:
        """The same with its path made absolute."""
        if self.weights_path is None:
            return self
        return self.model_copy(update={"initial_weights": str((folder / self.weights_path).resolve())})

    def without_initial_weights(self) -> ModelConfig:
        """The same network, its weights random: for those who load them from a checkpoint."""
        return self.model_copy(update={"initial_weights": ""})
