"""`sevenviews up`: everything that answers searches, on this machine."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.console import fail, note
from sevenviews.cli.extras import missing, without
from sevenviews.cli.local import (
    Addresses,
    LocalOptions,
    LocalServices,
    console_address,
    locked,
    metrics_ports,
)
from sevenviews.runtime.telemetry import configure_logs

_CONSOLE_PORT = 8080


def up(
    data: Annotated[Path, typer.Option(help="Directory of all that is stored; made if absent.")] = Path(
        ".sevenviews"
    ),
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65532,
            help="Port of the gateway; the other services take the next three. 0: any free.",
        ),
    ] = 50051,
    host: Annotated[
        str, typer.Option(help="Where the gateway listens: 0.0.0.0 for other machines. The others never do.")
    ] = "127.0.0.1",
    api_keys: Annotated[
        Path | None, typer.Option(help="File that `sevenviews keys` makes: who has none is refused.")
    ] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="With another --host: answer whoever gets there.")
    ] = False,
    model: Annotated[
        Path | None, typer.Option(help="Model bundle to serve first.", show_default="the packaged one")
    ] = None,
    replicas: Annotated[int, typer.Option(min=1, help="Embedding replicas; one for each core you give.")] = 1,
    vectors_url: Annotated[str, typer.Option(help="http://HOST:19530 for a Milvus server.")] = "",
    database_url: Annotated[str, typer.Option(help="postgresql://… for PostgreSQL.")] = "",
    drawings_url: Annotated[str, typer.Option(help="s3://BUCKET/PREFIX for an object store.")] = "",
    cache_url: Annotated[str, typer.Option(help="redis://HOST:6379/0 for Redis.")] = "",
    console: Annotated[bool, typer.Option(help="Serve the web page too.")] = True,
    console_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port of the web page; another one where it is taken. 0: any free.",
            show_default="8080; with --port 0 any free",
        ),
    ] = None,
    metrics: Annotated[
        bool, typer.Option(help="Serve Prometheus pages on ports 9464 to 9467; with --port 0 on any free.")
    ] = False,
) -> None:
    """Start the four services and the web page on this machine, and serve until Ctrl-C.

    Prints `ready: gateway HOST:PORT` when searches are served, and then the address of the web page. A service
    that dies is started again.

    Everything is kept in the data directory: start again on the same one, and all patents are there.

    Example:  sevenviews up --data patents

    Example:  sevenviews up --data patents --host 0.0.0.0 --api-keys keys.json
    """
    _check(host, api_keys, anonymous=anonymous)
    if console and (absent := missing("console")):
        note(f"no web page: {without('console', absent)}")
        console = False
    if console_port is None:
        console_port = _CONSOLE_PORT if port else 0
    options = LocalOptions(
        data=data,
        addresses=Addresses.of(port, host),
        console=console_address(console_port) if console else "",
        model=model,
        replicas=replicas,
        vectors_url=vectors_url,
        database_url=database_url,
        drawings_url=drawings_url,
        cache_url=cache_url,
        metrics_ports=metrics_ports(port) if metrics else {},
        api_keys=api_keys,
        anonymous=anonymous,
    )
    configure_logs("warning", "console")
    with locked(data):
        asyncio.run(serve(options))


def _check(host: str, api_keys: Path | None, *, anonymous: bool) -> None:
    """End the command where the gateway would refuse to start: with what its environment says, or with its keys."""
    from pydantic import ValidationError

    from sevenviews.gateway.access.keys import KeyFile
    from sevenviews.gateway.settings import GatewaySettings

    given = {"api_keys_file": api_keys} if api_keys else {}
    said = {"allow_anonymous": True} if anonymous else {}
    try:
        GatewaySettings(host=host, **given, **said)  # type: ignore[arg-type]
        if api_keys is not None:
            KeyFile.read(api_keys)
    except ValidationError as error:
        reasons = "; ".join(one["msg"].removeprefix("Value error, ") for one in error.errors())
        fail(f"{reasons} (--api-keys FILE, or --anonymous)", 2)
    except (OSError, ValueError) as error:
        fail(f"--api-keys: {error}", 2)


async def serve(options: LocalOptions) -> None:
    """Start, tell on stdout where searches are answered, and drain at a signal.

    Raises:
        StartError: the services were not ready in time.
    """
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
        if options.console:
            served = asyncio.create_task(services.console_is_served())
            await asyncio.wait((served, stopping), return_when=asyncio.FIRST_COMPLETED)
            if served.done() and served.result():
                print(f"console: http://{options.console}", flush=True)
            elif served.done():
                note(f"the web page does not answer; its log is {options.data / 'logs' / 'console.log'}")
        await stopping
    else:
        starting.cancel()
    note("draining")
    await services.stop()
