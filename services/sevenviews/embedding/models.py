"""Several model versions in memory at once; the one not used for longest makes room for another."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from sevenviews.designs import Calibration, CropBox, SevenviewsError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """What callers are told of a model."""

    version: str
    name: str
    dimension: int
    image_size: int
    is_default: bool
    calibration: Calibration


class Model(Protocol):
    """A model in memory. Its methods block, and may be called by several threads."""

    @property
    def version(self) -> str: ...

    def working_bytes(self, content: bytes) -> int:
        """Memory that `prepare` takes at most. Raises IMAGE_…."""
        ...

    def prepare(self, content: bytes, crop: CropBox | None) -> NDArray[np.uint8]:
        """Decode an image for this model: [1, side, side]. Raises IMAGE_… or CROP_BOX_INVALID."""
        ...

    def embed(self, drawings: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[n, 1, side, side] to unit vectors, [n, dimension]."""
        ...


class ModelSource(Protocol):
    """Where models come from. Its methods block."""

    def default_version(self) -> str:
        """The version that an empty name stands for. Raises MODEL_NOT_FOUND."""
        ...

    def describe(self) -> Sequence[ModelDescription]:
        """All models, the default first. Raises DEPENDENCY_UNAVAILABLE."""
        ...

    def load(self, version: str) -> Model:
        """Bring a model into memory. Raises MODEL_NOT_FOUND, MODEL_BUNDLE_INVALID."""
        ...


class LoadObserver(Protocol):
    """Where figures of loading go. May be called by several threads."""

    def model_loaded(self, seconds: float) -> None:
        """A model was brought into memory."""
        ...

    def model_failed(self, reason: str) -> None:
        """A model could not be loaded, for this reason."""
        ...

    def models_in_memory(self, count: int) -> None:
        """How many there are now."""
        ...


class LoadedModels:
    """Models by version, loaded at their first use, at most `capacity` of them in memory.

    Belongs to one event loop. Loading runs in a thread, so that requests for models in memory go on, and runs
    once for all who wait for it. A model that had to make room lives until its last batch is done.
    """

    def __init__(self, source: ModelSource, capacity: int, observer: LoadObserver) -> None:
        self._source = source
        self._capacity = capacity
        self._observer = observer
        self._loaded: OrderedDict[str, Model] = OrderedDict()
        self._loading: dict[str, asyncio.Task[Model]] = {}

    @property
    def versions(self) -> tuple[str, ...]:
        """Those in memory, the least recently used first."""
        return tuple(self._loaded)

    async def get(self, version: str = "") -> Model:
        """The model of a version; the default model for an empty one.

        Raises:
            SevenviewsError: MODEL_NOT_FOUND, MODEL_BUNDLE_INVALID.
        """
        version = version or await asyncio.to_thread(self._source.default_version)
        if (model := self._loaded.get(version)) is not None:
            self._loaded.move_to_end(version)
            return model
        if version not in self._loading:
            self._loading[version] = asyncio.create_task(self._load(version))
        # Others may wait for the same model when this caller gives up.
        return await asyncio.shield(self._loading[version])

    def load_now(self, version: str = "") -> Model:
        """Load a model in the calling thread, before there are requests. Raises what `get` raises."""
        version = version or self._source.default_version()
        return self._loaded.get(version) or self._keep(self._read(version))

    async def describe(self) -> Sequence[ModelDescription]:
        """All models of the source, the default first.

        Raises:
            SevenviewsError: DEPENDENCY_UNAVAILABLE.
        """
        return await asyncio.to_thread(self._source.describe)

    async def _load(self, version: str) -> Model:
        try:
            model = await asyncio.to_thread(self._read, version)
        finally:
            del self._loading[version]
        return self._keep(model)

    def _read(self, version: str) -> Model:
        started = time.perf_counter()
        try:
            model = self._source.load(version)
        except SevenviewsError as error:
            self._observer.model_failed(error.reason.value)
            raise
        self._observer.model_loaded(time.perf_counter() - started)
        return model

    def _keep(self, model: Model) -> Model:
        self._loaded[model.version] = model
        log.info("model loaded", model_version=model.version)
        while len(self._loaded) > self._capacity:
            evicted, _ = self._loaded.popitem(last=False)
            log.info("model made room", model_version=evicted)
        self._observer.models_in_memory(len(self._loaded))
        return model
