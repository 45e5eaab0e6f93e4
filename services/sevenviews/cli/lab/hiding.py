"""`sevenviews lab hiding`: how much hidden drawings change a patent's rank, by definition of its score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import fail, fail_with, note, print_json, progress, table
from sevenviews.cli.extras import needs
from sevenviews.cli.options import JsonOutput
from sevenviews.designs import SevenviewsError

if TYPE_CHECKING:
    from sevenviews.lab.collection import Collection


@needs("lab")
def hiding(
    corpus: Annotated[Path, typer.Option(help="Whose patents ask: whatever `sevenviews ingest` reads.")],
    out: Annotated[Path, typer.Option(help="Folder of the report; made if absent.")],
    distractors: Annotated[Path | None, typer.Option(help="A corpus that only adds to the gallery.")] = None,
    sheets: Annotated[
        bool, typer.Option("--sheets", help="The corpus holds whole sheets, <id>/<sheet>.png: cut them.")
    ] = False,
    model: Annotated[str, typer.Option(help="See `sevenviews evaluate`.")] = "default",
    repeats: Annotated[int, typer.Option(min=1, help="Queries of 2, of 3 and of 4 drawings a patent.")] = 12,
    seed: Annotated[int, typer.Option(help="Of the halves and the queries.")] = 0,
    json_output: JsonOutput = False,
) -> None:
    """Ask with several drawings of a patent while its others are hidden, and see how much its rank changes.

    Patents of five drawings and more take part. By one half of them the definition of a score is chosen, on the other
    it is compared with the mean of the query drawings' maxima, the maximum and the sum, paired by patent.

    Example:  sevenviews lab hiding --corpus sheets.tar --sheets --distractors other.tar --out hiding
    """
    from sevenviews.lab.hiding.definitions import COMPARED, OURS, TRIED
    from sevenviews.lab.hiding.gallery import as_gallery
    from sevenviews.lab.hiding.measure import FIGURES, measure
    from sevenviews.lab.hiding.report import differences, means, write_report
    from sevenviews.lab.hiding.trials import halves
    from sevenviews.lab.report import Report

    report = Report(out)
    try:
        found, others = (
            read_drawings(corpus, sheets),
            read_drawings(distractors, False) if distractors else None,
        )
        with progress() as bar:
            line = bar.add_task(model, total=None)
            gallery = as_gallery(found, others, model, lambda done: bar.update(line, completed=done))
        choosing, reporting = halves({name: gallery.drawings[name] for name in set(found.patents)}, seed)
        with progress() as bar:
            line = bar.add_task("hiding", total=len(choosing) + len(reporting))
            tried = measure(
                gallery, choosing, TRIED, repeats, seed, lambda done: bar.update(line, completed=done)
            )
            compared = measure(
                gallery,
                reporting,
                COMPARED,
                repeats,
                seed,
                lambda done: bar.update(line, completed=len(choosing) + done),
            )
    except ValueError as error:
        fail(str(error), 2)
    except SevenviewsError as error:
        fail_with(error)
    measured_on = (
        f"{len(choosing)} patents of `{corpus.name}` choose and {len(reporting)} are reported on (seed {seed}), each "
        f"with {repeats} queries of 2, of 3 and of 4 drawings among {len(gallery.views)} drawings of "
        f"{len(gallery.drawings)} patents; model `{Path(model).name}`."
    )
    path = write_report(report, measured_on, tried, compared)
    if json_output:
        print_json({"report": str(path), "compared": dict(zip(compared, means(compared), strict=True))})
        return
    table("on the half that is reported on", ("definition", *FIGURES), means(compared))
    table(f"{OURS} less the other", ("definition", *FIGURES), differences(compared))
    note(f"wrote {path}")


def read_drawings(corpus: Path, sheets: bool) -> Collection:
    """The drawings of a corpus, those of whole sheets cut from them."""
    from sevenviews.lab.collection import read_collection
    from sevenviews.lab.sheets import read_sheets

    with progress() as bar:
        line = bar.add_task("reading", total=None)
        read = read_sheets if sheets else read_collection
        return read(corpus, lambda entries: bar.update(line, completed=entries))
