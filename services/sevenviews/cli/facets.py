"""`sevenviews facets`: what the patents of the catalogue have, counted."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sevenviews.cli import filter_options as of
from sevenviews.cli.connection import Gateway
from sevenviews.cli.console import fail_with, print_json, table
from sevenviews.cli.grouped import grouped
from sevenviews.cli.options import JsonOutput, patent_filter
from sevenviews.designs import Facet, FacetCounts, LocarnoClass, SevenviewsError


@grouped
def facets(
    chosen: Annotated[
        list[Facet] | None, typer.Argument(help="What to count by; none: by all of them.", metavar="[FACET]…")
    ] = None,
    locarno: of.Locarno = None,
    locarno_all: of.LocarnoAll = None,
    without: of.Without = None,
    office: of.Office = None,
    holder: of.Holder = None,
    inventor: of.Inventor = None,
    uspc: of.Uspc = None,
    kind: of.Kind = None,
    after: of.After = "",
    before: of.Before = "",
    filed_after: of.FiledAfter = "",
    filed_before: of.FiledBefore = "",
    prior_to: of.PriorTo = "",
    values: Annotated[int, typer.Option(help="Values of each facet, 1 to 200.")] = 20,
    *,
    gateway: Gateway,
    json_output: JsonOutput = False,
) -> None:
    """Count the patents of the catalogue by Locarno class, office, holder and year of publication.

    A filter narrows what is counted; but each facet leaves out what the filter says of it, so that the other values
    are seen as well.

    Example:  sevenviews facets holder publication_year --locarno 06-01
    """
    counted_of = patent_filter(
        locarno=locarno,
        locarno_all=locarno_all,
        without=without,
        uspc=uspc,
        offices=office,
        kinds=kind,
        holders=holder,
        inventors=inventor,
        published=(after, before),
        filed=(filed_after, filed_before),
        prior_to=prior_to,
    )
    with gateway.client() as client:
        try:
            counted = client.facets(counted_of, chosen or (), values)
        except SevenviewsError as error:
            fail_with(error)
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
