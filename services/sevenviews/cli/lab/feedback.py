"""`sevenviews lab feedback`: what relevance feedback is worth, by simulated users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import fail, fail_with, note, print_json, progress, table
from sevenviews.cli.extras import needs
from sevenviews.cli.lab.hiding import read_drawings
from sevenviews.cli.options import JsonOutput
from sevenviews.designs import SevenviewsError

if TYPE_CHECKING:
    from sevenviews.lab.feedback import Outcome
    from sevenviews.lab.resampling import Paired

_COLUMNS = ("user", "mAP before", "after", "change", "better / worse / equal", "first ten, change")

_LIMITS = (
    "Relevant are other drawings of the very design that asks, and the users are simulated: this does not show that "
    "an examiner, who looks for other designs of like appearance, finds more of them, nor what people would mark."
)


@needs("lab")
def feedback(
    corpus: Annotated[Path, typer.Option(help="Whose drawings ask: whatever `sevenviews ingest` reads.")],
    out: Annotated[Path, typer.Option(help="Folder of the report; made if absent.")],
    distractors: Annotated[Path | None, typer.Option(help="A corpus that only adds to the gallery.")] = None,
    sheets: Annotated[
        bool, typer.Option("--sheets", help="The corpus holds whole sheets, <id>/<sheet>.png: cut them.")
    ] = False,
    model: Annotated[str, typer.Option(help="See `sevenviews evaluate`.")] = "default",
    seed: Annotated[int, typer.Option(help="Of the users' mistakes.")] = 0,
    json_output: JsonOutput = False,
) -> None:
    """Let simulated users mark the first ten drawings that a drawing finds, and see how the rest is ranked then.

    Every drawing asks, and looks for the others of its design. What was shown is out of the ranking before and after:
    the residual collection.

    Example:  sevenviews lab feedback --corpus sheets.tar --sheets --distractors other.tar --out feedback
    """
    from sevenviews.lab.feedback import measure
    from sevenviews.lab.hiding.gallery import as_gallery
    from sevenviews.lab.report import Report

    report = Report(out, "Relevance feedback, by simulated users", {"model": model, "seed": seed})
    try:
        found, others = (
            read_drawings(corpus, sheets),
            read_drawings(distractors, False) if distractors else None,
        )
        asking = set(found.patents)
        with progress() as bar:
            line = bar.add_task(model, total=None)
            gallery = as_gallery(found, others, model, lambda done: bar.update(line, completed=done))
        with progress() as bar:
            line = bar.add_task("feedback", total=len(asking))
            outcomes = measure(gallery, asking, seed, advance=lambda done: bar.update(line, completed=done))
    except ValueError as error:
        fail(str(error), 2)
    except SevenviewsError as error:
        fail_with(error)
    rows = list(_rows(outcomes))
    queries = next(iter(outcomes.values())).patents
    report.text(
        f"{len(queries)} drawings of {len(set(queries))} patents of `{corpus.name}` ask, among {len(gallery.views)} "
        f"drawings; model `{Path(model).name}`, seed {seed}. Changes are paired by query, intervals are 95 % by "
        "bootstrap over the patents."
    )
    report.table(_COLUMNS, rows)
    report.text(_LIMITS)
    document = {
        name: {"map": asdict(one.change), "first_ten": asdict(one.next_change)}
        for name, one in outcomes.items()
    }
    for name, figures in document.items():
        report.row(name, figures)
    path = report.write()
    if json_output:
        print_json({"report": str(path), **document})
        return
    table("in the residual collection", _COLUMNS, rows)
    note(_LIMITS)
    note(f"wrote {path}")


def _rows(outcomes: Mapping[str, Outcome]) -> Iterator[Sequence[str]]:
    for name, one in outcomes.items():
        change = one.change
        yield (
            name,
            f"{one.before.mean():.3f}",
            f"{one.after.mean():.3f}",
            _difference(change),
            f"{change.better} / {change.worse} / {change.equal}",
            _difference(one.next_change),
        )


def _difference(change: Paired) -> str:
    low, high = change.interval
    return f"{change.difference:+.3f} [{low:+.3f}, {high:+.3f}]"
