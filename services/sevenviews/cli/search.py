"""`sevenviews search`: patents that look like some drawings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.connection import Gateway
from sevenviews.cli.console import fail, note, note_unknown, print_json, table
from sevenviews.cli.filter_options import FilterOptions
from sevenviews.cli.grouped import grouped
from sevenviews.cli.legal import ApplicationOptions
from sevenviews.cli.options import JsonOutput
from sevenviews.cli.pairs import figure, show_pairs
from sevenviews.cli.queries import joined, read_files, read_queries
from sevenviews.cli.whole import written_whole
from sevenviews.client import Client, QueryImage, SearchPage
from sevenviews.client.export import READ_MASK, Form, drawings_of, rendered
from sevenviews.client.export.documents import page_as_json
from sevenviews.client.export.words import rule_told, standing_told
from sevenviews.designs import DrawingSize, View, ViewMatching

_CLASSES_SHOWN = 5
_SECONDS = 30.0
_EXACT_SECONDS = 600.0


@grouped
def search(
    *,
    images: Annotated[
        list[Path] | None,
        typer.Argument(help="Sheets or drawings of one article: TIFF, PNG, JPEG, WebP; a patent's PDF."),
    ] = None,
    patent: Annotated[
        list[str] | None,
        typer.Option(help="Search with the drawings of this patent of the catalogue, by id or number."),
    ] = None,
    drawing: Annotated[
        list[str] | None, typer.Option(help="Search with this drawing of the catalogue, by its id.")
    ] = None,
    weight: Annotated[
        list[float] | None,
        typer.Option(help="How much each counts; once an image, --patent and --drawing, in this order."),
    ] = None,
    unlike: Annotated[
        list[Path] | None, typer.Option(help="Patents that resemble this drawing are not wanted.")
    ] = None,
    unlike_patent: Annotated[
        list[str] | None, typer.Option(help="Patents that resemble this patent are not wanted.")
    ] = None,
    relevant: Annotated[
        list[str] | None,
        typer.Option(help="This patent is like what is looked for: the queries are moved toward it."),
    ] = None,
    irrelevant: Annotated[
        list[str] | None, typer.Option(help="This patent is not: they are moved a little away from it.")
    ] = None,
    view: Annotated[
        list[View] | None, typer.Option(help="What each image shows; once an image, in their order.")
    ] = None,
    view_matching: Annotated[
        ViewMatching, typer.Option(help="How the views of queries weigh against those of drawings.")
    ] = ViewMatching.PREFER,
    filtered: FilterOptions,
    application: ApplicationOptions,
    exact: Annotated[
        bool, typer.Option("--exact", help="Compare with every drawing, and miss none: takes longer.")
    ] = False,
    collapse_families: Annotated[
        bool, typer.Option("--collapse-families", help="One hit a family, beside which the others stand.")
    ] = False,
    include_query_families: Annotated[
        bool,
        typer.Option("--own-families", help="Find the patents of --patent too, and their families."),
    ] = False,
    limit: Annotated[int, typer.Option(help="Patents in the answer, 1 to 200.")] = 10,
    page_token: Annotated[str, typer.Option(help="From the answer before, for the page after it.")] = "",
    whole: Annotated[
        bool, typer.Option("--whole", help="Take each image as one drawing; do not cut it into figures.")
    ] = False,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Show which drawing of each patent was matched with which query.")
    ] = False,
    certify: Annotated[
        Path | None,
        typer.Option(help="Write a certificate of the search to this file; `sevenviews replay` repeats it."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the answer to this file: .csv, .json, or .pdf with pictures, beside which its certificate is "
            "written."
        ),
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Write a picture of query and hits: a PNG.")] = None,
    gateway: Gateway,
    json_output: JsonOutput = False,
) -> None:
    """Find patents whose drawings look like the given ones.

    A sheet is cut into its figures first, and so are the sheets of a design patent's PDF; all of them are searched
    with together. Each patent comes once, with the drawing that matched best. A patent that is searched with is not
    found itself, nor is its family.

    Example:  sevenviews search sheet.tif --locarno 06-01 --after 2021-05-01 --limit 5

    Example:  sevenviews search --patent USD0909824 --prior-to 2021-02-09 --pairs

    Example:  sevenviews search sheet.tif --relevant USD0909824 --irrelevant USD0910275 --collapse-families

    Example:  sevenviews search sheet.tif --filing-date 2021-05-01 --filing-office US --applicant "Nikon Corp."

    Example:  sevenviews search sheet.tif --out hits.pdf
    """
    asked = application.read()
    form = None if out is None else _form(out)
    if out is not None and form is Form.PDF and not page_token:
        certify = certify or out.with_suffix(".certificate.json")
    chosen = filtered.read()
    asking = [
        *read_files(images or [], view or [], whole=whole),
        *([QueryImage(patent_id=one)] for one in patent or []),
        *([QueryImage(drawing_id=one)] for one in drawing or []),
    ]
    unwanted = [
        *read_queries(unlike or [], [], whole=whole),
        *(QueryImage(patent_id=one) for one in unlike_patent or []),
    ]
    queries = [*joined(asking, weight or []), *(replace(one, weight=-1.0) for one in unwanted)]
    if not (asking or page_token):
        fail("nothing to look for: give a sheet or a drawing, --patent or --drawing", 2)
    with gateway.client(_EXACT_SECONDS if exact else _SECONDS) as client:
        page = client.search(
            queries,
            limit=limit,
            patent_filter=chosen,
            view_matching=view_matching,
            exact=exact,
            relevant_patents=relevant or [],
            irrelevant_patents=irrelevant or [],
            collapse_families=collapse_families,
            include_query_families=include_query_families,
            page_token=page_token,
            application=asked,
            certify=certify is not None,
            read_mask=() if out is None else READ_MASK,
        )
        # First what was found: a file that cannot be written takes nothing away.
        if json_output:
            print_json(page_as_json(page))
        else:
            _show(page)
            if pairs:
                show_pairs(page)
        if certify is not None:
            _keep(page, certify)
        if picture is not None:
            _draw(client, queries, page, picture)
            note(f"picture: {picture}")
        if out is not None and form is not None:
            answer = _exported(client, form, queries, page)
            with written_whole(out) as file:
                file.write_bytes(answer)
            note(f"wrote {out}")


def _show(page: SearchPage) -> None:
    families = any(hit.family_patent_ids for hit in page.hits)
    rows = [
        (
            rank,
            f"{hit.score:.3f}",
            hit.patent_id,
            hit.summary.title if hit.summary else "?",
            " ".join(map(str, hit.summary.locarno)) if hit.summary else "?",
            (hit.summary.publication_date or "") if hit.summary else "?",
            figure(hit.best_match),
            *([" ".join(hit.family_patent_ids)] if families else []),
            *([standing_told(hit.legal_dates)] if page.legal_rule else []),
        )
        for rank, hit in enumerate(page.hits, 1)
    ]
    table(
        f"{len(rows)} patents, release {page.release_id}",
        (
            *("", "score", "patent", "title", "Locarno", "published", "matched"),
            *(["family"] if families else []),
            *(["dates of law"] if page.legal_rule else []),
        ),
        rows,
    )
    if page.legal_rule is not None:
        note(rule_told(page.legal_rule))
        note(page.legal_rule.notice)
    note_unknown(page.unknown_names)
    if page.left_out_patent_ids:
        note(f"left out with their families, for they ask: {', '.join(page.left_out_patent_ids)}")
    if page.predicted_classes:
        shown = page.predicted_classes[:_CLASSES_SHOWN]
        note("Locarno, predicted: " + ", ".join(f"{one.locarno} {one.probability:.0%}" for one in shown))
    if page.next_page_token:
        note(f"more: --page-token {page.next_page_token}")


def _keep(page: SearchPage, path: Path) -> None:
    """The certificate of a page, in a file."""
    sealed = page.certificate
    if sealed is None:
        fail("the gateway has given no certificate: it is of a version before this one")
    with written_whole(path) as file:
        sealed.to_file(file)
    signed = f"signed by key {sealed.key_name}" if sealed.signature else "unsigned: the gateway has no key"
    note(f"certificate: {path}, SHA-256 {sealed.sha256}, {signed}")


def _form(out: Path) -> Form:
    """Of a file; ends the command where its name does not say."""
    try:
        return Form(out.suffix[1:].lower())
    except ValueError:
        fail(f"{out}: a name ending in {', '.join(f'.{one}' for one in Form)} says what to write", 2)


def _exported(client: Client, form: Form, queries: list[QueryImage], page: SearchPage) -> bytes:
    """A drawing that cannot be had is left out."""
    found = client.get_drawings(drawings_of(form, queries, page), DrawingSize.MEDIUM)
    drawings = {one.drawing_id: one.image.content for one in found if one.image is not None}
    return rendered(form, page, queries, drawings)


def _draw(client: Client, queries: list[QueryImage], page: SearchPage, path: Path) -> None:
    from sevenviews.cli.picture import draw_rows, hit_cell, query_cell

    shown = [query.content for query in queries if query.content][:1]
    cells = [query_cell(content, "query 1") for content in shown]
    for hit in page.hits[:9]:
        drawing = client.get_drawing(hit.best_match.drawing_id, DrawingSize.THUMBNAIL)
        title = hit.summary.title if hit.summary else ""
        cells.append(hit_cell(drawing.content, f"{hit.score:.3f}  {hit.patent_id}", title))
    draw_rows([cells], path)
