"""Whether photographs of goods sold online find their design (PatentNet, section 6.2), on renderings."""

from __future__ import annotations

import io
from typing import ClassVar

import numpy as np
from pydantic import Field

from sevenviews.lab.experiment import Experiment, Watch
from sevenviews.lab.report import Report

_EDGES = (60, 160)


class ShopPhotographs(Experiment):
    """Ask with photographs of synthetic designs for their drawings, as they are and as their edges.

    The row `a drawing` asks with a withheld line drawing of the same design instead: what is lost by the photograph.

    Example:  sevenviews lab shop-photographs --designs 60 --out reports/shop
    """

    row: ClassVar[str] = "PatentNet 6.2: matching goods sold online"

    designs: int = Field(default=100, ge=2, description="Synthetic designs that are looked for.")
    photographs: int = Field(default=2, ge=1, description="Of each design.")
    model: tuple[str, ...] = Field(default=("default", "hog"), min_length=1)
    """As `sevenviews evaluate`."""

    def run(self, report: Report, watch: Watch) -> None:
        """Draw, photograph, describe and rank."""
        import cv2
        from PIL import Image

        from sevenviews.designs import STANDARD_VIEWS, View
        from sevenviews.lab.collection import Collection
        from sevenviews.lab.descriptors import open_descriptor
        from sevenviews.lab.metrics import ACCURACY_AT, accuracy, average_precision
        from sevenviews.lab.ranking import rank_vectors
        from sevenviews.synthetic import design, render
        from sevenviews.synthetic.photographs import as_jpeg, photograph

        def png(pixels: np.ndarray) -> bytes:
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            return file.getvalue()

        def of(contents: list[tuple[str, bytes]]) -> Collection:
            names = [name for name, _ in contents]
            return Collection(
                names, [""] * len(names), names, [one for _, one in contents], [View.UNKNOWN] * len(names)
            )

        gallery: list[tuple[str, bytes]] = []
        asking: dict[str, list[tuple[str, bytes]]] = {"a photograph": [], "its edges": [], "a drawing": []}
        advance = watch("designs", self.designs)
        for index in range(self.designs):
            article, name = design(self.seed, index), f"design {index}"
            withheld = View.PERSPECTIVE
            gallery += [
                (name, png(render(article, view, 384))) for view in STANDARD_VIEWS if view is not withheld
            ]
            asking["a drawing"].append((name, png(render(article, withheld, 384))))
            for number in range(self.photographs):
                picture = photograph(article, self.seed + number, 384)
                asking["a photograph"].append((name, as_jpeg(picture)))
                edges = cv2.Canny(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), *_EDGES)
                asking["its edges"].append((name, png(255 - edges)))
            advance(index + 1)
        report.title = f"Photographs of {self.designs} goods, and the designs that they show"
        report.text(
            f"{self.designs} synthetic designs of seed {self.seed}: six line drawings of each can be found. "
            f"What asks is "
            "a shaded, coloured rendering in perspective with a shadow, blur, noise and JPEG's losses, from where no "
            "drawing was made; its edges (Canny); or the seventh drawing. AP is over the whole ranking. "
            "PatentNet names this "
            "application and measures nothing."
        )
        rows = []
        for model in self.model:
            descriptor = open_descriptor(model)
            found = of(gallery)
            vectors = found.described(descriptor, watch(f"{model}: drawings", len(found)))
            for what, contents in asking.items():
                queries = of(contents)
                ranks = rank_vectors(queries.described(descriptor), vectors, queries.patents, found.patents)
                figures = {
                    "mAP": float(average_precision(ranks).mean()),
                    **{f"Acc@{k}": accuracy(ranks, k) for k in ACCURACY_AT},
                }
                report.row(f"{model}, {what}", figures)
                rows.append((f"`{model}`", what, *(f"{value:.3f}" for value in figures.values())))
        report.table(("model", "asked with", "mAP", *(f"Acc@{k}" for k in ACCURACY_AT)), rows)
