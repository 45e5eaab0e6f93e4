"""ImageNet's weights as torchvision publishes them, from its local cache: nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlparse

import torch
import torchvision
from torch import Tensor


def cached_weights(name: str) -> Path:
    """Where torchvision keeps the weights of a network once they were fetched."""
    url = torchvision.models.get_model_weights(name).DEFAULT.url
    return Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(url).path).name


def is_cached(name: str) -> bool:
    """Whether the weights of a network of torchvision are here."""
    return cached_weights(name).is_file()


def imagenet_state(name: str) -> dict[str, Tensor]:
    """The weights of a network of torchvision.

    Raises:
        FileNotFoundError: they are not in the cache.
    """
    place = cached_weights(name)
    if not place.is_file():
        raise FileNotFoundError(
            f"{name} needs its ImageNet weights, {place.name}, in {place.parent} (torchvision's cache, which "
            'TORCH_HOME moves). On a machine with access: python -c "import torchvision; '
            f"torchvision.models.get_model('{name}', weights='DEFAULT')\""
        )
    state: dict[str, Tensor] = torch.load(place, map_location="cpu", weights_only=True)
    return state
