"""`sevenviews audit`: who did what."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from sevenviews.cli.connection import Gateway
from sevenviews.cli.console import fail, print_line
from sevenviews.cli.grouped import grouped
from sevenviews.client import AuditEvent


@grouped
def audit(
    gateway: Gateway,
    since: Annotated[str, typer.Option(help="From this time on: 2026-11-30, 2026-11-30T08:00.")] = "",
    until: Annotated[str, typer.Option(help="Before this time.")] = "",
    caller: Annotated[str, typer.Option(help="Of this caller alone: key:loader.")] = "",
    of_id: Annotated[str, typer.Option("--id", help="Of this patent or drawing alone.")] = "",
    json_lines: Annotated[
        bool, typer.Option("--json", help="Print an object a line, with everything.")
    ] = False,
) -> None:
    """Read the audit of the gateway: a line a call, oldest first. It takes the credential of an auditor.

    Example:  sevenviews audit --since 2026-11-30 --id USD0909824 --key-file auditor.key
    """
    start, end = _time("--since", since), _time("--until", until)
    with gateway.client() as client:
        for event in client.audit_events(start, end, caller, of_id):
            if json_lines:
                facts = {**asdict(event), "duration": event.duration.total_seconds()}
                print_line(json.dumps(facts, default=datetime.isoformat))
            else:
                print_line(_told(event))


def _told(event: AuditEvent) -> str:
    """A line, whatever the caller has named: none can make up another."""
    what = event.method.rpartition("/")[2]
    ended = event.reason or event.code or "goes on"
    items = [*event.ids, *(f"{one}: {reason}" for one, reason in event.failed.items())]
    when = event.time.astimezone().isoformat(timespec="seconds")
    line = "  ".join((when, event.caller, what, ended, ", ".join(items)))
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)


def _time(option: str, text: str) -> datetime | None:
    """Of the local zone, where it names none."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        fail(f"{option}: {text!r} is not a time such as 2026-11-30T08:00", 2)
