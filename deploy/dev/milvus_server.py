"""Runs the Milvus server of the PyPI package in the foreground, below $HOME, on port 19530, until SIGTERM."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

from milvus import MilvusServer, MilvusServerConfig

PORT = 19530


def bind_again(_config: MilvusServerConfig, port: int) -> socket.socket | None:
    """As the package probes a port, but one that a killed predecessor left counts as free.

    Otherwise a restarted server would quietly listen on the next port.
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", port))
        probe.listen()
    except OSError:
        return None
    return probe


def main() -> None:
    """Exit with 1 if the server ends by itself, so that Kubernetes starts it again."""
    MilvusServerConfig.try_bind_port = bind_again
    server = MilvusServer()
    server.set_base_dir(str(Path(os.environ["HOME"]) / "server"))
    server.listen_port = PORT

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.stop()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    server.start()
    print(f"ready: milvus on port {PORT}", flush=True)
    while server.running:
        time.sleep(0.5)
    sys.exit("milvus has ended")


if __name__ == "__main__":
    main()
