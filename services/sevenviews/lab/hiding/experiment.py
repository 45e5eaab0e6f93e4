"""How much hidden drawings change a patent's rank, by definition of its score, as an experiment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from sevenviews.lab.experiment import Watch
from sevenviews.lab.hiding.gallery import OverGallery
from sevenviews.lab.report import Report


class Hiding(OverGallery):
    """Ask with several drawings of a patent while its others are hidden, and see how much its rank changes.

    Patents of five drawings and more take part. By one half of them the definition of a score is chosen, on the other
    it is compared with the mean of the query drawings' maxima, the maximum and the sum, paired by patent.

    Example:  sevenviews lab hiding --corpus sheets.tar --sheets --distractors other.tar --out hiding
    """

    row: ClassVar[str] = "the score of a patent, of several drawings"

    repeats: int = Field(default=12, ge=1, description="Queries of 2, of 3 and of 4 drawings a patent.")

    def run(self, report: Report, watch: Watch) -> None:
        """Choose on the one half, and report on the other."""
        from sevenviews.lab.hiding.definitions import COMPARED, OURS, TRIED
        from sevenviews.lab.hiding.measure import FIGURES, differences, mean_figures, measure
        from sevenviews.lab.hiding.trials import halves

        gallery, asking = self.gallery(watch)
        choosing, reporting = halves({name: gallery.drawings[name] for name in asking}, self.seed)
        report.title = "Hidden drawings, by definition of a patent's score"
        report.text(
            f"{len(choosing)} patents of `{self.corpus.name}` choose and {len(reporting)} are reported on (seed "
            f"{self.seed}), each with {self.repeats} queries of 2, of 3 and of 4 drawings among "
            f"{len(gallery.views)} drawings of {len(gallery.drawings)} patents; model `{Path(self.model).name}`."
        )
        report.text(
            "A change is |log₂(rank with some drawings hidden / rank with all)|: less is better. Intervals are of "
            "the mean, 95 % by bootstrap over the patents; differences are paired by patent."
        )
        for half, title, patents, definitions in (
            ("tried", "Tried, on the half that chooses", choosing, TRIED),
            ("compared", "Compared, on the other half", reporting, COMPARED),
        ):
            advance = watch(half, len(patents))
            found = measure(gallery, patents, definitions, self.repeats, self.seed, advance)
            means = mean_figures(found)
            report.heading(title)
            report.table(
                ("definition", *FIGURES),
                [(name, *(f"{value:.3f}" for value in one.values())) for name, one in means.items()],
            )
            report.heading(f"{title}: {OURS} less the other")
            report.table(("definition", *FIGURES), differences(found))
            report.detail(half, means)
            for name, one in means.items():
                report.row(f"{half}: {name}", one)
