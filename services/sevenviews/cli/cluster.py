"""`sevenviews cluster`: families among the designs of a search result or of a Locarno class."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.cli.connection import Gateway
from sevenviews.cli.console import fail, print_json, table
from sevenviews.cli.extras import needs
from sevenviews.cli.filter_options import FilterOptions
from sevenviews.cli.grouped import grouped
from sevenviews.cli.local import Addresses as LocalAddresses
from sevenviews.cli.options import JsonOutput
from sevenviews.cli.queries import read_queries
from sevenviews.cli.show import first_patents
from sevenviews.client import Client
from sevenviews.designs import Patent, PatentFilter

if TYPE_CHECKING:
    from sevenviews.lab.multiview.families import Family, StoredDrawing

_PAGE = 200
_IDS_A_CALL = 200
_MOST_DESIGNS = 2000


class ClusterMethod(StrEnum):
    """How designs are grouped."""

    DAIMC = "daimc"
    IMSC_AGL = "imsc-agl"
    SPECTRAL = "spectral"


@needs("lab")
@grouped
def cluster(
    images: Annotated[
        list[Path] | None,
        typer.Argument(help="Drawings of one article: the designs that a search finds for them are grouped."),
    ] = None,
    vectors: Annotated[
        str, typer.Option(help="The vector service, HOST:PORT, on a cluster; else that of --data.")
    ] = "",
    data: Annotated[Path, typer.Option(help="Data directory of `sevenviews up`.")] = Path(".sevenviews"),
    *,
    filtered: FilterOptions,
    limit: Annotated[int, typer.Option(min=2, max=_MOST_DESIGNS, help="Most designs to group.")] = 200,
    families: Annotated[
        int | None,
        typer.Option(min=2, help="How many to find; absent: as many as the eigengap suggests, 2 to 12."),
    ] = None,
    method: Annotated[ClusterMethod, typer.Option(help="IMSC_AGL is slow above some hundred designs.")] = (
        ClusterMethod.DAIMC
    ),
    whole: Annotated[
        bool, typer.Option("--whole", help="Take each image as one drawing; do not cut it into figures.")
    ] = False,
    gateway: Gateway,
    json_output: JsonOutput = False,
) -> None:
    """Group the designs of a search result, or of a Locarno class, into families.

    Designs are compared by all their views, missing ones allowed, with the embeddings that searches use.

    Example:  sevenviews cluster --locarno 06-01 --families 6
    """
    chosen = filtered.read()
    if not images and chosen == PatentFilter():
        fail("give drawings to search with, or a filter such as --locarno", 2)
    address = vectors or LocalAddresses.read(data).vectors
    try:
        with gateway.client() as client:
            patents, release = _found(client, images or [], chosen, limit, whole=whole)
        if len(patents) < 2:  # noqa: PLR2004 -- a family needs two to choose from
            fail(f"{len(patents)} designs were found: two are needed at least")
        behind = Addresses(vectors=address, tls=gateway.resolved() if vectors else None)
        found = _families(stored_drawings(behind, list(patents), release), families, method)
    except ValueError as error:
        fail(str(error), 2)
    if json_output:
        print_json([family_as_json(family, patents) for family in found])
    else:
        _show(found, patents)


def stored_drawings(
    addresses: Addresses, patent_ids: Sequence[str], release_id: str = ""
) -> list[StoredDrawing]:
    """The embeddings of some patents' drawings.

    Args:
        addresses: of the vector service.
        release_id: empty for the serving release.

    Raises:
        SevenviewsError: RELEASE_NOT_FOUND, NO_SERVING_RELEASE, DEPENDENCY_UNAVAILABLE.
    """
    from sevenviews.lab.multiview.families import StoredDrawing

    with Services(addresses, patience_seconds=0) as services:
        return [
            StoredDrawing(one.patent_id, one.view, one.vector.astype(np.float64))
            for ids in _portions(patent_ids)
            for one in services.stored(release_id, ids, with_vectors=True)
            if one.vector is not None
        ]


def _portions(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + _IDS_A_CALL] for at in range(0, len(ids), _IDS_A_CALL)]


def _found(
    client: Client, images: list[Path], chosen: PatentFilter, limit: int, *, whole: bool
) -> tuple[dict[str, Patent | None], str]:
    """Patents by id, at most `limit`, and the release that found them; empty for a Locarno class."""
    found: dict[str, Patent | None] = {}
    release = ""
    if images:
        queries = read_queries(images, [], whole=whole)
        pages = client.search_pages(queries, limit=min(limit, _PAGE), patent_filter=chosen, read_mask=["*"])
        for page in pages:
            found |= {hit.patent_id: hit.patent for hit in page.hits}
            release = page.release_id
            if len(found) >= limit:
                break
    else:
        found |= {patent.patent_id: patent for patent in first_patents(client, limit, chosen)[0]}
    return dict(list(found.items())[:limit]), release


def _families(drawings: list[StoredDrawing], families: int | None, method: ClusterMethod) -> list[Family]:
    from sevenviews.lab.multiview.families import find_families

    return find_families(drawings, families, method.value)


def family_as_json(family: Family, patents: dict[str, Patent | None]) -> dict[str, Any]:
    """A family for programs."""
    return {
        "representative": family.representative,
        "title": _title(patents[family.representative]),
        "cohesion": round(family.cohesion, 4),
        "members": list(family.members),
    }


def _show(families: list[Family], patents: dict[str, Patent | None]) -> None:
    rows = (
        (
            number,
            len(family.members),
            f"{family.cohesion:.3f}",
            f"{family.representative} {_title(patents[family.representative])}".strip(),
            " ".join(family.members[1:]),
        )
        for number, family in enumerate(families, 1)
    )
    total = sum(len(family.members) for family in families)
    table(
        f"{total} designs in {len(families)} families",
        ("family", "designs", "cohesion", "most typical", "others"),
        rows,
    )


def _title(patent: Patent | None) -> str:
    return patent.title if patent is not None else ""
