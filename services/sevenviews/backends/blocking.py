"""The services as jobs and commands use them: blocking, from any process, patient with one that is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, TypeVar

import grpc

from sevenviews.backends.embedding_messages import embed_request, model_from_wire, result_from_wire
from sevenviews.backends.patent_messages import published_from_wire, record_from_wire
from sevenviews.backends.records import (
    GenerationRange,
    ImageInput,
    IndexParameters,
    Model,
    NearestDrawing,
    PatentRecord,
    PatentVectors,
    PublishedPatent,
    Release,
    StoredVector,
    Vector,
)
from sevenviews.backends.refresh_messages import refresh_from_wire, refresh_to_wire
from sevenviews.backends.refreshes import Refresh
from sevenviews.backends.remote import AWAY
from sevenviews.backends.vector_messages import (
    DEFAULT_INDEX,
    create_request,
    delete_request,
    embedding_to_wire,
    nearest_from_wire,
    release_from_wire,
    stored_from_wire,
    upsert_request,
)
from sevenviews.designs import SevenviewsError
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
from sevenviews.runtime.channels import open_blocking_channel
from sevenviews.runtime.security import ClientTls
from sevenviews.runtime.status import error_from_rpc

Answer = TypeVar("Answer")

_STREAM_SECONDS = 24 * 3600.0
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things are; those that nobody asks may be empty. Travels to Ray workers.

    Attributes:
        embedding: host:port.
        vectors: host:port.
        metadata: host:port.
        drawings_url: of the object store, as the metadata service takes it.
        tls: of vectors and metadata; None for plaintext. Ray Serve's proxy has none.
    """

    embedding: str = ""
    vectors: str = ""
    metadata: str = ""
    drawings_url: str = ""
    tls: ClientTls | None = None


class Services:
    """Channels to the three services; safe to use from several threads.

    Every method raises SevenviewsError: the service's own reason, or DEPENDENCY_UNAVAILABLE if it stays away for
    longer than the patience.

    Args:
        addresses: where they are.
        patience_seconds: how long a call is repeated while its service is away or overloaded. All calls are
            idempotent.
        call_seconds: the longest that a call may take.
    """

    def __init__(self, addresses: Addresses, patience_seconds: float, call_seconds: float = 60.0) -> None:
        self.addresses = addresses
        self._patience = patience_seconds
        self._call_seconds = call_seconds
        self._channels: list[grpc.Channel] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the channels."""
        for channel in self._channels:
            channel.close()

    # The catalogue

    def patent_ids(self) -> Iterator[str]:
        """Of all published patents, in order."""
        request = patents_pb2.ListPatentIdsRequest()
        for answer in self._stream("metadata", self._patents.ListPatentIds, request):
            yield from (one.patent_id for one in answer.patents)

    def patents(self, patent_ids: Sequence[str]) -> list[PublishedPatent]:
        """Those of up to 1,000 that are published."""
        request = patents_pb2.BatchGetPatentsRequest(patent_ids=patent_ids)
        answer = self._call("metadata", self._patents.BatchGetPatents, request)
        return list(map(published_from_wire, answer.patents))

    def records(self, patent_ids: Sequence[str]) -> dict[str, PatentRecord]:
        """Those of up to 1,000 that are published or staged, by id."""
        request = patents_pb2.BatchGetPatentsRequest(patent_ids=patent_ids, include_staged=True)
        answer = self._call("metadata", self._patents.BatchGetPatents, request)
        return {one.patent_id: one for one in map(record_from_wire, answer.patents)}

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
        answer = self._call("metadata", self._refreshes.ListRefreshes, request)
        return list(map(refresh_from_wire, answer.refreshes))

    # Embedding

    def embed(self, image: bytes, model_version: str) -> Vector:
        """The vector of an image, by the service that answers searches. Raises what is wrong with the image, too."""
        request = embed_request([ImageInput(image)], model_version)
        (wire,) = self._call("embedding", self._embedding.EmbedImages, request).results
        result = result_from_wire(wire)
        if isinstance(result, SevenviewsError):
            raise result
        return result

    def models(self) -> list[Model]:
        """All that the embedding service sees; the default first."""
        answer = self._call("embedding", self._embedding.ListModels, embedding_pb2.ListModelsRequest())
        return list(map(model_from_wire, answer.models))

    # Releases and their vectors

    def releases(self) -> list[Release]:
        """All that are not retired, newest first."""
        answer = self._call("vectors", self._vectors.ListReleases, vectors_pb2.ListReleasesRequest())
        return list(map(release_from_wire, answer.releases))

    def release(self, release_id: str) -> Release:
        """Raises RELEASE_NOT_FOUND."""
        request = vectors_pb2.GetReleaseRequest(release_id=release_id)
        return release_from_wire(self._call("vectors", self._vectors.GetRelease, request).release)

    def serving_release(self) -> Release:
        """Raises NO_SERVING_RELEASE."""
        request = vectors_pb2.GetServingReleaseRequest()
        return release_from_wire(self._call("vectors", self._vectors.GetServingRelease, request).release)

    def create_release(
        self, release_id: str, model: Model, index: IndexParameters = DEFAULT_INDEX, metric: str = "IP"
    ) -> Release:
        """The same parameters again change nothing. Raises RELEASE_CONFLICT."""
        request = create_request(release_id, model, index, metric)
        return release_from_wire(self._call("vectors", self._vectors.CreateRelease, request).release)

    def complete_release(self, release_id: str, evaluation: Mapping[str, float]) -> Release:
        """Returns when the index is built."""
        request = vectors_pb2.CompleteReleaseRequest(release_id=release_id, evaluation=evaluation)
        return release_from_wire(self._call("vectors", self._vectors.CompleteRelease, request).release)

    def fence(self, token: int) -> None:
        """Raises REFRESH_FENCED."""
        request = vectors_pb2.FencePromotionsRequest(fencing_token=token)
        self._call("vectors", self._vectors.FencePromotions, request)

    def promote(self, release_id: str, token: int = 0, *, force: bool = False) -> Release:
        """Raises REFRESH_FENCED, and RELEASE_STATE for one that is not complete unless forced."""
        request = vectors_pb2.PromoteReleaseRequest(release_id=release_id, fencing_token=token, force=force)
        return release_from_wire(self._call("vectors", self._vectors.PromoteRelease, request).release)

    def retire(self, release_id: str) -> None:
        """Raises RELEASE_STATE if it is serving."""
        request = vectors_pb2.RetireReleaseRequest(release_id=release_id)
        self._call("vectors", self._vectors.RetireRelease, request)

    def stored(
        self, release_id: str = "", patent_ids: Sequence[str] = (), *, with_vectors: bool = False
    ) -> Iterator[StoredVector]:
        """What a release holds, or the serving one, of some patents or of all, in the order of drawing ids."""
        request = vectors_pb2.ListVectorsRequest(
            release_id=release_id, patent_ids=patent_ids, include_embeddings=with_vectors
        )
        for answer in self._stream("vectors", self._vectors.ListVectors, request):
            yield from map(stored_from_wire, answer.vectors)

    def rows(self, release_id: str, patent_ids: Sequence[str]) -> list[StoredVector]:
        """The same of a few patents, without the vectors, and patiently."""
        request = vectors_pb2.ListVectorsRequest(release_id=release_id, patent_ids=patent_ids)

        def once() -> list[StoredVector]:
            answers = self._stream("vectors", self._vectors.ListVectors, request, self._call_seconds)
            return [stored_from_wire(row) for answer in answers for row in answer.vectors]

        return self._patiently(once)

    def search(self, release: Release, query: Vector, limit: int) -> list[NearestDrawing]:
        """The nearest drawings, best first."""
        queries = [embedding_to_wire(query, release.model_version)]
        request = vectors_pb2.SearchVectorsRequest(
            release_id=release.release_id, queries=queries, limit=limit
        )
        (result,) = self._call("vectors", self._vectors.SearchVectors, request).results
        return list(map(nearest_from_wire, result.drawings))

    def write(self, release: Release, patents: Sequence[PatentVectors]) -> None:
        """Replace what a release holds of these generations; others stay beside them."""
        self._call("vectors", self._vectors.UpsertVectors, upsert_request(release, patents))

    def delete(self, release_id: str, ranges: Sequence[GenerationRange]) -> None:
        """Remove generations of patents from a release."""
        self._call("vectors", self._vectors.DeleteVectors, delete_request(ranges, release_id))

    # How calls are made

    def _call(self, service: str, method: Callable[..., Answer], request: Any) -> Answer:
        def once() -> Answer:
            try:
                return method(request, timeout=self._call_seconds)
            except grpc.RpcError as error:
                raise error_from_rpc(error, service) from error

        return self._patiently(once)

    def _stream(
        self,
        service: str,
        method: Callable[..., Iterator[Answer]],
        request: Any,
        seconds: float = _STREAM_SECONDS,
    ) -> Iterator[Answer]:
        """Not repeated by itself: its reader may have used a part of it."""
        try:
            yield from method(request, timeout=seconds)
        except grpc.RpcError as error:
            raise error_from_rpc(error, service) from error

    def _patiently(self, work: Callable[[], Answer]) -> Answer:
        give_up = time.monotonic() + self._patience
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return work()
            except SevenviewsError as error:
                if error.reason not in AWAY or time.monotonic() + pause > give_up:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _channel(self, address: str, tls: ClientTls | None) -> grpc.Channel:
        # One layer tries again. A stream that gRPC itself tried again, its server killed, was seen to wait for ever
        # on a connection that was there.
        self._channels.append(open_blocking_channel(address, tls=tls, retries=not self._patience))
        return self._channels[-1]

    @cached_property
    def _metadata(self) -> grpc.Channel:
        return self._channel(self.addresses.metadata, self.addresses.tls)

    @cached_property
    def _patents(self) -> patents_pb2_grpc.PatentServiceStub:
        return patents_pb2_grpc.PatentServiceStub(self._metadata)

    @cached_property
    def _refreshes(self) -> refreshes_pb2_grpc.RefreshServiceStub:
        return refreshes_pb2_grpc.RefreshServiceStub(self._metadata)

    @cached_property
    def _vectors(self) -> vectors_pb2_grpc.VectorServiceStub:
        return vectors_pb2_grpc.VectorServiceStub(self._channel(self.addresses.vectors, self.addresses.tls))

    @cached_property
    def _embedding(self) -> embedding_pb2_grpc.EmbeddingServiceStub:
        return embedding_pb2_grpc.EmbeddingServiceStub(self._channel(self.addresses.embedding, None))
