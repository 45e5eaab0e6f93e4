"""`sevenviews lab patentnet statistics`: what a corpus holds, with the paper's figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sevenviews.cli.console import note, print_json
from sevenviews.cli.extras import needs
from sevenviews.cli.lab.experiment import failing_clearly
from sevenviews.cli.lab.patentnet_options import Corpus, Out, read_labelled
from sevenviews.cli.options import JsonOutput

if TYPE_CHECKING:
    from sevenviews.lab.patentnet.dataset import Sample

_ROWS = 6


@needs("lab")
def statistics(corpus: Corpus, out: Out, json_output: JsonOutput = False) -> None:
    """Count a corpus in PatentNet's form, and draw its views, a record, its classes and hierarchy.

    Example:  sevenviews lab patentnet statistics --corpus ldraw-views.tar.gz --out patentnet
    """
    with failing_clearly():
        from sevenviews.lab.patentnet.labels import Level
        from sevenviews.lab.patentnet.pictures import (
            draw_distribution,
            draw_hierarchy,
            draw_multilabel,
            draw_multiview_grid,
            draw_record,
            draw_views,
        )
        from sevenviews.lab.patentnet.statistics import statistics_of
        from sevenviews.lab.report import Report, percent

        report = Report(out)
        dataset = read_labelled(corpus)
        counts = statistics_of(dataset)
        report.title = f"{dataset.name} in PatentNet's form"
        report.row(
            dataset.name,
            {"designs": counts.designs, "images": counts.images, "complete": counts.complete_share},
        )
        report.table(
            ("what", "count"),
            [
                ("designs with a label", counts.designs),
                ("designs without", counts.unlabelled),
                ("entries that could not be read", len(dataset.unread)),
                ("images", counts.images),
                *((f"names at the level {one.name.lower()}", len(counts.by_class[one])) for one in Level),
                ("designs with all seven views, %", percent(counts.complete_share)),
                ("designs of several labels, %", percent(counts.multilabel_share)),
            ],
        )
        report.heading("Views (Table 4)")
        report.table([view.value for view in counts.observed], [list(counts.observed.values())])
        draw_views(counts, report.picture("views.png", "Views observed, and views of a design"))
        report.heading("Incomplete multiview (Figures 1 and 5)")
        seen = [one for one in dataset.samples if one.views]
        incomplete = [one for one in seen if one.missing]
        first = _spread(incomplete, _ROWS // 2)
        others = [one for one in seen if one not in first]
        chosen = [*first, *_spread(others, _ROWS - len(first))]
        if chosen:
            draw_multiview_grid(
                chosen, report.picture("grid.png", "Designs by row, views by column; grey: missing")
            )
        else:
            report.text("Of no drawing of this corpus it is known what view it shows.")
        report.heading("A record (Figure 2)")
        richest = max(dataset.samples, key=lambda one: (bool(one.patent.claim), len(one.views)))
        draw_record(richest, report.picture("record.png", "A design with its text and images"))
        report.heading("Classes (Figure 3) and hierarchy (Figure 4)")
        for level in (Level.CLASS, Level.SUBCLASS):
            if counts.by_class[level]:
                name = f"{level.name.lower()}.png"
                draw_distribution(counts, level, report.picture(name, f"Designs by {level.name.lower()}"))
        draw_hierarchy(dataset, report.picture("hierarchy.png", "The largest classes and their subclasses"))
        report.heading("Multilabel (Figure 6)")
        if draw_multilabel(dataset.samples, out / "multilabel.png"):
            report.picture("multilabel.png", "Designs of several labels")
        else:
            report.text("No design of this corpus carries several labels.")
        path = report.write()
    if json_output:
        print_json({"report": str(path), "designs": counts.designs, "images": counts.images})
    else:
        note(f"wrote {path}")


def _spread(samples: Sequence[Sample], count: int) -> list[Sample]:
    """Some of the samples, evenly spread; all, if there are not so many."""
    step = max(1, len(samples) // count)
    return list(samples[::step][:count])
