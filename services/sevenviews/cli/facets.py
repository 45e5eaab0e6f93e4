"""`sevenviews facets`: what the patents of the catalogue have, counted."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sevenviews.cli.connection import Gateway
from sevenviews.cli.console import print_json, table
from sevenviews.cli.filter_options import FilterOptions
from sevenviews.cli.grouped import grouped
from sevenviews.cli.options import JsonOutput
from sevenviews.designs import Facet, FacetCounts, LocarnoClass


@grouped
def facets(
    chosen: Annotated[
        list[Facet] | None, typer.Argument(help="What to count by; none: by all of them.", metavar="[FACET]…")
    ] = None,
    *,
    filtered: FilterOptions,
    values: Annotated[int, typer.Option(help="Values of each facet, 1 to 200.")] = 20,
    gateway: Gateway,
    json_output: JsonOutput = False,
) -> None:
    """Count the patents of the catalogue by Locarno class, office, holder and year of publication.

    A filter narrows what is counted; but each facet leaves out what the filter says of it, so that the other values
    are seen as well.

    Example:  sevenviews facets holder publication_year --locarno 06-01
    """
    counted_of = filtered.read()
    with gateway.client() as client:
        counted = client.facets(counted_of, chosen or (), values)
    if json_output:
        print_json(counts_as_json(counted))
        return
    for one in counted:
        rows = [(str(value.value), value.count) for value in one.values]
        table(one.facet.replace("_", " "), ("", "patents"), [*rows, *([("…", "")] if one.more else [])])


def counts_as_json(counted: tuple[FacetCounts, ...]) -> dict[str, Any]:
    """Counts for programs, by facet; classes as they are printed."""
    return {
        one.facet.value: {
            "values": [
                {
                    "value": str(value.value) if isinstance(value.value, LocarnoClass) else value.value,
                    "count": value.count,
                }
                for value in one.values
            ],
            "more": one.more,
        }
        for one in counted
    }
