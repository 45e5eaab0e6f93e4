"""`sevenviews up`: everything that answers searches, on this machine."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.console import fail, note
from sevenviews.cli.local import Addresses, LocalOptions, LocalServices, StartError, locked, metrics_ports
from sevenviews.runtime.telemetry import configure_logs


def up(
    data: Annotated[Path, typer.Option(help="Directory of all that is stored; made if absent.")] = Path(
        ".sevenviews"
    ),
    port: Annotated[
        int, typer.Option(help="Port of the gateway; the other services take the next three. 0: any free.")
    ] = 50051,
    model: Annotated[
        Path | None, typer.Option(help="Model bundle to serve first.", show_default="the packaged one")
    ] = None,
    replicas: Annotated[int, typer.Option(min=1, help="Embedding replicas; one for each core you give.")] = 1,
    vectors_url: Annotated[str, typer.Option(help="http://HOST:19530 for a Milvus server.")] = "",
    database_url: Annotated[str, typer.Option(help="postgresql://… for PostgreSQL.")] = "",
    drawings_url: Annotated[str, typer.Option(help="s3://BUCKET/PREFIX for an object store.")] = "",
    cache_url: Annotated[str, typer.Option(help="redis://HOST:6379/0 for Redis.")] = "",
    metrics: Annotated[
        bool, typer.Option(help="Serve Prometheus pages on ports 9464 to 9467; with --port 0 on any free.")
    ] = False,
) -> None:
    """Start the four services on this machine, and serve until Ctrl-C.

    Prints `ready: gateway HOST:PORT` when searches are served. A service that dies is started again.
    Everything is kept in the data directory: start again on the same one, and all patents are there.

    Example:  sevenviews up --data patents
    """
    options = LocalOptions(
        data=data,
        addresses=Addresses.of(port),
        model=model,
        replicas=replicas,
        vectors_url=vectors_url,
        database_url=database_url,
        drawings_url=drawings_url,
        cache_url=cache_url,
        metrics_ports=metrics_ports(port) if metrics else {},
    )
    configure_logs("warning", "console")
    try:
        with locked(data):
            asyncio.run(_serve(options))
    except StartError as error:
        fail(str(error))


async def _serve(options: LocalOptions) -> None:
    services = LocalServices(options, note)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    note(f"starting in {options.data}; logs in {options.data / 'logs'}")
    starting = asyncio.create_task(services.start())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        starting.result()
        print(f"ready: gateway {services.addresses.gateway}", flush=True)
        await stopping
    else:
        starting.cancel()
    note("draining")
    await services.stop()
