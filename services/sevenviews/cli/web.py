"""`sevenviews console`: the web page, before any gateway; as a service of its own, `python -m sevenviews.cli.web`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import SecretStr

from sevenviews.cli.connection import Gateway
from sevenviews.cli.credentials import credential
from sevenviews.cli.extras import needs
from sevenviews.cli.figures import figures_in
from sevenviews.cli.grouped import grouped

if TYPE_CHECKING:
    from sevenviews.console.reading import CutFigure, File

_MOST_FIGURES = 64
"""Of one PDF; the page lets its user choose among them."""


@needs("console")
@grouped
def console(
    gateway: Gateway,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; [::] for all.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[int | None, typer.Option(help="HTTP port; 0: any free.", show_default="8080")] = None,
    uploads: Annotated[
        Path | None,
        typer.Option(help="Directory of what is uploaded, for a day.", show_default="a temporary one"),
    ] = None,
) -> None:
    """Serve the web page: search with drawings, look at hits, compare designs.

    It talks to the gateway alone, which may run elsewhere; `sevenviews up` starts both. Whoever reaches the page
    does what the credential that it was given may do: the page has no login of its own. More can be told by the
    environment, SEVENVIEWS_CONSOLE_<SETTING>.

    Example:  sevenviews console --server gateway.example.org:50051 --ca ca.crt --key-file reader.key
    """
    tls, shown = gateway.resolved(), credential(gateway.key_file)
    given = {
        "gateway_address": gateway.server,
        "gateway_well_known_ca": (tls is not None and tls.ca is None) or None,
        "gateway_ca": tls and tls.ca,
        "gateway_certificate": tls and tls.certificate,
        "gateway_key": tls and tls.key,
        "gateway_server_name": tls and tls.server_name,
        "gateway_api_key_file": shown if isinstance(shown, Path) else None,
        "gateway_api_key": shown if isinstance(shown, SecretStr) else None,
        "host": host,
        "port": port,
        "uploads": uploads,
    }
    main({name: value for name, value in given.items() if value is not None})


def main(given: dict[str, Any] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM, with settings that stand above those of the environment."""
    from sevenviews.console.server import run
    from sevenviews.console.settings import ConsoleSettings

    settings = ConsoleSettings(**(given or {}))
    if settings.gateway_credential is None:
        # As all commands, also where `sevenviews up` starts it.
        settings = settings.model_copy(update={"gateway_api_key": credential()})
    asyncio.run(run(settings, cut, lambda address: print(f"console: {address}", flush=True)))


def cut(file: File) -> Sequence[CutFigure]:
    """The figures of a sheet or of a patent's PDF, as `sevenviews search` finds them.

    Raises:
        SevenviewsError: IMAGE_…, or PATENT_INVALID of a PDF that is no design patent's.
    """
    from sevenviews.console.reading import CutFigure

    return [CutFigure(*one) for one in figures_in(file.name, file.content, _MOST_FIGURES)]


if __name__ == "__main__":
    main()
