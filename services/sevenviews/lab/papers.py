"""What the papers report: the figures that ours stand beside. Copied from their tables, split by split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

DEEPPATENT = "DeepPatent: Kucer, Oyen, Castorena, Wu, WACV 2022"
CROSS_ENTROPY = "Cross-entropy metric learning for design patent image retrieval"


class PaperSplit(StrEnum):
    """Which drawings a figure was measured on. Figures of two splits are never compared."""

    VALIDATION = "validation"
    TEST = "test"
    UNSTATED = "not stated"


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A row of a paper's table."""

    method: str  # as the paper calls it
    split: PaperSplit  # that the figures were measured on
    mean_average_precision: float  # over the whole ranking
    accuracy: tuple[float, float, float] | None = None  # Acc@1, @5, @20; none, where the paper gives none
    model: str = ""
    """Our counterpart that needs no training run, by the name that `open_descriptor` takes; empty: a trained
    model."""
    key: str = ""  # by which a trained model of ours is put beside the row


_VALIDATION, _TEST, _UNSTATED = PaperSplit.VALIDATION, PaperSplit.TEST, PaperSplit.UNSTATED

DEEPPATENT_ROWS: Sequence[PaperRow] = (
    PaperRow("AHDH", _TEST, 0.095, (0.288, 0.343, 0.399), model="ahdh"),
    PaperRow("VisHash", _TEST, 0.093, (0.274, 0.340, 0.402), model="vishash"),
    PaperRow("SIFT-FV", _TEST, 0.092, (0.206, 0.289, 0.375), model="sift-fv"),
    PaperRow("HOG", _TEST, 0.083, (0.272, 0.317, 0.359), model="hog"),
    PaperRow("LBP", _TEST, 0.069, (0.210, 0.252, 0.343), model="lbp"),
    PaperRow("PatentNet (ResNet-50, triplet)", _TEST, 0.376, (0.691, 0.784, 0.841), key="rn50-triplet"),
    PaperRow("Sketch-a-Net, on sketches", _TEST, 0.086, (0.258, 0.324, 0.388), key="sketch-a-net-sketches"),
    PaperRow("Sketch-a-Net, on patents", _TEST, 0.135, (0.361, 0.451, 0.536), key="sketch-a-net"),
    PaperRow("Sketchy-ResNet, classification", _TEST, 0.229, (0.532, 0.631, 0.703), key="sketchy-resnet-cl"),
    PaperRow(
        "Sketchy-ResNet, on sketches", _TEST, 0.156, (0.428, 0.513, 0.586), key="sketchy-resnet-sketches"
    ),
    PaperRow("Sketchy-ResNet, on photos", _TEST, 0.132, (0.353, 0.452, 0.539), key="sketchy-resnet-photos"),
    PaperRow("RotNet, ResNet-50", _VALIDATION, 0.169, (0.416, 0.510, 0.584), key="rotnet-rn50"),
    PaperRow("ImageNet, ResNet-50", _VALIDATION, 0.291, (0.634, 0.716, 0.779), key="imagenet"),
    PaperRow(
        "Sketchy, ResNet-50, classification", _VALIDATION, 0.229, (0.532, 0.631, 0.703), key="sketchy-rn50-cl"
    ),
    PaperRow("Patents, ResNet-18, classification", _VALIDATION, 0.284, (0.590, 0.694, 0.763), key="rn18-cl"),
    PaperRow("Patents, ResNet-50, classification", _VALIDATION, 0.366, (0.682, 0.783, 0.844), key="rn50-cl"),
    PaperRow(
        "Patents, ResNet-18, contrastive", _VALIDATION, 0.275, (0.578, 0.680, 0.754), key="rn18-contrastive"
    ),
    PaperRow("Patents, ResNet-18, triplet", _VALIDATION, 0.278, (0.586, 0.689, 0.756), key="rn18-triplet"),
    PaperRow(
        "Patents, ResNet-50, contrastive", _VALIDATION, 0.332, (0.636, 0.745, 0.819), key="rn50-contrastive"
    ),
    PaperRow(
        "Patents, ResNet-50, triplet",
        _VALIDATION,
        0.379,
        (0.701, 0.794, 0.851),
        key="rn50-triplet-validation",
    ),
)
"""DeepPatent's tables of the validation and the test split."""

CROSS_ENTROPY_ROWS: Sequence[PaperRow] = (
    PaperRow("RI-LBP", _TEST, 0.069, model="ri-lbp"),
    PaperRow("ResNet, triplet", _VALIDATION, 0.379, key="resnet-triplet"),
    PaperRow("EfficientNet, triplet", _UNSTATED, 0.384, key="effnet-triplet"),
    PaperRow("EfficientNet, InfoNCE", _UNSTATED, 0.447, key="effnet-infonce"),
    PaperRow("EfficientNet, ArcFace", _UNSTATED, 0.662, key="effnet-arcface"),
)
"""Its one table. It takes RI-LBP's figure from DeepPatent's test split, ResNet's from its validation split, and does
not say on which split its own three were measured."""

DEEPPATENT_SIZES = ((38_000, 0.376, 0.691), (350_000, 0.262, 0.551))
"""Drawings in the database, mAP and Acc@1 of DeepPatent's best model on its test queries (section 5.4)."""


TOP1_ACCURACY: Mapping[str, float] = {
    "resnet50": 0.6325,
    "vgg19": 0.7295,
    "vgg19_bn": 0.7295,
    "densenet121": 0.7157,
    "googlenet": 0.6960,
    "efficientnet_b0": 0.6292,
}
"""Table 2: 8 subclasses of clothing, 40,000 images for training, 8,000 for testing. It does not say which form of
VGG-19 is meant, with batch normalisation or without: both have its figure."""

TOP10_MAP: Mapping[str, float] = {"resnet152": 0.7205, "vgg19": 0.6696, "csq": 0.5400, "hashnet": 0.2610}
"""Table 3: the same images, 40,000 in the database, 8,000 queries; the first two by Euclidean distance."""


def row_of(rows: Sequence[PaperRow], name: str) -> PaperRow:
    """The row of a model's name or key. Raises ValueError: there is none."""
    for row in rows:
        if name in (row.model, row.key) and name:
            return row
    known = ", ".join(row.model or row.key for row in rows)
    raise ValueError(f"no row is called {name!r}; there are {known}")
