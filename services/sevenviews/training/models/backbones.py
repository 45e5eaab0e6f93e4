"""The convolutional (or attending) part of a network, without its classifier: [n, c, h, w] to features."""

from __future__ import annotations

from typing import Any, cast

import torchvision
from torch import nn

from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.depthwise import replace_strided_depthwise
from sevenviews.training.models.efficientnet_lite import EfficientNetLite0, imagenet_weights
from sevenviews.training.models.imagenet import imagenet_state
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

    Raises:
        FileNotFoundError: the initial weights are not there.
        ValueError: they are of another network.
    """
    path = config.weights_path
    if config.backbone == "efficientnet_lite0":
        features, channels = _lite(config), EfficientNetLite0.channels
    elif config.backbone in {"sketch_a_net", "line_resnet"}:
        if config.initial_weights == "imagenet":
            raise ValueError(f"initial_weights: there is no {config.backbone} of ImageNet")
        features, channels = _for_drawings(config)
        if path is not None and not path.is_dir():
            load_state(features, features, path)
    else:
        network = torchvision.models.get_model(config.backbone, weights=None)
        features, channels = _without_classifier(config.backbone, network)
        _load_colour_weights(config, network, features)
        if config.input_channels == 1:
            one_input_channel(features)
        replace_strided_depthwise(features)
    if path is not None and path.is_dir():
        load_features_of_run(features, path, config)
    return features, channels


def _lite(config: ModelConfig) -> nn.Module:
    features = EfficientNetLite0(3)
    if config.initial_weights == "imagenet":
        features.load_state_dict(imagenet_weights())
    elif config.weights_path is not None and not config.weights_path.is_dir():
        load_state(features, features, config.weights_path)
    if config.input_channels == 1:
        one_input_channel(features)
    replace_strided_depthwise(features)
    return features


def _for_drawings(config: ModelConfig) -> tuple[nn.Module, int]:
    if config.backbone == "sketch_a_net":
        return SketchANet(config.input_channels), SketchANet.channels
    network = LineResNet(config.input_channels, config.width)
    return network, network.channels


def _load_colour_weights(config: ModelConfig, network: nn.Module, features: nn.Module) -> None:
    path = config.weights_path
    if config.initial_weights == "imagenet":
        network.load_state_dict(imagenet_state(config.backbone))
    elif path is not None and path.suffix == ".onnx":
        load_folded(features, path)
    elif path is not None and not path.is_dir():
        load_state(network, features, path)


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
