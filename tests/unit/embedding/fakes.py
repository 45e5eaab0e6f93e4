"""Models without a network, and what counts what they are asked for."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sevenviews.designs import PACKAGED, CropBox, Reason, SevenviewsError
from sevenviews.embedding.models import Model, ModelDescription


@dataclass
class FakeModel:
    """An image is a text such as "3"; its pixels are that number, and its vector is (number, scale).

    Running it waits for the gate, if it has one.
    """

    version: str
    scale: float = 1.0
    fails: bool = False
    gate: threading.Event | None = None
    running: threading.Event = field(default_factory=threading.Event)
    batch_sizes: list[int] = field(default_factory=list)

    def working_bytes(self, content: bytes) -> int:
        return len(content)

    def prepare(self, content: bytes, crop: CropBox | None) -> NDArray[np.uint8]:
        if not content:
            raise SevenviewsError(Reason.IMAGE_EMPTY, "the image has no bytes")
        return np.full((1, 2, 2), int(content), dtype=np.uint8)

    def embed(self, drawings: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.running.set()
        if self.gate is not None:
            assert self.gate.wait(10)
        if self.fails:
            raise RuntimeError("out of memory")
        self.batch_sizes.append(len(drawings))
        numbers = drawings[:, 0, 0, 0].astype(np.float32)
        return np.stack([numbers, np.full_like(numbers, self.scale)], axis=1)


class FakeSource:
    """A source of fake models. Loading waits for `gate` where a version has one."""

    def __init__(self, *versions: str, default: str = "") -> None:
        self.models = {version: FakeModel(version, float(rank)) for rank, version in enumerate(versions, 1)}
        self.default = default or (versions[0] if versions else "")
        self.loads: list[str] = []
        self.loading = threading.Event()
        self.gates: dict[str, threading.Event] = {}
        self.damaged: set[str] = set()

    def default_version(self) -> str:
        if not self.default:
            raise SevenviewsError(Reason.MODEL_NOT_FOUND, "the model store has no default model")
        return self.default

    def describe(self) -> Sequence[ModelDescription]:
        return [
            ModelDescription(version, "", 2, 2, version == self.default, PACKAGED) for version in self.models
        ]

    def load(self, version: str) -> Model:
        self.loads.append(version)
        self.loading.set()
        if (gate := self.gates.get(version)) is not None:
            assert gate.wait(10)
        if version not in self.models:
            raise SevenviewsError(Reason.MODEL_NOT_FOUND, "no such model", {"model_version": version})
        if version in self.damaged:
            raise SevenviewsError(Reason.MODEL_BUNDLE_INVALID, "changed", {"model_version": version})
        return self.models[version]


class Recorder:
    """An Observer and LoadObserver that keeps what it is told."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.decodes = 0
        self.batches: list[int] = []
        self.pending_images: list[int] = []
        self.loads: list[str] = []
        self.in_memory = 0

    def finished(self, outcome: str) -> None:
        self.outcomes.append(outcome)

    def decoded(self, seconds: float) -> None:
        assert seconds >= 0
        self.decodes += 1

    def inferred(self, images: int, seconds: float) -> None:
        assert seconds >= 0
        self.batches.append(images)

    def pending(self, images: int) -> None:
        self.pending_images.append(images)

    def model_loaded(self, seconds: float) -> None:
        assert seconds >= 0
        self.loads.append("OK")

    def model_failed(self, reason: str) -> None:
        self.loads.append(reason)

    def models_in_memory(self, count: int) -> None:
        self.in_memory = count
