"""Options that several commands share."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

JsonOutput = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")]

_DATE_LENGTH = len("2021-05-01")


def read_day(text: str) -> date | None:
    """A whole date; None for nothing. Raises ValueError for anything else."""
    if not text:
        return None
    try:
        if len(text) == _DATE_LENGTH:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{text!r} is not a date such as 2021-05-01")
