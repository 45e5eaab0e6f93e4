"""What YAML says of a loss: a `kind`, and that kind's own settings."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from sevenviews.lab.settings import Settings, check_kind

Mining = Literal["hard", "semihard", "all"]
"""Which pairs or triplets of a batch count: each anchor's farthest match and nearest other; its farthest match and
the nearest other beyond that; all."""

Labels = Literal["patent", "category", "rotation"]
"""What tells drawings apart: their patent; its category; by how many quarter turns they are rotated (RotNet)."""


class ArcFaceConfig(Settings):
    """Additive angular margin; see losses/arcface.py."""

    kind: Literal["arcface"] = "arcface"
    scale: float = Field(default=30.0, gt=0, description="s.")
    margin: float = Field(default=0.3, ge=0, lt=1.57, description="m, radians, on the true class alone.")
    focal: float = Field(default=0.0, ge=0, description="Exponent γ of the focal weight; 0: none.")
    subcentres: int = Field(default=1, ge=1, description="Centres of each class; the nearest one counts.")


class TripletConfig(Settings):
    """DeepPatent's triplet loss, with a softmax beside it where one is wanted; see losses/triplet.py."""

    kind: Literal["triplet"] = "triplet"
    margin: float = Field(default=0.1, gt=0, description="m, of squared distances between unit vectors.")
    mining: Mining = "hard"
    softmax_weight: float = Field(default=0.0, ge=0)
    """Of a classification added to it, as Sketchy-ResNet has; 0: none."""


class ContrastiveConfig(Settings):
    """DeepPatent's contrastive loss; see losses/contrastive.py."""

    kind: Literal["contrastive"] = "contrastive"
    margin: float = Field(default=0.7, gt=0, description="m, a distance between unit vectors.")
    mining: Literal["hard", "all"] = "hard"


class InfoNceConfig(Settings):
    """InfoNCE; see losses/info_nce.py."""

    kind: Literal["info_nce"] = "info_nce"
    temperature: float = Field(default=0.07, gt=0, description="τ.")


class ClassificationConfig(Settings):
    """Softmax cross-entropy on the pooled features; see losses/classification.py."""

    kind: Literal["classification"] = "classification"
    by: Labels = "patent"
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)


class HierarchicalConfig(Settings):
    """Several positives by the classification, each as alike as it is near; see losses/hierarchical.py."""

    kind: Literal["hierarchical"] = "hierarchical"
    temperature: float = Field(default=0.07, gt=0, description="τ.")
    similarities: tuple[float, float, float] = (1.0, 0.5, 0.25)
    """Of drawings of one patent, of one subclass, of one class."""

    @model_validator(mode="after")
    def _falls(self) -> HierarchicalConfig:
        patent, subclass, whole = self.similarities
        if not patent > 0 or not patent >= subclass >= whole >= 0:
            raise ValueError("similarities: they fall from the patent's, above 0, to the class's")
        return self


_KINDS = ("arcface", "triplet", "contrastive", "info_nce", "classification", "hierarchical")

LossConfig = Annotated[
    Annotated[
        ArcFaceConfig
        | TripletConfig
        | ContrastiveConfig
        | InfoNceConfig
        | ClassificationConfig
        | HierarchicalConfig,
        Field(discriminator="kind"),
    ],
    BeforeValidator(partial(check_kind, kinds=_KINDS)),
]
