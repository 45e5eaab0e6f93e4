"""PatentNet's Table 5 as an experiment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from sevenviews.lab.experiment import Experiment, Watch
from sevenviews.lab.report import Report


class Clustering(Experiment):
    """Cluster designs of which many views are missing, by all twelve methods of PatentNet's Table 5.

    Without a corpus, 400 synthetic chairs of eight kinds are drawn; `--drawings` keeps them as files.

    Example:  sevenviews lab patentnet cluster --out report
    """

    row: ClassVar[str] = "PatentNet 5.2: Tables 4 and 5"
    budget_minutes: float = 4

    corpus: Path | None = None
    """Designs with their kinds: <id>/<view>.png with `category` in index.csv, or any corpus of `sevenviews ingest` by
    its Locarno classes."""
    model: str = "default"
    """Of the features: default, a bundle, an ONNX file, hog, lbp, raw."""
    runs: int = Field(default=20, ge=1, description="Of each method.")
    per_kind: int = Field(default=50, ge=1, description="Synthetic chairs of each of the 8 kinds.")
    workers: int = Field(default=os.cpu_count() or 1, ge=1, description="Processes that draw chairs.")
    drawings: Path | None = Field(default=None, description="Folder to write the synthetic chairs to.")

    def run(self, report: Report, watch: Watch) -> None:
        """Describe the designs, cluster them by each method, and set Table 5 beside it."""
        from sevenviews.lab.multiview.chairs import TABLE_5, table_5
        from sevenviews.lab.multiview.features import chair_features, read_features
        from sevenviews.lab.multiview.report import write_report
        from sevenviews.synthetic.chairs import write_chairs

        if self.drawings is not None:
            write_chairs(
                self.drawings,
                self.seed,
                self.per_kind,
                workers=self.workers,
                progress=watch("drawings written"),
            )
        if self.corpus is not None:
            designs = read_features(self.corpus, self.model, watch("features"))
        else:
            advance = watch("chairs", 8 * self.per_kind)
            designs = chair_features(self.seed, self.per_kind, self.workers, self.model, advance)
        advance = watch("methods", len(TABLE_5))
        order = list(TABLE_5)
        results = table_5(designs, self.runs, lambda name: advance(order.index(name)))
        name = self.corpus.name if self.corpus is not None else "synthetic chairs"
        write_report(report, name, f"`{self.model}`", designs, results)
