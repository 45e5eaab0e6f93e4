"""`sevenviews delete`: patents out of every store."""

from __future__ import annotations

from typing import Annotated

import typer

from sevenviews.cli.connection import Gateway
from sevenviews.cli.console import fail, note, print_json, told
from sevenviews.cli.grouped import grouped
from sevenviews.cli.named import look_up
from sevenviews.cli.options import JsonOutput
from sevenviews.client import Deletion, StoredPatent


@grouped
def delete(
    patent_ids: Annotated[
        list[str], typer.Argument(help="Patents, by id or number: USD0909824, D909824, US D909,824 S.")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    *,
    gateway: Gateway,
    json_output: JsonOutput = False,
) -> None:
    """Delete patents: nobody finds them from then on.

    What was shown is deleted, and nothing else: if one of them is replaced meanwhile, none is deleted. Exits with 1
    if one was not there.

    Example:  sevenviews delete USD0909824 US D909,825 S
    """
    with gateway.client() as client:
        there, missing = look_up(client, patent_ids)
        if there and not yes:
            _ask(there)
        etags = {patent_id: stored.etag for patent_id, stored in there.items()}
        done = client.delete(list(there), etags) if there else Deletion((), ())
    if json_output:
        not_found = [{"patent_id": one, **error.metadata} for one, error in missing.items()]
        print_json({"deleted": list(done.deleted), "not_found": not_found})
    else:
        for why in missing.values():
            note(told(why))
        note(f"deleted: {', '.join(done.deleted) or 'nothing'}")
    if missing:
        raise typer.Exit(1)


def _ask(there: dict[str, StoredPatent]) -> None:
    """End the command unless whoever sits at the terminal agrees."""
    for patent_id, stored in there.items():
        note(f"  {patent_id}  {stored.patent.title}  {len(stored.patent.drawings)} drawings")
    try:
        agreed = typer.confirm(f"Delete {len(there)} patents?", err=True)
    except (typer.Abort, RuntimeError):  # the latter where there is no input at all
        fail("nobody answered, and nothing was deleted: --yes asks no question", 2)
    if not agreed:
        fail("nothing was deleted")
