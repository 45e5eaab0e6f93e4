"""HNSW of faiss behind grpc.aio, with nothing around it: `python -m sevenviews.bench.peers.faiss_server VECTORS.npy`.

Bytes of a vector in, bytes of row numbers out. Prints its port when it answers.
"""

from __future__ import annotations

import asyncio
import sys

import faiss
import grpc
import numpy as np

from sevenviews.bench.peers import end_with_starter

METHOD = "/peer.Faiss/Search"
LIMIT = 10
_EDGES, _BUILD_EF, _EF = 16, 200, 64


async def serve(path: str) -> None:
    vectors = np.load(path)
    index = faiss.IndexHNSWFlat(vectors.shape[1], _EDGES, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction, index.hnsw.efSearch = _BUILD_EF, _EF
    index.add(vectors)
    faiss.omp_set_num_threads(1)

    async def search(request: bytes, _: object) -> bytes:
        _, rows = index.search(np.frombuffer(request, np.float32)[None], LIMIT)
        found: bytes = rows.tobytes()
        return found

    _, service, method = METHOD.split("/")
    server = grpc.aio.server()
    handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
        method: grpc.unary_unary_rpc_method_handler(search)
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    end_with_starter()
    asyncio.run(serve(sys.argv[1]))
