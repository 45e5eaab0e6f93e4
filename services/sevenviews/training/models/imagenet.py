"""ImageNet's weights as torchvision publishes them, from its local cache: nothing is downloaded.

And features of the two networks that PatentNet takes: ResNet-152's 2048 and VGG-19's 4096 numbers.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlparse

import numpy as np
import numpy.typing as npt
import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional

IMAGENET_NETWORKS = ("resnet152", "vgg19")
IMAGENET_SIDE = 224
NOT_CACHED = "not run: weights not in the cache"
"""What a report says of a row that needs them."""

_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)
_BATCH = 16


def cached_weights(name: str) -> Path:
    """Where torchvision keeps the weights of a network once they were fetched."""
    url = torchvision.models.get_model_weights(name).DEFAULT.url
    return Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(url).path).name


def is_cached(name: str) -> bool:
    """Whether the weights of a network of torchvision are here."""
    return cached_weights(name).is_file()


def imagenet_network(name: str, **options: bool) -> nn.Module:
    """A network of torchvision with its ImageNet weights.

    Raises FileNotFoundError: they are not in the cache; ValueError: what lies there is of another network.

    `name`: torchvision's; `options`: of its constructor.
    """
    place = cached_weights(name)
    if not place.is_file():
        raise FileNotFoundError(
            f"{name} needs its ImageNet weights, {place.name}, in {place.parent} (torchvision's cache, which "
            'TORCH_HOME moves). On a machine with access: python -c "import torchvision; '
            f"torchvision.models.get_model('{name}', weights='DEFAULT')\""
        )
    network: nn.Module = torchvision.models.get_model(name, weights=None, **options)
    try:
        network.load_state_dict(torch.load(place, map_location="cpu", weights_only=True))
    except RuntimeError as error:
        raise ValueError(f"{place} holds the weights of another network than {name}") from error
    return network


def imagenet_features(drawings: npt.NDArray[np.uint8], name: str) -> npt.NDArray[np.float32]:
    """Unit vectors [n, 2048 or 4096] of drawings uint8 [n, 1, 224, 224], from the layer before the classes.

    Raises ValueError: the network is neither of the two; and as `imagenet_network`.
    """
    if name not in IMAGENET_NETWORKS:
        raise ValueError(f"{name!r} is none of {', '.join(IMAGENET_NETWORKS)}")
    return describe(without_classes(imagenet_network(name)), drawings)


def without_classes(network: nn.Module) -> nn.Module:
    """The network up to the layer before the classes: VGG's second fully connected one, ResNet's pooled features."""
    if isinstance(network, torchvision.models.ResNet):
        network.fc = nn.Identity()
    else:
        classifier = network.classifier
        assert isinstance(classifier, nn.Sequential)  # noqa: S101 - torchvision's own structure
        classifier[-1] = nn.Identity()
    return network.eval()


@torch.no_grad()
def describe(network: nn.Module, drawings: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Unit vectors of drawings, in grey as red, green and blue, normalised as ImageNet's photographs were."""
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (_MEAN, _STD))
    parts: list[Tensor] = []
    for at in range(0, len(drawings), _BATCH):
        paper = torch.from_numpy(drawings[at : at + _BATCH]).float() / 255
        parts.append(functional.normalize(network((paper - mean) / std), dim=1))
    return np.asarray(torch.cat(parts).numpy(), np.float32)
