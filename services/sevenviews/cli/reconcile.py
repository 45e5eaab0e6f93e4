"""`sevenviews reconcile`: do the three stores agree?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sevenviews.cli.connection import Secured
from sevenviews.cli.console import fail, note, print_json, progress
from sevenviews.cli.grouped import grouped
from sevenviews.cli.local import Addresses
from sevenviews.cli.options import JsonOutput
from sevenviews.runtime.security import ClientTls


@grouped
def reconcile(
    data: Annotated[Path, typer.Option(help="Data directory of `sevenviews up`.")] = Path(".sevenviews"),
    embedding: Annotated[str, typer.Option(help="The embedding service, HOST:PORT, on a cluster.")] = "",
    vectors: Annotated[str, typer.Option(help="The vector service.")] = "",
    metadata: Annotated[str, typer.Option(help="The metadata service.")] = "",
    repair: Annotated[bool, typer.Option("--repair", help="Apply the remedies, and compare again.")] = False,
    most_deleted: Annotated[
        float,
        typer.Option(
            min=0,
            max=100,
            help="Percent of a store that a repair may delete because the database does not know it.",
        ),
    ] = 5.0,
    force: Annotated[bool, typer.Option("--force", help="Delete it however much it is.")] = False,
    *,
    secured: Secured,
    json_output: JsonOutput = False,
) -> None:
    """Compare patents, drawings and vectors, and repair what does not agree.

    A repair first counts what it would delete, and deletes nothing of a store of which it would be too much: an empty
    or an older database makes orphans of all images and vectors. Run it again to complete one that was cut off.

    Exits with 1 if something does not agree (any more).

    Example:  sevenviews reconcile --data patents --repair
    """
    addresses = _addresses(data, embedding, vectors, metadata)
    # The services of one machine speak plaintext.
    tls = secured.resolved() if vectors else None
    found = asyncio.run(
        _reconcile(addresses, tls, repair=repair, most_percent=100 if force else most_deleted)
    )
    if json_output:
        print_json(found)
    else:
        for finding in found["findings"]:
            note(f"  {finding['kind']}: {finding['subject']} {finding['release_id']}".rstrip())
        held = ", ".join(f"{count} in {release}" for release, count in found["vectors"].items())
        verdict = "the stores agree" if found["agrees"] else _counted(found["counts"])
        note(
            f"{verdict}: {found['patents']} patents, {found['drawings']} drawings, {found['images']} images, "
            f"vectors: {held or 'none'}"
        )
    if not found["agrees"]:
        raise typer.Exit(1)


async def _reconcile(
    addresses: Addresses, tls: ClientTls | None, *, repair: bool, most_percent: float
) -> dict[str, Any]:
    from sevenviews.reconcile import examine, open_stores
    from sevenviews.reconcile import repair as apply_remedies

    async with open_stores(addresses.embedding, addresses.vectors, addresses.metadata, tls) as stores:
        with progress() as bar:
            task = bar.add_task("patents", total=None)
            found = await examine(stores, lambda count: bar.update(task, completed=count))
        left: Mapping[Any, int] = {}
        # A repair mends what was told one by one, and leaves what others no longer need: it goes on while it gets
        # anywhere.
        while repair and not found.agrees and found.counts != left:
            left = found.counts
            note(f"{_counted(found.counts)}; repairing")
            await apply_remedies(stores, found, note, most_percent)
            found = await examine(stores)
    return {
        "agrees": found.agrees,
        "patents": found.patents,
        "drawings": found.drawings,
        "images": found.images,
        "vectors": found.vectors,
        "orphaned_vectors": found.orphaned,
        "counts": dict(found.counts),
        "findings": [asdict(finding) for finding in found.findings],
    }


def _counted(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))


def _addresses(data: Path, embedding: str, vectors: str, metadata: str) -> Addresses:
    given = (embedding, vectors, metadata)
    if all(given):
        return Addresses("", *given)
    if any(given):
        fail("give --embedding, --vectors and --metadata together, or none of them", 2)
    return Addresses.read(data)
