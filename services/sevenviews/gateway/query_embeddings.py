"""From query images to vectors: the cache first, then one call of the embedding service for the rest."""

from __future__ import annotations

import asyncio
import hashlib
import struct
from collections.abc import Mapping, Sequence

from sevenviews.backends.embedding_client import EmbeddingClient
from sevenviews.backends.records import ImageInput, Vector
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.cache import EmbeddingCache
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.gateway.timings import StageClock


def image_digest(image: ImageInput) -> bytes:
    """SHA-256 over the image's bytes and its crop box: 32 bytes."""
    digest = hashlib.sha256(image.content).digest()
    crop = image.crop
    corners = b"" if crop is None else struct.pack("<4d", crop.left, crop.top, crop.right, crop.bottom)
    return hashlib.sha256(digest + corners).digest()


async def image_digests(images: Sequence[ImageInput]) -> tuple[bytes, ...]:
    """`image_digest` of each; away from the event loop, for images may be large."""
    return await asyncio.to_thread(lambda: tuple(map(image_digest, images)))


class QueryEmbedder:
    """Embeds query images, each image of a model once for as long as the cache keeps it."""

    def __init__(self, embedder: EmbeddingClient, cache: EmbeddingCache, metrics: GatewayMetrics) -> None:
        self._embedder = embedder
        self._cache = cache
        self._lookups = metrics.cached_embeddings

    async def embed(
        self,
        images: Mapping[int, ImageInput],
        digests: Mapping[int, bytes],
        model_version: str,
        timeout_seconds: float,
        clock: StageClock,
    ) -> dict[int, Vector]:
        """One vector an image.

        Args:
            images: at most 64, by the index of the query that has it.
            digests: `image_digests` of them.
            model_version: of the release that is to be searched.
            timeout_seconds: for the embedding service.
            clock: is told what the embedding service measured.

        Raises:
            SevenviewsError: an IMAGE_… reason or CROP_BOX_INVALID, naming the query in the metadata `image`.
        """
        if not images:
            return {}
        keys = {index: f"{model_version}:{digests[index].hex()}" for index in images}
        found = await self._cache.get_many(list(keys.values()))
        vectors = {
            key: vector for key, vector in zip(keys.values(), found, strict=True) if vector is not None
        }
        missing = {key: index for index, key in keys.items() if key not in vectors}
        self._lookups.labels("hit").inc(len(keys) - len(missing))
        self._lookups.labels("miss").inc(len(missing))
        if missing:
            fresh = await self._embed_missing(images, missing, model_version, timeout_seconds, clock)
            await self._cache.put_many(fresh)
            vectors |= fresh
        return {index: vectors[key] for index, key in keys.items()}

    async def _embed_missing(
        self,
        images: Mapping[int, ImageInput],
        missing: dict[str, int],
        model_version: str,
        timeout_seconds: float,
        clock: StageClock,
    ) -> dict[str, Vector]:
        answer = await self._embedder.embed(
            [images[index] for index in missing.values()], model_version, timeout_seconds
        )
        for stage, duration in answer.timings.items():
            clock.add(stage, duration.total_seconds())
        fresh: dict[str, Vector] = {}
        for (key, index), result in zip(missing.items(), answer.results, strict=True):
            if isinstance(result, SevenviewsError):
                raise _of_query(result, index)
            fresh[key] = result
        return fresh


def _of_query(error: SevenviewsError, index: int) -> SevenviewsError:
    query = f"queries[{index}]"
    named = SevenviewsError(error.reason, f"{query}: {error.message}", error.metadata)
    if error.reason is Reason.CROP_BOX_INVALID:
        return named.with_metadata(image=query, field=f"{query}.crop")
    return named.with_metadata(image=query)
