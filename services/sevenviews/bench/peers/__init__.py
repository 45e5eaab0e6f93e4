"""What a user would take instead: faiss behind grpc.aio, LanceDB, LitServe; the same model and vectors, one run.

Not ChromaDB, which brings an onnxruntime of its own into the place of ours.
"""

from __future__ import annotations

import os
import signal
import threading


def end_with_starter() -> None:
    """Let this process group end when whoever holds the other end of standard input does, however that ends."""

    def wait() -> None:
        # Not by sys.stdin: a process that is forked meanwhile closes it, and would wait for its lock for ever.
        while os.read(0, 1):
            pass
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()
