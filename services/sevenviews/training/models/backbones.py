"""The convolutional (or attending) part of a network, without its classifier: [n, c, h, w] to features."""

from __future__ import annotations

from typing import Any, cast

import torchvision
from torch import nn

from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.depthwise import replace_strided_depthwise
from sevenviews.training.models.efficientnet_lite import EfficientNetLite0, imagenet_weights
from sevenviews.training.models.imagenet import imagenet_network
from sevenviews.training.models.initial import (
    load_features_of_run,
    load_folded,
    load_state,
    one_input_channel,
)
from sevenviews.training.models.line_resnet import LineResNet
from sevenviews.training.models.sketch_a_net import SketchANet


def make_backbone(config: ModelConfig) -> tuple[nn.Module, int]:
    """The features of a network with its initial weights, and how many channels they have.

    Raises FileNotFoundError: the initial weights are not there; ValueError: they are of another network.
    """
    name, path, channels_in = config.backbone, config.weights_path, config.input_channels
    from_imagenet = config.initial_weights == "imagenet"
    network: Any
    if name in {"sketch_a_net", "line_resnet"}:
        if from_imagenet:
            raise ValueError(f"initial_weights: there is no {name} of ImageNet")
        network = SketchANet(channels_in) if name == "sketch_a_net" else LineResNet(channels_in, config.width)
        features, channels = network, network.channels
    elif name == "efficientnet_lite0":
        network = features = EfficientNetLite0(3)
        channels = EfficientNetLite0.channels
        if from_imagenet:
            features.load_state_dict(imagenet_weights())
    else:
        network = (
            imagenet_network(name) if from_imagenet else torchvision.models.get_model(name, weights=None)
        )
        features, channels = _without_classifier(name, network)
    if path is not None and path.suffix == ".onnx":
        load_folded(features, path)
    elif path is not None and not path.is_dir():
        load_state(network, features, path)
    if channels_in == 1:
        one_input_channel(features)
    replace_strided_depthwise(features)
    if path is not None and path.is_dir():
        load_features_of_run(features, path, config)
    return features, channels


def _without_classifier(name: str, network: Any) -> tuple[nn.Module, int]:
    family = name.partition("_")[0]
    if family.startswith("resnet"):
        return nn.Sequential(*list(network.children())[:-2]), network.fc.in_features
    if family == "swin":
        return nn.Sequential(network.features, network.norm, network.permute), network.head.in_features
    linear = next(module for module in network.classifier if isinstance(module, nn.Linear))
    if family == "convnext":
        # Its last normalisation stands in the classifier, before the linear layer.
        return nn.Sequential(network.features, network.classifier[0]), linear.in_features
    return cast(nn.Module, network.features), linear.in_features
