"""A gallery from corpora, and what the experiments upon one are told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from sevenviews.lab.experiment import Experiment, Watch

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
