"""A private Milvus server on a free port: the binary of the PyPI package `milvus`, in a process of its own.

That is Milvus 2.3.5. The versions that are deployed, 2.6 by deploy/compose.yaml and 2.5 by the chart of
deploy/upstream, come as container images only, and are not run here. To run the suites on one of them, or on any
other server:

    SEVENVIEWS_TEST_MILVUS_URL=http://host:19530 pytest tests/contract tests/integration

They promote releases and drop all collections, so they refuse a server that holds any. A database of their own on it
would not keep them apart on 2.3.5, which looks up aliases in the default one.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from pymilvus import MilvusClient

from tests.processes import start_child

URL_VARIABLE = "SEVENVIEWS_TEST_MILVUS_URL"

_PROGRAM = textwrap.dedent(
    """
    import functools, signal, socket, subprocess, sys
    from milvus import MilvusServer, MilvusServerConfig
    from sevenviews.cli.supervisor import die_with_parent

    # The server ends with this starter, and the starter with the tests.
    subprocess.Popen = functools.partial(
        subprocess.Popen, preexec_fn=functools.partial(die_with_parent, signal.SIGKILL)
    )

    def try_bind_port(self, port):
        # As the package does it, but a port that a killed predecessor left is free, as it is for Milvus itself.
        # Otherwise a restarted server would quietly listen on the next one.
        probe = socket.socket()
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return None
        return probe

    MilvusServerConfig.try_bind_port = try_bind_port
    server = MilvusServer()
    server.set_base_dir(sys.argv[1])
    server.listen_port = int(sys.argv[2])
    server.start()
    print("started", flush=True)
    signal.sigwait({signal.SIGTERM})
    server.stop()
    """
)


class MilvusProcess:
    """Can be made to hang, and to go on."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sevenviews-milvus-", ignore_cleanup_errors=True)
        self._process: subprocess.Popen[str] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def starter(self) -> int:
        """The process that the server is a child of."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Return when it answers: about 11 s."""
        self._process = start_child(
            [sys.executable, "-c", _PROGRAM, self._folder.name, str(self.port)],
            farewell=signal.SIGKILL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("started"):
                return
        raise RuntimeError("Milvus did not start")

    def kill(self) -> None:
        """The server and its starter, without a farewell."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Let it hang: connections stay, and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def close(self) -> None:
        self.kill()
        self._folder.cleanup()


@contextlib.contextmanager
def running_milvus() -> Iterator[MilvusProcess]:
    """A started server; the test is skipped where the package is missing."""
    if find_spec("milvus") is None:
        pytest.skip("the package milvus is not installed (pip install milvus==2.3.5)")
    server = MilvusProcess()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def milvus_server() -> Iterator[MilvusProcess]:
    """One server for the whole run: two of them on one machine fight over their inner ports.

    Tests that make it hang need this one; the others take `milvus_url`.
    """
    if os.environ.get(URL_VARIABLE):
        pytest.skip(f"{URL_VARIABLE} names a server that is not ours to stop")
    with running_milvus() as server:
        yield server


@pytest.fixture(scope="session")
def milvus_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Of a server that is there already and holds nothing, or else of our own."""
    given = os.environ.get(URL_VARIABLE)
    if not given:
        yield request.getfixturevalue("milvus_server").url
        return
    require_empty(given)
    yield given
    empty_milvus(given)


def require_empty(url: str) -> None:
    """Raise RuntimeError if somebody's collections are on the server."""
    client = MilvusClient(url)
    collections = sorted(client.list_collections())
    client.close()
    if collections:
        raise RuntimeError(
            f"{url} holds {', '.join(collections)}: the tests would drop all that. Give an empty server; if a run of "
            "tests that was cut off left these, drop them by hand"
        )


def empty_milvus(url: str) -> None:
    """Drop everything, so that one suite's releases are not another's. Only for what `milvus_url` gives."""
    client = MilvusClient(url)
    for collection in client.list_collections():
        for alias in client.list_aliases(collection)["aliases"]:
            client.drop_alias(alias)
        client.drop_collection(collection)
    client.close()
