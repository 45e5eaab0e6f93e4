"""How a command reaches a server: the one set of options for an address and for TLS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.console import fail
from sevenviews.cli.credentials import KeyFile, credential
from sevenviews.client import Client
from sevenviews.runtime.security import ClientTls

Server = Annotated[
    str, typer.Option(envvar="SEVENVIEWS_SERVER", help="The gateway, HOST:PORT.", metavar="HOST:PORT")
]

_PANEL = "TLS"


def _tls_option(name: str, help_text: str) -> typer.models.OptionInfo:
    # The second is what a refresh was told by before all commands shared these.
    variables = [f"SEVENVIEWS_{name}", f"SEVENVIEWS_REFRESH_{name}"]
    option: typer.models.OptionInfo = typer.Option(envvar=variables, help=help_text, rich_help_panel=_PANEL)
    return option


Tls = Annotated[
    bool,
    typer.Option(
        "--tls",
        envvar="SEVENVIEWS_TLS",
        help="Speak TLS, and believe well-known CAs.",
        rich_help_panel=_PANEL,
    ),
]
Ca = Annotated[Path | None, _tls_option("CA", "PEM file of the CA of the servers' certificates: speak TLS.")]
Certificate = Annotated[
    Path | None, _tls_option("CERTIFICATE", "PEM file shown to servers that demand a certificate.")
]
Key = Annotated[Path | None, _tls_option("KEY", "PEM file of its private key.")]
ServerName = Annotated[
    str,
    _tls_option("SERVER_NAME", "Name in the server's certificate, where it is reached under another one."),
]


@dataclass(frozen=True, slots=True)
class Secured:
    """How servers are spoken to; see `grouped`."""

    tls: Tls = False
    ca: Ca = None
    certificate: Certificate = None
    key: Key = None
    server_name: ServerName = ""

    def resolved(self) -> ClientTls | None:
        """None for plaintext; ends the command where the options do not go together."""
        if (self.certificate is None) != (self.key is None):
            fail("--certificate and --key go together", 2)
        if not self.tls and self.ca is None:
            if self.certificate is not None or self.server_name:
                fail("--certificate, --key and --server-name need --ca or --tls", 2)
            return None
        found = ClientTls(self.ca, self.certificate, self.key, self.server_name)
        try:
            # For the message: else the first of many channels would raise it.
            found.files()
        except (OSError, ValueError) as error:
            fail(f"TLS: {error}", 2)
        return found


@dataclass(frozen=True, slots=True)
class Gateway(Secured):
    """The gateway, and how it is spoken to."""

    server: Server = "127.0.0.1:50051"
    key_file: KeyFile = None

    def client(self, timeout_seconds: float = 30.0) -> Client:
        """A connection to it; ends the command where the credential cannot be read."""
        shown, tls = credential(self.key_file), self.resolved()
        try:
            return Client(self.server, timeout_seconds, tls=tls, credential=shown)
        except ValueError as error:
            fail(f"{self.server}, or the credential for it: {error}", 2)
