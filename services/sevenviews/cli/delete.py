"""`sevenviews delete`: patents out of every store."""

from __future__ import annotations

from typing import Annotated

import typer

from sevenviews.cli.connection import Gateway
from sevenviews.cli.console import fail, note, print_json
from sevenviews.cli.grouped import grouped
from sevenviews.cli.options import JsonOutput
from sevenviews.client import Client, Deletion, StoredPatent
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.designs.numbers import rejoined


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
        there, missing = _look(client, patent_ids)
        if there and not yes:
            _ask(there)
        etags = {patent_id: stored.etag for patent_id, stored in there.items()}
        done = client.delete(list(there), etags) if there else Deletion((), ())
    if json_output:
        not_found = [{"patent_id": one, **error.metadata} for one, error in missing.items()]
        print_json({"deleted": list(done.deleted), "not_found": not_found})
    else:
        for why in missing.values():
            note(why.message)
        note(f"deleted: {', '.join(done.deleted) or 'nothing'}")
    if missing:
        raise typer.Exit(1)


def _look(
    client: Client, patent_ids: list[str]
) -> tuple[dict[str, StoredPatent], dict[str, SevenviewsError]]:
    """The patents that there are, by id, and why there are not the others, by what was typed."""
    there: dict[str, StoredPatent] = {}
    missing: dict[str, SevenviewsError] = {}
    for one in client.get_patents(list(dict.fromkeys(rejoined(patent_ids)))):
        if one.stored is not None:
            there[one.stored.patent.patent_id] = one.stored
        elif one.error is not None and one.error.reason is Reason.PATENT_NOT_FOUND:
            missing[one.patent_id] = one.error
        else:
            one.get()
    return there, missing


def _ask(there: dict[str, StoredPatent]) -> None:
    """End the command unless whoever sits at the terminal agrees."""
    for patent_id, stored in there.items():
        note(f"  {patent_id}  {stored.patent.title}  {len(stored.patent.drawings)} drawings")
    try:
        agreed = typer.confirm(f"Delete {len(there)} patents?", err=True)
    except typer.Abort:
        fail("nobody answered, and nothing was deleted: --yes asks no question", 2)
    if not agreed:
        fail("nothing was deleted")
