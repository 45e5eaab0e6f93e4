"""The credential that a command sends to the gateway: never an argument, which everyone on the machine could read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from sevenviews.runtime.bearer import Credential

_VARIABLE = "SEVENVIEWS_API_KEY"

KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--api-key-file",
        "--key-file",
        envvar=f"{_VARIABLE}_FILE",
        help=f"File of the API key or token that the gateway asks for; or put the key itself into {_VARIABLE}.",
        metavar="FILE",
        rich_help_panel="Credential",
    ),
]


def credential(key_file: Path | None = None) -> Credential | None:
    """From the file, or else from the environment; None: there is none to send."""
    if key_file is not None:
        return key_file
    key = os.environ.get(_VARIABLE, "")
    return SecretStr(key) if key else None
