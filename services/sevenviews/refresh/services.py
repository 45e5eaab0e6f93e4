"""The services as the refresh uses them: blocking, from any process, patient with one that is away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import grpc
import numpy as np
import numpy.typing as npt

from sevenviews.designs import Patent, Reason, SevenviewsError
from sevenviews.internal.v1 import (
    embedding_pb2,
    embedding_pb2_grpc,
    patents_pb2,
    patents_pb2_grpc,
    refreshes_pb2,
    refreshes_pb2_grpc,
    vectors_pb2,
    vectors_pb2_grpc,
)
from sevenviews.refresh.record import Refresh
from sevenviews.refresh.wire import refresh_from_wire, refresh_to_wire
from sevenviews.runtime.channels import channel_options
from sevenviews.runtime.security import ClientTls, channel_credentials
from sevenviews.runtime.status import error_from_item, error_from_rpc
from sevenviews.runtime.wire import date_to_wire, locarno_to_wire, patent_from_wire, view_to_wire
from sevenviews.v1 import common_pb2, patent_pb2

Vector = npt.NDArray[np.float32]
Answer = TypeVar("Answer")

_CALL_SECONDS = 60.0
_STREAM_SECONDS = 24 * 3600.0
_AWAY = {Reason.DEPENDENCY_UNAVAILABLE, Reason.OVERLOADED, Reason.DRAINING, Reason.DEADLINE_EXCEEDED}
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0

_ONLY_GENERATION = 1
"""Until the catalogue counts the generations of a patent."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things are. Travels to Ray workers.

    Attributes:
        embedding: host:port.
        vectors: host:port.
        metadata: host:port.
        drawings_url: of the object store, as the metadata service takes it.
        tls: of vectors and metadata; None for plaintext. Ray Serve's proxy has none.
    """

    embedding: str
    vectors: str
    metadata: str
    drawings_url: str
    tls: ClientTls | None = None


@dataclass(frozen=True, slots=True)
class EmbeddedDrawing:
    """A drawing of a patent with its vector, ready to be written."""

    drawing_id: str
    vector: Vector
    content_key: str


class Services:
    """Channels to the three services; safe to use from several threads.

    Every method raises SevenviewsError: the service's own reason, or DEPENDENCY_UNAVAILABLE if it stays away for
    longer than the patience.

    Args:
        addresses: where they are.
        patience_seconds: how long a call is repeated while its service is away or overloaded. All calls are
            idempotent.
    """

    def __init__(self, addresses: Addresses, patience_seconds: float) -> None:
        self.addresses = addresses
        self._patience = patience_seconds
        self._channels: list[grpc.Channel] = []

    def close(self) -> None:
        """Close the channels."""
        for channel in self._channels:
            channel.close()

    # The catalogue

    def patent_ids(self) -> Iterator[str]:
        """Of all published patents, in order."""
        request = patents_pb2.ListPatentIdsRequest()
        for response in self._stream("metadata", self._patents.ListPatentIds, request):
            yield from response.patent_ids

    def patents(self, patent_ids: Sequence[str]) -> list[Patent]:
        """Those of up to 1,000 that are published."""
        request = patents_pb2.BatchGetPatentsRequest(patent_ids=patent_ids)
        response = self._call("metadata", self._patents.BatchGetPatents, request)
        return [patent_from_wire(one) for one in response.patents]

    def is_known_drawing(self, drawing_id: str) -> bool:
        """Whether any record, staged or published, names it."""
        request = patents_pb2.GetDrawingImageRequest(
            drawing_id=drawing_id, include_staged=True, size=patent_pb2.DRAWING_SIZE_THUMBNAIL
        )
        try:
            self._call("metadata", self._patents.GetDrawingImage, request)
        except SevenviewsError as error:
            if error.reason is Reason.DRAWING_NOT_FOUND:
                return False
            if error.reason is not Reason.DRAWING_CONTENT_MISSING:
                raise
        return True

    # The journal

    def put_refresh(self, record: Refresh) -> None:
        """Raises REFRESH_FENCED."""
        request = refreshes_pb2.PutRefreshRequest(refresh=refresh_to_wire(record))
        self._call("metadata", self._refreshes.PutRefresh, request)

    def refresh(self, refresh_id: str) -> Refresh:
        """Raises REFRESH_NOT_FOUND."""
        request = refreshes_pb2.GetRefreshRequest(refresh_id=refresh_id)
        return refresh_from_wire(self._call("metadata", self._refreshes.GetRefresh, request).refresh)

    def refreshes(self, count: int = 20) -> list[Refresh]:
        """The newest first."""
        request = refreshes_pb2.ListRefreshesRequest(page_size=count)
        response = self._call("metadata", self._refreshes.ListRefreshes, request)
        return [refresh_from_wire(one) for one in response.refreshes]

    # Embedding

    def embed(self, images: Sequence[bytes], model_version: str) -> list[Vector | SevenviewsError]:
        """Up to 64 images, by the service that answers searches."""
        request = embedding_pb2.EmbedImagesRequest(
            model_version=model_version, images=[embedding_pb2.ImageContent(content=one) for one in images]
        )
        response = self._call("embedding", self._embedding.EmbedImages, request)
        return [
            error_from_item(one.status) or np.array(one.embedding.values, np.float32)
            for one in response.results
        ]

    def models(self) -> Mapping[str, int]:
        """Dimension by version, of all models that the embedding service sees; the default first."""
        response = self._call("embedding", self._embedding.ListModels, embedding_pb2.ListModelsRequest())
        return {one.model_version: one.dimension for one in response.models}

    # Releases and their vectors

    def releases(self) -> list[vectors_pb2.Release]:
        """All that are not retired, newest first."""
        response = self._call("vectors", self._vectors.ListReleases, vectors_pb2.ListReleasesRequest())
        return list(response.releases)

    def release(self, release_id: str) -> vectors_pb2.Release:
        """Raises RELEASE_NOT_FOUND."""
        request = vectors_pb2.GetReleaseRequest(release_id=release_id)
        return self._call("vectors", self._vectors.GetRelease, request).release

    def serving_release(self) -> vectors_pb2.Release:
        """Raises NO_SERVING_RELEASE."""
        request = vectors_pb2.GetServingReleaseRequest()
        return self._call("vectors", self._vectors.GetServingRelease, request).release

    def create_release(
        self,
        release_id: str,
        model_version: str,
        dimension: int,
        index: vectors_pb2.IndexParameters,
        metric: str = "IP",
    ) -> vectors_pb2.Release:
        """The same parameters again change nothing. Raises RELEASE_CONFLICT."""
        request = vectors_pb2.CreateReleaseRequest(
            release_id=release_id,
            model_version=model_version,
            dimension=dimension,
            index=index,
            metric=metric,
        )
        return self._call("vectors", self._vectors.CreateRelease, request).release

    def complete_release(self, release_id: str, evaluation: Mapping[str, float]) -> vectors_pb2.Release:
        """Returns when the index is built."""
        request = vectors_pb2.CompleteReleaseRequest(release_id=release_id, evaluation=evaluation)
        return self._call("vectors", self._vectors.CompleteRelease, request).release

    def fence(self, token: int) -> None:
        """Raises REFRESH_FENCED."""
        request = vectors_pb2.FencePromotionsRequest(fencing_token=token)
        self._call("vectors", self._vectors.FencePromotions, request)

    def promote(self, release_id: str, token: int = 0, *, force: bool = False) -> vectors_pb2.Release:
        """Raises REFRESH_FENCED, and RELEASE_STATE for one that is not complete unless forced."""
        request = vectors_pb2.PromoteReleaseRequest(release_id=release_id, fencing_token=token, force=force)
        return self._call("vectors", self._vectors.PromoteRelease, request).release

    def retire(self, release_id: str) -> None:
        """Raises RELEASE_STATE if it is serving."""
        request = vectors_pb2.RetireReleaseRequest(release_id=release_id)
        self._call("vectors", self._vectors.RetireRelease, request)

    def stored(
        self, release_id: str, patent_ids: Sequence[str] = (), *, with_vectors: bool = False
    ) -> Iterator[vectors_pb2.StoredVector]:
        """What a release holds, of some patents or of all, in the order of drawing ids."""
        request = vectors_pb2.ListVectorsRequest(
            release_id=release_id, patent_ids=patent_ids, include_embeddings=with_vectors
        )
        for response in self._stream("vectors", self._vectors.ListVectors, request):
            yield from response.vectors

    def content_keys(self, release_id: str, patent_ids: Sequence[str]) -> dict[str, str]:
        """Of which image each drawing's vector is, by drawing id."""
        return self._patiently(
            lambda: {one.drawing_id: one.content_key for one in self.stored(release_id, patent_ids)}
        )

    def search(
        self, release: vectors_pb2.Release, query: Vector, limit: int
    ) -> list[vectors_pb2.NearestDrawing]:
        """The nearest drawings, best first."""
        embedding = common_pb2.Embedding(values=query.tolist(), model_version=release.model_version)
        request = vectors_pb2.SearchVectorsRequest(
            release_id=release.release_id, queries=[embedding], limit=limit
        )
        return list(self._call("vectors", self._vectors.SearchVectors, request).results[0].drawings)

    def write(
        self,
        release_id: str,
        model_version: str,
        patents: Sequence[tuple[Patent, Sequence[EmbeddedDrawing]]],
    ) -> None:
        """Replace what a release holds of some patents."""
        request = vectors_pb2.UpsertVectorsRequest(
            release_id=release_id,
            patents=[_patent_vectors(patent, drawings, model_version) for patent, drawings in patents],
        )
        self._call("vectors", self._vectors.UpsertVectors, request)

    def delete(self, release_id: str, patent_ids: Sequence[str]) -> None:
        """Remove patents from a release."""
        patents = [vectors_pb2.PatentGenerations(patent_id=one) for one in patent_ids]
        request = vectors_pb2.DeleteVectorsRequest(release_id=release_id, patents=patents)
        self._call("vectors", self._vectors.DeleteVectors, request)

    # How calls are made

    def _call(self, service: str, method: Callable[..., Answer], request: Any) -> Answer:
        def once() -> Answer:
            try:
                return method(request, timeout=_CALL_SECONDS)
            except grpc.RpcError as error:
                raise error_from_rpc(error, service) from error

        return self._patiently(once)

    def _stream(self, service: str, method: Callable[..., Any], request: Any) -> Iterator[Any]:
        """Not repeated by itself: its reader may have used a part of it."""
        try:
            yield from method(request, timeout=_STREAM_SECONDS)
        except grpc.RpcError as error:
            raise error_from_rpc(error, service) from error

    def _patiently(self, work: Callable[[], Answer]) -> Answer:
        give_up = time.monotonic() + self._patience
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return work()
            except SevenviewsError as error:
                if error.reason not in _AWAY or time.monotonic() + pause > give_up:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _channel(self, address: str, tls: ClientTls | None) -> grpc.Channel:
        if tls is None:
            channel = grpc.insecure_channel(address, options=channel_options())
        else:
            channel = grpc.secure_channel(address, channel_credentials(tls), options=channel_options())
        self._channels.append(channel)
        return channel

    @cached_property
    def _metadata_channel(self) -> grpc.Channel:
        return self._channel(self.addresses.metadata, self.addresses.tls)

    @cached_property
    def _patents(self) -> patents_pb2_grpc.PatentServiceStub:
        return patents_pb2_grpc.PatentServiceStub(self._metadata_channel)

    @cached_property
    def _refreshes(self) -> refreshes_pb2_grpc.RefreshServiceStub:
        return refreshes_pb2_grpc.RefreshServiceStub(self._metadata_channel)

    @cached_property
    def _vectors(self) -> vectors_pb2_grpc.VectorServiceStub:
        return vectors_pb2_grpc.VectorServiceStub(self._channel(self.addresses.vectors, self.addresses.tls))

    @cached_property
    def _embedding(self) -> embedding_pb2_grpc.EmbeddingServiceStub:
        return embedding_pb2_grpc.EmbeddingServiceStub(self._channel(self.addresses.embedding, None))


def _patent_vectors(
    patent: Patent, drawings: Sequence[EmbeddedDrawing], model_version: str
) -> vectors_pb2.PatentVectors:
    views = {one.drawing_id: one.view for one in patent.drawings}
    return vectors_pb2.PatentVectors(
        patent_id=patent.patent_id,
        generation=_ONLY_GENERATION,
        locarno=map(locarno_to_wire, patent.locarno),
        office=patent.office,
        holders=patent.holders,
        publication_date=date_to_wire(patent.publication_date),
        filing_date=date_to_wire(patent.filing_date),
        drawings=[
            vectors_pb2.DrawingVector(
                drawing_id=one.drawing_id,
                view=view_to_wire(views[one.drawing_id]),
                embedding=common_pb2.Embedding(values=one.vector.tolist(), model_version=model_version),
                content_key=one.content_key,
            )
            for one in drawings
        ],
    )
