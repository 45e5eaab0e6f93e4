"""PatentNet's Table 3 as experiments: features, and codes; some configurations are shipped in `configs/`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

import sevenviews.lab.patentnet
from sevenviews.lab.experiment import Watch
from sevenviews.lab.patentnet.experiment import Labelled
from sevenviews.lab.report import Report
from sevenviews.lab.settings import Settings
from sevenviews.training.classification.config import NetworkConfig

if TYPE_CHECKING:
    from sevenviews.lab.hashing.cost import SearchCost
    from sevenviews.training.hashing.experiment import CodeResult, RetrievalTask

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


class RetrievalConfig(Labelled):
    """Rank drawings by Euclidean distance of their features, and report top-10 mAP, also by category.

    A drawing is relevant if it shares a label with the query. resnet152 and vgg19 need torchvision's ImageNet weights
    in its local cache; nothing is downloaded, and without them the report says that their rows were not run.

    Example:  sevenviews lab patentnet retrieve --corpus ldraw-views.tar.gz --model default --model hog --out retrieve
    """

    row: ClassVar[str] = "PatentNet, Table 3: features"
    configs: ClassVar[Path | None] = Path(sevenviews.lab.patentnet.__file__).parent / "configs"

    model: tuple[str, ...] = Field(default=("default",), min_length=1)
    """default, a bundle's directory, an ONNX file, resnet152, vgg19, hog, lbp or raw; repeatedly."""

    def run(self, report: Report, watch: Watch) -> None:
        """Describe, and rank."""
        from sevenviews.training.hashing.report import write_retrieval

        write_retrieval(report, self.dataset(watch), self, watch)


class HashingConfig(Labelled):
    """Learn binary codes with CSQ and HashNet, and report them beside the vectors they were learned from."""

    row: ClassVar[str] = "PatentNet, Table 3: codes"
    configs: ClassVar[Path | None] = Path(__file__).parent / "configs"

    model: str = Field(default="default", description="Whose features: as `sevenviews evaluate --model`.")
    methods: tuple[Method, ...] = ("csq", "hashnet")
    bits: tuple[int, ...] = Field(default=(64,), min_length=1, description="Lengths of codes, 1 to 4096.")
    head: HeadConfig = HeadConfig()
    networks: tuple[NetworkConfig, ...] = ()
    """Trained whole, from the drawings to the bits, beside the heads upon features."""
    image_size: int = Field(default=64, ge=32, description="Side in pixels of what networks see.")
    bundle: tuple[str, ...] = ()
    """METHOD-BITS=DIR, such as csq-64=codes.bundle: write this head with its model as a bundle whose embeddings have
    the bits as signs; repeatedly."""

    def run(self, report: Report, watch: Watch) -> None:
        """Learn, measure, and write what is asked for as bundles."""
        from sevenviews.training.hashing.report import write_hashing

        write_hashing(report, self, watch)

    def more_costs(self, task: RetrievalTask, results: list[CodeResult]) -> list[SearchCost]:  # noqa: ARG002
        """Of searches in other engines than FAISS: none."""
        return []
