"""`sevenviews reconcile`: do the three stores agree?"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sevenviews.cli.console import fail, fail_with, note, print_json, progress
from sevenviews.cli.local import Addresses
from sevenviews.cli.options import JsonOutput
from sevenviews.designs import SevenviewsError


def reconcile(
    data: Annotated[Path, typer.Option(help="Data directory of `sevenviews up`.")] = Path(".sevenviews"),
    embedding: Annotated[str, typer.Option(help="The embedding service, HOST:PORT, on a cluster.")] = "",
    vectors: Annotated[str, typer.Option(help="The vector service.")] = "",
    metadata: Annotated[str, typer.Option(help="The metadata service.")] = "",
    repair: Annotated[bool, typer.Option("--repair", help="Apply the remedies, and compare again.")] = False,
    json_output: JsonOutput = False,
) -> None:
    """Compare patents, drawings and vectors, and repair what does not agree.

    Exits with 1 if something does not agree (any more).

    Example:  sevenviews reconcile --data patents --repair
    """
    addresses = _addresses(data, embedding, vectors, metadata)
    try:
        found = asyncio.run(_reconcile(addresses, repair=repair))
    except SevenviewsError as error:
        fail_with(error)
    if json_output:
        print_json(found)
    else:
        for finding in found["findings"]:
            note(f"  {finding['kind']}: {finding['subject']} {finding['release_id']}".rstrip())
        held = ", ".join(f"{count} in {release}" for release, count in found["vectors"].items())
        verdict = "the stores agree" if found["agrees"] else f"{len(found['findings'])} disagreements"
        note(
            f"{verdict}: {found['patents']} patents, {found['drawings']} drawings, {found['images']} images, "
            f"vectors: {held or 'none'}"
        )
    if not found["agrees"]:
        raise typer.Exit(1)


async def _reconcile(addresses: Addresses, *, repair: bool) -> dict[str, Any]:
    from sevenviews.reconcile import examine, open_stores
    from sevenviews.reconcile import repair as apply_remedies

    async with open_stores(addresses.embedding, addresses.vectors, addresses.metadata) as stores:
        with progress() as bar:
            task = bar.add_task("patents", total=None)
            found = await examine(stores, lambda count: bar.update(task, completed=count))
        if repair and not found.agrees:
            note(f"{len(found.findings)} disagreements; repairing")
            await apply_remedies(stores, found, note)
            found = await examine(stores)
    return {
        "agrees": found.agrees,
        "patents": found.patents,
        "drawings": found.drawings,
        "images": found.images,
        "vectors": found.vectors,
        "findings": [asdict(finding) for finding in found.findings],
    }


def _addresses(data: Path, embedding: str, vectors: str, metadata: str) -> Addresses:
    given = (embedding, vectors, metadata)
    if all(given):
        return Addresses("", *given)
    if any(given):
        fail("give --embedding, --vectors and --metadata together, or none of them", 2)
    try:
        return Addresses.read(data)
    except FileNotFoundError:
        fail(f"nothing runs on {data}; start it with: sevenviews up --data {data}", 2)
