"""What PatentNet's authors report, to set beside ours. Their images are not public: it is never the same task."""

from __future__ import annotations

from collections.abc import Mapping

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
