"""PatentNet's Table 2 as an experiment; some configurations are shipped in `configs/`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sevenviews.lab.experiment import Watch
from sevenviews.lab.patentnet.experiment import Labelled
from sevenviews.lab.report import Report
from sevenviews.lab.settings import Settings

if TYPE_CHECKING:
    from sevenviews.training.minibatches import Schedule

Optimizer = Literal["adamw", "sgd"]

Architecture = Literal[
    "resnet50",
    "vgg19",
    "vgg19_bn",
    "densenet121",
    "googlenet",
    "efficientnet_b0",
    "resnet18",
    "mobilenet_v3_small",
]
"""The paper's five; VGG-19 also with batch normalisation, with which it learns from random weights in few steps (see
the configurations); the last two are small ones for quick trials."""


class NetworkConfig(Settings):
    """One row of the table."""

    architecture: Architecture
    steps: int = Field(ge=1)
    batch_size: int = Field(default=32, ge=2)
    rate: float = Field(default=1e-3, gt=0, description="Learning rate.")
    optimizer: Optimizer = Field(default="adamw", description="See `training.minibatches`.")
    weight_decay: float = Field(default=1e-4, ge=0, description="Of the optimizer.")
    image_size: int | None = Field(default=None, ge=32)
    """Side in pixels of what it sees; none: that of all networks."""
    bfloat16: bool = Field(default=False, description="Compute in it: twice as fast for dense convolutions.")
    pretrained: bool = Field(default=False, description="Begin with ImageNet weights from the local cache.")

    @property
    def name(self) -> str:
        """Of the row."""
        return f"{self.architecture}, ImageNet" if self.pretrained else self.architecture

    @property
    def not_run(self) -> str:
        """Why it cannot be trained: its ImageNet weights are not here; empty: it can."""
        from sevenviews.training.models.imagenet import NOT_CACHED, is_cached

        return NOT_CACHED if self.pretrained and not is_cached(self.architecture) else ""

    def schedule(self, seed: int) -> Schedule:
        """Of its training."""
        from sevenviews.training.minibatches import Schedule

        return Schedule(
            self.steps, self.batch_size, self.rate, self.weight_decay, seed, self.bfloat16, self.optimizer
        )


class FeatureHeadConfig(Settings):
    """A linear head on the features of a model that is there already: the row to compare the others with."""

    model: str = Field(default="default", description="As `sevenviews evaluate --model`.")
    steps: int = Field(default=600, ge=1)
    batch_size: int = Field(default=128, ge=2)
    rate: float = Field(default=3e-3, gt=0)


class ClassificationConfig(Labelled):
    """Train PatentNet's classifiers on a corpus, and report top-1 and top-5, classes, confusion and calibration.

    Shipped configurations: categories (an index.csv with categories), uspc (patents by USPC class), locarno
    (multilabel, by Locarno subclass).

    Example:  sevenviews lab patentnet classify --corpus ldraw-views.tar.gz --out classify
    """

    row: ClassVar[str] = "PatentNet, Table 2"
    configs: ClassVar[Path | None] = Path(__file__).parent / "configs"

    calibration_share: float = Field(default=0.1, gt=0, lt=0.5)
    """Of the teaching designs, kept to fit the temperature."""
    multilabel: bool = False
    """A probability for each label by itself, instead of one class of all."""
    image_size: int = Field(default=64, ge=32, description="Side in pixels of what a network sees.")
    networks: tuple[NetworkConfig, ...] = ()
    head: FeatureHeadConfig | None = FeatureHeadConfig()
    threads: int = Field(default=2, ge=1, description="CPU cores.")

    @property
    def model(self) -> tuple[str, ...]:
        """Whose features are taken."""
        return (self.head.model,) if self.head else ()

    def run(self, report: Report, watch: Watch) -> None:
        """Train, calibrate, measure."""
        from sevenviews.training.classification.experiment import classify
        from sevenviews.training.classification.report import write_report

        dataset = self.dataset(watch)
        found = classify(dataset, self, self.cached(report), lambda line: watch(line, 1)(1))
        write_report(report, dataset.name, self, found)
