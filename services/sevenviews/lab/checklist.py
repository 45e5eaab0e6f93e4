"""The rows of the three papers and of later work, and the command that measures each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_P, _D, _C, _L = "PatentNet", "DeepPatent", "Cross-entropy", "later work"


class ChecklistRow(NamedTuple):
    """A row: of which paper, what it is, and the command that measures it, without `sevenviews`."""

    paper: str
    row: str
    command: str


def _trained(key: str, config: str) -> str:
    return f"lab deeppatent --train {key}={config}"


ROWS: Sequence[ChecklistRow] = tuple(
    ChecklistRow(*one)
    for one in (
        (
            _P,
            "dataset: views, labels, hierarchy, a record; Figures 1 to 6, Table 4",
            "lab patentnet statistics",
        ),
        (_P, "classification, Table 2", "lab patentnet classify"),
        (_P, "retrieval by features, Table 3 and Figure 7", "lab patentnet retrieve"),
        (_P, "CSQ and HashNet upon features, Table 3", "lab patentnet hash"),
        (_P, "CSQ and HashNet end to end, Table 3", "lab patentnet hash --config end-to-end"),
        (_P, "clustering of 400 chairs, Tables 4 and 5", "lab patentnet cluster"),
        (_P, "6.2, class assignment of new images", "search"),
        (_P, "6.2, comparison of parts of a design", "search"),
        (_P, "6.2, image and name", "lab names"),
        (_P, "6.2, knowledge graph", "lab knowledge-graph"),
        (_P, "6.2, goods sold online", "lab shop-photographs"),
        (_D, "3.3, complexity", "lab complexity"),
        (
            _D,
            "Table 2, AHDH, VisHash, SIFT-FV, HOG, LBP",
            "lab deeppatent --models ahdh,vishash,sift-fv,hog,lbp",
        ),
        (_D, "Table 2, PatentNet (ResNet-50, triplet)", _trained("rn50-triplet", "deeppatent-rn50")),
        (_D, "Table 2, Sketch-a-Net on sketches", _trained("sketch-a-net-sketches", "sketch-a-net-sketches")),
        (_D, "Table 2, Sketch-a-Net on patents", _trained("sketch-a-net", "sketch-a-net")),
        (_D, "Table 2, Sketchy-ResNet, classification", _trained("sketchy-resnet-cl", "sketchy-resnet-cl")),
        (_D, "Table 2, Sketchy-ResNet on sketches", _trained("sketchy-resnet-sketches", "sketchy-resnet")),
        (
            _D,
            "Table 2, Sketchy-ResNet on photographs",
            _trained("sketchy-resnet-photos", "sketchy-resnet-photos"),
        ),
        (_D, "Table 1, RotNet", _trained("rotnet-rn50", "rotnet-rn50")),
        (_D, "Table 1, ResNet-18: classification, triplet", _trained("rn18-triplet", "deeppatent-rn18")),
        (_D, "Table 1, ResNet-18: contrastive", _trained("rn18-contrastive", "deeppatent-rn18-contrastive")),
        (_D, "Table 1, ResNet-50: contrastive", _trained("rn50-contrastive", "deeppatent-rn50-contrastive")),
        (_D, "5.4, database size; Figures 1, 3, 4, 5", "lab deeppatent"),
        (_C, "RI-LBP", "lab cross-entropy --models ri-lbp"),
        (_C, "EfficientNet, ArcFace", "lab cross-entropy --train effnet-arcface=cross-entropy-efficientnet"),
        (_C, "EfficientNet, InfoNCE", "lab cross-entropy --train effnet-infonce=cross-entropy-infonce"),
        (_C, "EfficientNet, triplet", "lab cross-entropy --train effnet-triplet=cross-entropy-triplet"),
        (_L, "Higuchi and Yanai 2023: SwinV2-B at 384", "train higuchi-yanai-swin"),
        (_L, "Wang and Zhang 2023: EfficientNet-B0 at 512", "train wang-zhang-b0"),
        (_L, "Wang and Zhang 2023: EfficientNet-B5 at 512", "train wang-zhang-b5"),
        (_L, "hierarchical multi-positive loss (arXiv 2506.13496)", "train hierarchical"),
        (_L, "class-aware sampling, as DesignCLIP's", "train class-aware"),
    )
)
