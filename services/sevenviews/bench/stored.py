"""The vectors of a running system, read out of it."""

from __future__ import annotations

import grpc
import numpy as np

from sevenviews.runtime.channels import channel_options
from sevenviews.runtime.status import error_from_rpc
from sevenviews.runtime.wire import view_from_wire
from sevenviews.v1 import vectors_pb2, vectors_pb2_grpc
from sevenviews.vectors.index import StoredVector

_SECONDS = 120.0


def read_vectors(address: str) -> list[StoredVector]:
    """Everything that the serving release of a vector service holds, with vectors.

    Args:
        address: of the vector service, host:port.

    Raises:
        SevenviewsError: it does not answer, or nothing serves.
    """
    request = vectors_pb2.ListVectorsRequest(include_embeddings=True)
    with grpc.insecure_channel(address, options=channel_options()) as channel:
        stub = vectors_pb2_grpc.VectorServiceStub(channel)
        try:
            return [
                _stored(vector)
                for response in stub.ListVectors(request, timeout=_SECONDS)
                for vector in response.vectors
            ]
        except grpc.RpcError as error:
            raise error_from_rpc(error) from error


def _stored(vector: vectors_pb2.StoredVector) -> StoredVector:
    values = np.array(vector.embedding.values, np.float32)
    return StoredVector(vector.drawing_id, vector.patent_id, view_from_wire(vector.view), values)
