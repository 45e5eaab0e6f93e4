"""Our embedding service beside LitServe, our vector service beside faiss on the wire and LanceDB in the process."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.bench.comparison import Comparison, Report, alternate
from sevenviews.bench.peers.faiss_server import LIMIT, METHOD
from sevenviews.bench.queries import Queries
from sevenviews.bench.timing import rate, timed
from sevenviews.runtime.channels import open_blocking_channel

_ONE_BY_ONE = 12
_START_SECONDS = 60
_PACKAGE = "sevenviews.bench.peers"

Item = TypeVar("Item")
Vectors = npt.NDArray[np.float32]


def measure(addresses: Addresses, drawings: Sequence[bytes], pairs: int, clients: int, calls: int) -> Report:
    """Ask ours and theirs the same, in turn.

    Args:
        addresses: of embedding and vectors, in a running system.
        drawings: to embed and to search with.
        pairs: alternations of each kind.
        clients: threads that ask at once for the rates.
        calls: by all of them, in each round.
    """
    with Services(addresses, patience_seconds=30) as services, ExitStack() as peers:
        release = services.serving_release()
        rows = [one.vector for one in services.stored(with_vectors=True) if one.vector is not None]
        vectors = np.stack(rows)
        contents = Queries(drawings).take(calls)
        asked = [services.embed(one, release.model_version) for one in contents]
        litserve = peers.enter_context(litserve_embeds())
        faiss = peers.enter_context(faiss_finds(vectors))
        lance = peers.enter_context(lancedb_finds(vectors))

        def embed(content: bytes) -> None:
            services.embed(content, release.model_version)

        def search(vector: Vectors) -> None:
            services.search(release, vector, LIMIT)

        def beside(
            work: str,
            peer: str,
            ours: Callable[[Item], object],
            theirs: Callable[[Item], object],
            items: Sequence[Item],
        ) -> Iterator[Comparison]:
            # Connect, and load what is loaded at the first use.
            ours(items[0])
            theirs(items[0])
            one_by_one = items[:_ONE_BY_ONE]
            yield Comparison.of(
                work, peer, "ms", *alternate(pairs, _p50(ours, one_by_one), _p50(theirs, one_by_one))
            )
            yield Comparison.of(
                f"{work}, {clients} at once",
                peer,
                "1/s",
                *alternate(pairs, _rate(ours, items, clients), _rate(theirs, items, clients)),
            )

        return Report(
            "peers",
            f"{len(vectors):,} drawings",
            (
                *beside("embedding a drawing", "LitServe", embed, litserve, contents),
                *beside("nearest drawings", "faiss behind grpc.aio", search, faiss, asked),
                *beside("nearest drawings", "LanceDB in the process", search, lance, asked),
            ),
            (
                "faiss and LanceDB find rows alone: no filter, no release, no deletion; LanceDB without an index, "
                "exactly.",
                "ChromaDB is not among them: it brings an onnxruntime of its own into the place of ours.",
            ),
        )


def _p50(work: Callable[[Item], object], items: Sequence[Item]) -> Callable[[int], float]:
    return lambda _: median(timed(work, item)[1] for item in items)


def _rate(work: Callable[[Item], object], items: Sequence[Item], clients: int) -> Callable[[int], float]:
    return lambda _: rate(work, items, clients)


@contextmanager
def litserve_embeds() -> Iterator[Callable[[bytes], Vectors]]:
    """Asks it for a drawing's vector, over a connection for each thread."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    of_thread = threading.local()

    def ask(method: str, path: str, body: str = "") -> bytes:
        if not hasattr(of_thread, "connection"):
            of_thread.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection: http.client.HTTPConnection = of_thread.connection
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise ConnectionError(f"LitServe answered {answer.status}")
        return content

    def embed(content: bytes) -> Vectors:
        request = json.dumps({"image": base64.b64encode(content).decode()})
        return np.array(json.loads(ask("POST", "/predict", request))["vector"], np.float32)

    with _started("litserve_server", str(port)) as server:
        give_up = time.monotonic() + _START_SECONDS
        while True:
            try:
                ask("GET", "/health")
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > give_up:
                    raise
                of_thread.__dict__.clear()
                time.sleep(0.1)
        yield embed


@contextmanager
def faiss_finds(vectors: Vectors) -> Iterator[Callable[[Vectors], bytes]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.npy"
        np.save(path, vectors)
        with _started("faiss_server", str(path)) as server:
            assert server.stdout is not None  # noqa: S101 - it is a pipe
            port = int(server.stdout.readline())
            with open_blocking_channel(f"127.0.0.1:{port}") as channel:
                search: Callable[..., bytes] = channel.unary_unary(METHOD)
                yield lambda vector: search(vector.tobytes(), timeout=60)


@contextmanager
def lancedb_finds(vectors: Vectors) -> Iterator[Callable[[Vectors], Any]]:
    # Not before the others are started: a process that has threads of its runtime had better not fork.
    import lancedb

    with TemporaryDirectory() as folder:
        column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
        table = lancedb.connect(folder).create_table("drawings", pa.table({"vector": column}))

        def search(vector: Vectors) -> Any:
            nearest: Any = table.search(vector)
            return nearest.distance_type("dot").limit(LIMIT).to_arrow()

        yield search


@contextmanager
def _started(module: str, argument: str) -> Iterator[subprocess.Popen[str]]:
    """A peer in processes of its own, which end with this."""
    command = [sys.executable, "-m", f"{_PACKAGE}.{module}", argument]
    process = subprocess.Popen(  # noqa: S603 - this interpreter, and arguments of ours
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
