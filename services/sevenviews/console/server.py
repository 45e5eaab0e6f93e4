"""The console as an HTTP server: until SIGTERM, then a drain."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator

import structlog
import uvicorn
from prometheus_client import start_http_server

from sevenviews.console.app import Console
from sevenviews.console.reading import Cut
from sevenviews.console.settings import ConsoleSettings
from sevenviews.runtime.telemetry import configure_logs

log = structlog.get_logger()


async def run(settings: ConsoleSettings, cut: Cut, tell: Callable[[str], None] = lambda _: None) -> None:
    """Serve until SIGTERM or SIGINT, then drain.

    Args:
        tell: is told the address of the page when it is served.

    Raises:
        SystemExit: the port is taken.
    """
    configure_logs(settings.log_level, settings.log_format)
    console = Console(settings, cut)
    server = _Server(
        uvicorn.Config(
            console.app,
            host=settings.host.strip("[]"),  # gRPC writes IPv6 in brackets, sockets do not
            port=settings.port,
            timeout_graceful_shutdown=round(settings.grace_seconds),
            access_log=False,
            log_config=None,
            server_header=False,
        )
    )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, addr=settings.host.strip("[]"))
    serving = asyncio.create_task(server.serve())
    await server.listening(serving)
    log.info("listening", service="console", address=server.address)
    tell(server.address)
    await asyncio.wait((serving, stopping := asyncio.create_task(stop.wait())), return_when="FIRST_COMPLETED")
    if stopping.done():
        console.draining = True
        await asyncio.sleep(settings.drain_seconds)
        server.should_exit = True
    await serving
    log.info("stopped", service="console")


class _Server(uvicorn.Server):
    """Tells when it listens, and leaves the signals to `run`."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        self._listening.set()

    async def listening(self, serving: asyncio.Task[None]) -> None:
        """Return when requests are taken; raises what ends the server before."""
        waiting = asyncio.create_task(self._listening.wait())
        await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            serving.result()

    @property
    def address(self) -> str:
        """Of the page: http://127.0.0.1:8080."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"
