"""What relevance feedback is worth, by simulated users, as an experiment."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import ClassVar

from sevenviews.lab.experiment import Watch
from sevenviews.lab.hiding.gallery import OverGallery
from sevenviews.lab.report import Report


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
