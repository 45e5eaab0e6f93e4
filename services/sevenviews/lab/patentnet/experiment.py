"""What PatentNet's experiments share: a labelled corpus, and which of it takes part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from sevenviews.lab.experiment import Experiment, Watch
from sevenviews.lab.patentnet.selection import EVERYTHING, Selection
from sevenviews.lab.report import Report

if TYPE_CHECKING:
    from sevenviews.lab.patentnet.dataset import PatentNetDataset, Sample

_ROWS = 6


class Labelled(Experiment):
    """An experiment on the part of a labelled corpus that its configuration selects."""

    usual: ClassVar[str] = "categories"

    corpus: Path = Field(description="Whatever `sevenviews ingest` reads, with labels.")
    name: str = Field(default="", description="Of the configuration.")
    selection: Selection = Selection()
    cache: Path | None = None
    """Folder that keeps features between runs; default: OUT/cache."""

    def dataset(self, watch: Watch) -> PatentNetDataset:
        """The designs that take part. Raises as `read_dataset`."""
        from sevenviews.lab.patentnet.dataset import read_dataset

        return read_dataset(self.corpus, self.selection, self.seed, watch("designs"))

    def cached(self, report: Report) -> Path:
        """Where features are kept."""
        return self.cache or report.folder / "cache"


class Counts(Labelled):
    """Count a corpus in PatentNet's form, and draw its views, a record, its classes and hierarchy.

    Example:  sevenviews lab patentnet statistics --corpus ldraw-views.tar.gz --out patentnet
    """

    row: ClassVar[str] = "PatentNet 4: dataset"
    usual: ClassVar[str] = ""
    selection: Selection = EVERYTHING

    def run(self, report: Report, watch: Watch) -> None:
        """Count, and draw the paper's figures."""
        from sevenviews.lab.patentnet import pictures
        from sevenviews.lab.patentnet.labels import Level
        from sevenviews.lab.patentnet.statistics import statistics_of
        from sevenviews.lab.report import percent

        dataset = self.dataset(watch)
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
        pictures.draw_views(counts, report.picture("views.png", "Views observed, and views of a design"))
        report.heading("Incomplete multiview (Figures 1 and 5)")
        if chosen := _some(dataset.samples):
            caption = "Designs by row, views by column; grey: missing"
            pictures.draw_multiview_grid(chosen, report.picture("grid.png", caption))
        else:
            report.text("Of no drawing of this corpus it is known what view it shows.")
        report.heading("A record (Figure 2)")
        richest = max(dataset.samples, key=lambda one: (bool(one.patent.claim), len(one.views)))
        pictures.draw_record(richest, report.picture("record.png", "A design with its text and images"))
        report.heading("Classes (Figure 3) and hierarchy (Figure 4)")
        for level in (Level.CLASS, Level.SUBCLASS):
            if counts.by_class[level]:
                name = level.name.lower()
                place = report.picture(f"{name}.png", f"Designs by {name}")
                pictures.draw_distribution(counts, level, place)
        place = report.picture("hierarchy.png", "The largest classes and their subclasses")
        pictures.draw_hierarchy(dataset, place)
        report.heading("Multilabel (Figure 6)")
        if pictures.draw_multilabel(dataset.samples, report.folder / "multilabel.png"):
            report.picture("multilabel.png", "Designs of several labels")
        else:
            report.text("No design of this corpus carries several labels.")


def _some(samples: tuple[Sample, ...]) -> list[Sample]:
    """Some designs of a known view, half of them incomplete, evenly spread."""

    def spread(among: list[Sample], count: int) -> list[Sample]:
        return among[:: max(1, len(among) // count)][:count]

    seen = [one for one in samples if one.views]
    first = spread([one for one in seen if one.missing], _ROWS // 2)
    return [*first, *spread([one for one in seen if one not in first], _ROWS - len(first))]
