"""What is measured upon a gallery of designs: hidden drawings, and relevance feedback."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from sevenviews.lab.experiment import Experiment, Watch
from sevenviews.lab.report import Report

if TYPE_CHECKING:
    from sevenviews.lab.collection import Collection
    from sevenviews.lab.hiding.measure import Gallery


class OverGallery(Experiment):
    """An experiment whose corpus asks, among its own drawings and those of others."""

    corpus: Path = Field(description="Whose patents ask: whatever `sevenviews ingest` reads.")
    distractors: Path | None = Field(default=None, description="A corpus that only adds to the gallery.")
    sheets: bool = False
    """The corpus holds whole sheets, <id>/<sheet>.png: cut them."""
    model: str = Field(default="default", description="See `sevenviews evaluate`; not one that learns.")

    def gallery(self, watch: Watch) -> tuple[Gallery, list[str]]:
        """All drawings, described, and the patents that ask; the distractors stand under ids that no patent has.

        Raises ValueError: there is no such model, or no drawing; SevenviewsError: a corpus cannot be read.
        """
        import numpy as np

        from sevenviews.lab.collection import read_collection
        from sevenviews.lab.descriptors import open_descriptor
        from sevenviews.lab.hiding.measure import Gallery
        from sevenviews.lab.sheets import read_sheets

        everything: Collection = (read_sheets if self.sheets else read_collection)(self.corpus, watch("read"))
        asking = sorted(set(everything.patents))
        if self.distractors is not None:
            everything += read_collection(self.distractors, watch("distractors")).as_distractors()
        vectors = everything.described(open_descriptor(self.model), watch(self.model, len(everything)))
        patents = np.array(everything.patents)
        mine = {name: np.flatnonzero(patents == name).tolist() for name in dict.fromkeys(everything.patents)}
        return Gallery(vectors, everything.views, mine), asking


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


class RelevanceFeedback(OverGallery):
    """Let simulated users mark the first ten drawings that a drawing finds, and see how the rest is ranked then.

    Every drawing asks, and looks for the others of its design. What was shown is out of the ranking before and after:
    the residual collection.

    Example:  sevenviews lab feedback --corpus sheets.tar --sheets --distractors other.tar --out feedback
    """

    row: ClassVar[str] = "relevance feedback"

    def run(self, report: Report, watch: Watch) -> None:
        """Mark, ask again, and compare."""
        from sevenviews.lab.feedback import measure

        gallery, asking = self.gallery(watch)
        outcomes = measure(gallery, asking, self.seed, advance=watch("feedback", len(asking)))
        queries = next(iter(outcomes.values())).patents
        report.title = "Relevance feedback, by simulated users"
        report.text(
            f"{len(queries)} drawings of {len(set(queries))} patents of `{self.corpus.name}` ask, among "
            f"{len(gallery.views)} drawings; model `{Path(self.model).name}`, seed {self.seed}. Changes are paired "
            "by query, intervals are 95 % by bootstrap over the patents."
        )
        for name, one in outcomes.items():
            report.row(
                name,
                {
                    "mAP before": float(one.before.mean()),
                    "mAP after": float(one.after.mean()),
                    "map": asdict(one.change),
                    "first_ten": asdict(one.next_change),
                },
            )
        report.table(
            ("user", "mAP before", "after", "change", "better / worse / equal", "first ten, change"),
            [
                (
                    name,
                    f"{one.before.mean():.3f}",
                    f"{one.after.mean():.3f}",
                    one.change,
                    f"{one.change.better} / {one.change.worse} / {one.change.equal}",
                    one.next_change,
                )
                for name, one in outcomes.items()
            ],
        )
        report.text(
            "Relevant are other drawings of the very design that asks, and the users are simulated: this does not "
            "show that an examiner, who looks for other designs of like appearance, finds more of them, nor what "
            "people would mark."
        )
