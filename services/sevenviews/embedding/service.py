"""The work of the embedding service: images to vectors. Knows neither Ray nor gRPC."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sevenviews.designs import CropBox, Reason, SevenviewsError
from sevenviews.embedding.batches import Batches, BatchObserver, Prepared, Vector
from sevenviews.embedding.models import LoadedModels, Model
from sevenviews.embedding.settings import DECODING_BYTES, MAX_IMAGES
from sevenviews.runtime.budget import Budget
from sevenviews.runtime.deadlines import Deadline, in_thread
from sevenviews.runtime.wire import check_range, required


@dataclass(frozen=True, slots=True)
class Image:
    """An encoded image, and the part of it that counts. A crop box that is wrong is the image's error."""

    content: bytes
    crop: CropBox | None = None


@dataclass(frozen=True, slots=True)
class Embedded:
    """One result per image, in order: a vector of unit length, or why there is none."""

    model_version: str
    results: tuple[Vector | SevenviewsError, ...]
    decode_seconds: float
    """Until the last image was decoded."""
    infer_seconds: float
    """From then until the last vector."""


class Observer(BatchObserver, Protocol):
    """Where figures go."""

    def finished(self, outcome: str) -> None: ...
    def decoded(self, seconds: float) -> None: ...
    def pending(self, images: int) -> None: ...


class EmbeddingWork:
    """Embeds images with one of several models, decoding them in threads.

    Args:
        models: those that may be asked for.
        decode_threads: images decoded at once.
        max_pending_images: of all requests together; more are refused.
        observer: told of every image and batch.
        batch_size: the most images of one run of a network.
        decoding_bytes: memory for the images that are decoded at once; more wait.
        request_seconds: in which an image must have come so far that its decoding begins.
    """

    def __init__(
        self,
        models: LoadedModels,
        decode_threads: int,
        max_pending_images: int,
        observer: Observer,
        batch_size: int = 16,
        decoding_bytes: int = DECODING_BYTES,
        request_seconds: float = 60.0,
    ) -> None:
        self.models = models
        self._decoders = ThreadPoolExecutor(decode_threads, thread_name_prefix="decode")
        self._batches = Batches(batch_size, observer)
        self._max_pending = max_pending_images
        self._pending = 0
        self._observer = observer
        self._decoding = Budget(decoding_bytes, "decoding images")
        self._request_seconds = request_seconds

    async def embed(self, model_version: str, images: Sequence[Image | SevenviewsError]) -> Embedded:
        """Embed images with a model; a bad one fails alone.

        Args:
            model_version: empty for the default model.
            images: 1 to 64; an error in an image's place is its result.

        Raises:
            SevenviewsError: FIELD_REQUIRED, FIELD_OUT_OF_RANGE, OVERLOADED, MODEL_NOT_FOUND,
                MODEL_BUNDLE_INVALID.
        """
        deadline = Deadline.after(self._request_seconds)
        _check_count(len(images))
        with self._admitted(len(images)):
            model = await self.models.get(model_version)
            return await self._embed(model, images, deadline)

    def close(self) -> None:
        """Let the threads end."""
        self._decoders.shutdown(wait=False, cancel_futures=True)
        self._batches.close()

    @contextmanager
    def _admitted(self, count: int) -> Iterator[None]:
        if self._pending + count > self._max_pending:
            raise SevenviewsError(
                Reason.OVERLOADED,
                f"{self._pending} images are being embedded; {count} more would exceed {self._max_pending}",
            )
        self._add_pending(count)
        try:
            yield
        finally:
            self._add_pending(-count)

    def _add_pending(self, count: int) -> None:
        self._pending += count
        self._observer.pending(self._pending)

    async def _embed(
        self, model: Model, images: Sequence[Image | SevenviewsError], deadline: Deadline
    ) -> Embedded:
        started = decoded = time.perf_counter()

        async def embed_one(position: int, image: Image | SevenviewsError) -> Vector | SevenviewsError:
            nonlocal decoded
            try:
                prepared = await self._prepare(model, image, deadline)
            except SevenviewsError as error:
                self._observer.finished(error.reason.value)
                return error.with_metadata(image=f"images[{position}]")
            decoded = time.perf_counter()
            vector = await self._batches.vector(prepared)
            self._observer.finished("OK")
            return vector

        results = await asyncio.gather(*(embed_one(*item) for item in enumerate(images)))
        return Embedded(model.version, tuple(results), decoded - started, time.perf_counter() - decoded)

    async def _prepare(self, model: Model, image: Image | SevenviewsError, deadline: Deadline) -> Prepared:
        if isinstance(image, SevenviewsError):
            raise image
        pixels = await in_thread(
            self._decoders, deadline, lambda seconds: self._decode(model, image, seconds)
        )
        return Prepared(pixels, model)

    def _decode(self, model: Model, image: Image, seconds: float) -> NDArray[np.uint8]:
        with self._decoding.hold(model.working_bytes(image.content), seconds):
            started = time.perf_counter()
            pixels = model.prepare(image.content, image.crop)
        self._observer.decoded(time.perf_counter() - started)
        return pixels


def _check_count(count: int) -> None:
    if count == 0:
        raise required("images")
    check_range("images", count, 1, MAX_IMAGES)
