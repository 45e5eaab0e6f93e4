"""`sevenviews show`: what is stored of a patent, or of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sevenviews.cli.connection import Gateway
from sevenviews.cli.console import note, output, print_json, table, told
from sevenviews.cli.grouped import grouped
from sevenviews.cli.named import look_up
from sevenviews.cli.options import JsonOutput
from sevenviews.cli.whole import written_whole
from sevenviews.client import Client
from sevenviews.designs import Patent, PatentFilter, SevenviewsError

_PAGE = 1000


@grouped
def show(
    patent_ids: Annotated[
        list[str] | None, typer.Argument(help="Patents, by id or number: US D909,824 S; none: list all.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Also write the drawings to this directory.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Of a list, at most so many.")] = 100,
    order_by: Annotated[
        str,
        typer.Option(
            help="Of a list: publication_date, filing_date or patent_id, with or without desc behind it."
        ),
    ] = "",
    *,
    gateway: Gateway,
    json_output: JsonOutput = False,
) -> None:
    """Show patents with their bibliography and drawings, or list the catalogue.

    Exits with 1 if one of them is not there.

    Example:  sevenviews show USD0909824 --save drawings

    Example:  sevenviews show --order-by "publication_date desc" --limit 10
    """
    with gateway.client() as client:
        missing: dict[str, SevenviewsError] = {}
        if patent_ids:
            there, missing = look_up(client, patent_ids)
            patents = [one.patent for one in there.values()]
        else:
            patents, total = first_patents(client, limit, order_by=order_by)
        if save is not None:
            _save(client, patents, save)
    if json_output:
        print_json([patent_as_json(patent) for patent in patents])
    elif patent_ids:
        for patent in patents:
            _show_one(patent)
    else:
        rows = (
            (p.patent_id, p.title, " ".join(map(str, p.locarno)), p.publication_date or "", len(p.drawings))
            for p in patents
        )
        table(
            f"{len(patents)} of {'' if len(patents) == total else 'about '}{total} patents",
            ("patent", "title", "Locarno", "published", "drawings"),
            rows,
        )
    for why in missing.values():
        note(told(why))
    if missing:
        raise typer.Exit(1)


def patent_as_json(patent: Patent) -> dict[str, Any]:
    """A patent for programs: its fields, classes as they are printed."""
    from dataclasses import asdict

    return {
        **asdict(patent),
        "locarno": [str(one) for one in patent.locarno],
        "holders": list(patent.holders),
    }


def first_patents(
    client: Client, limit: int, patent_filter: PatentFilter | None = None, order_by: str = ""
) -> tuple[list[Patent], int]:
    """Of the catalogue, at most so many; and about how many there are."""
    patents: list[Patent] = []
    total, token = 0, ""
    while len(patents) < limit:
        page = client.list_patents(
            patent_filter, page_size=min(_PAGE, limit - len(patents)), page_token=token, order_by=order_by
        )
        patents += page.patents
        total, token = page.total_size, page.next_page_token
        if not token:
            break
    return patents, total


def _save(client: Client, patents: list[Patent], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ids = [drawing.drawing_id for patent in patents for drawing in patent.drawings]
    for one in client.get_drawings(ids):
        image = one.get()
        suffix = image.media_type.rpartition("/")[2]
        with written_whole(folder / f"{one.drawing_id}.{suffix}") as file:
            file.write_bytes(image.content)
    note(f"wrote {sum(len(patent.drawings) for patent in patents)} drawings to {folder}")


def _show_one(patent: Patent) -> None:
    output.print(f"{patent.patent_id}  {patent.title}", style="bold")
    for name, value in _fields(patent):
        if value:
            output.print(f"  {name:12s} {value}")
    texts = {one.figure_number: one.text for one in patent.figure_descriptions}
    rows = (
        (
            d.drawing_id,
            d.figure_number or "?",
            d.view,
            f"{d.width}×{d.height}",
            texts.get(d.figure_number, ""),
        )
        for d in patent.drawings
    )
    table("Drawings", ("drawing", "FIG.", "view", "pixels", "description"), rows)


def _fields(patent: Patent) -> Iterator[tuple[str, str]]:
    yield "claim", patent.claim
    yield "Locarno", " ".join(map(str, patent.locarno)) + f"  (edition {patent.locarno_edition})"
    yield "USPC", " ".join(patent.uspc)
    yield "holders", ", ".join(patent.holders)
    yield "inventors", ", ".join(party.name for party in patent.inventors)
    yield "filed", str(patent.filing_date or "")
    yield "published", str(patent.publication_date or "")
    yield "term", f"{patent.term_years} years" if patent.term_years else ""
    yield (
        "priority",
        "; ".join(f"{one.office} {one.number} {one.date or ''}".strip() for one in patent.priorities),
    )
    yield "family", "; ".join(f"{one.relation} {one.document}" for one in patent.related_documents)
    yield "Hague", patent.hague.number if patent.hague else ""
    yield "colour", patent.colour_statement
    yield "lines", patent.broken_line_statement
    yield "use", patent.use_statement
    yield "point", patent.design_point_statement
    yield "best view", patent.best_view_statement
    yield (
        "forms",
        "; ".join(f"{one.name}: FIG. {', '.join(one.figure_numbers)}" for one in patent.embodiments),
    )
    yield "citations", ", ".join(citation.document for citation in patent.citations[:8])
