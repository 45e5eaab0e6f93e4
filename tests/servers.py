"""A service of ours in a thread, for clients that block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType

import grpc
from prometheus_client import CollectorRegistry

from sevenviews.runtime.admission import Admission
from sevenviews.runtime.intake import Intake
from sevenviews.runtime.interceptors import CallInterceptor
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.telemetry import ServerMetrics


class ThreadedServer:
    """Serves on a free port of this machine while it is entered, with the interceptor of every server of ours.

    Args:
        register: adds servicers.
    """

    def __init__(self, register: Callable[[grpc.aio.Server], None]) -> None:
        self._register = register
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._address: Future[str] = Future()

    def __enter__(self) -> str:
        """Host and port."""
        self._thread.start()
        return self._address.result(30)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(30)

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        metrics = ServerMetrics("test", CollectorRegistry())
        intake = Intake(256 * MEBIBYTE, 64 * MEBIBYTE, wait_seconds=10)
        interceptor = CallInterceptor(metrics, Admission(100, 100), intake)
        server = grpc.aio.server(interceptors=[interceptor])
        self._register(server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        self._address.set_result(f"127.0.0.1:{port}")
        await self._ended.wait()
        await server.stop(None)
