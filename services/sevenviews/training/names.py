"""Images and names in one space (PatentNet, section 6.2): a name finds drawings, a drawing its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sevenviews.lab.experiment import Experiment, Watch
from sevenviews.lab.metrics import evaluate_ranking
from sevenviews.lab.report import Report

if TYPE_CHECKING:
    from torch import Tensor

DESIGNCLIP_RECALL_AT_10 = 0.526
"""Text to image, of DesignCLIP (arXiv 2508.15297) on generated captions of US design patents; CLIP's is .183."""

_HASHED = 4096
_AT = (1, 5, 10)


def two_towers(image_dimension: int, dimension: int) -> Any:
    """A linear tower `image` upon image features, one `name` upon hashed letters, both into [n, dimension].

    A module of both, that is the first if it is called.
    """
    from torch import nn

    class Towers(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.image = nn.Linear(image_dimension, dimension)
            self.name = nn.Sequential(nn.Linear(_HASHED, 512), nn.ReLU(), nn.Linear(512, dimension))

        def forward(self, features: Tensor) -> Tensor:
            found: Tensor = self.image(features)
            return found

    return Towers()


def name_features(names: Sequence[str]) -> npt.NDArray[np.float32]:
    """Groups of three to five letters within the words of each name, hashed: [n, 4096], of unit length."""
    from sklearn.feature_extraction.text import HashingVectorizer

    vectorizer = HashingVectorizer(n_features=_HASHED, analyzer="char_wb", ngram_range=(3, 5))
    return np.asarray(vectorizer.transform(names).toarray(), np.float32)


def image_name_loss(images: Tensor, names: Tensor, owner: Tensor, temperature: float) -> Tensor:
    """InfoNCE both ways, where a name may have several images.

    With unit vectors x_i and t_k, s_ik = x_i·t_k/τ, and k(i) the name of image i:

        L = ½ mean_i -log(e^{s_ik(i)} / Σ_k e^{s_ik}) + ½ mean_i -log(e^{s_ik(i)} / Σ_j e^{s_jk(i)}).

    `images`: [n, dimension]; `names`: [m, dimension]; `owner`: int64 [n], the name of each image.
    """
    from torch.nn import functional

    scores = functional.normalize(images, dim=1) @ functional.normalize(names, dim=1).T / temperature
    to_names = functional.cross_entropy(scores, owner)
    to_images = -scores.log_softmax(0).gather(1, owner[:, None]).mean()
    return (to_names + to_images) / 2


def recalls(scores: npt.NDArray[np.floating], matches: npt.NDArray[np.bool_]) -> dict[str, float]:
    """R@k: the share of rows with a match among the k highest scores."""
    accuracy = evaluate_ranking(scores, matches, _AT).accuracy
    return {f"R@{k}": accuracy[k] for k in _AT}


class Names(Experiment):
    """Learn a space of drawings and names, and measure how a name finds unseen drawings, and a drawing its name.

    The drawings' features are a model's; two small towers are learned upon them and upon the names' letters.

    Example:  sevenviews lab names --corpus ldraw-views.tar.gz --out reports/names
    """

    row: ClassVar[str] = "PatentNet 6.2: image ↔ name; DesignCLIP"
    budget_minutes: float = 10

    corpus: Path = Field(description="Whatever `sevenviews ingest` reads, with titles.")
    model: str = Field(default="default", description="Whose features: as `sevenviews evaluate --model`.")
    most_designs: int = Field(default=2000, ge=0, description="Of the corpus, by the seed; 0: all.")
    drawings_each: int = Field(default=3, ge=0, description="At most so many of a design; 0: all.")
    test_share: float = Field(default=1 / 6, gt=0, lt=1, description="Of the designs; they teach nothing.")
    steps: int = Field(default=1500, ge=1, description="Batches.")
    batch_size: int = Field(default=256, ge=2, description="Drawings of each.")
    dimension: int = Field(default=128, ge=2, description="Of the common space.")
    temperature: float = Field(default=0.07, gt=0, description="τ.")
    cache: Path | None = Field(default=None, description="Folder that keeps features between runs.")

    def run(self, report: Report, watch: Watch) -> None:
        """Describe, learn, and ask both ways."""
        import torch
        from torch.nn.functional import normalize

        from sevenviews.corpus import iter_entries
        from sevenviews.corpus.reading import read_patents
        from sevenviews.lab.patentnet.dataset import PatentNetDataset, sample_of
        from sevenviews.lab.patentnet.features import drawings_of, features_of
        from sevenviews.training.minibatches import Schedule, fit, outputs_of

        unread: list[str] = []
        read = read_patents(iter_entries(self.corpus), unread, lambda _: None, watch("patents"))
        samples = [sample_of(patent, ()) for patent, _ in read if patent.patent.title and patent.contents]
        chance = np.random.default_rng(self.seed)
        chosen = np.sort(chance.permutation(len(samples))[: self.most_designs or None])
        samples = [samples[one] for one in chosen]
        if len(samples) < 2:  # noqa: PLR2004 - one to learn from, one to ask with
            raise ValueError(f"{self.corpus} has {len(samples)} designs with a title; 2 are needed")
        drawings = drawings_of(PatentNetDataset(self.corpus.name, tuple(samples)), self.drawings_each)
        features = features_of(drawings, self.model, self.cache, watch("features", len(drawings.designs)))
        titles, of_design = np.unique([one.patent.title for one in samples], return_inverse=True)
        of_drawing, inputs = torch.from_numpy(of_design[drawings.designs]), torch.from_numpy(features).float()
        letters = torch.from_numpy(name_features(titles.tolist()))
        withheld = chance.permutation(len(samples))[: max(1, round(self.test_share * len(samples)))]
        asks = np.isin(drawings.designs, withheld)
        torch.manual_seed(self.seed)
        towers = two_towers(features.shape[1], self.dimension)
        advance = watch("steps", self.steps)

        def loss(outputs: Tensor, own: Tensor, _: int) -> Tensor:
            there, place = torch.unique(own, return_inverse=True)
            return image_name_loss(outputs, towers.name(letters[there]), place, self.temperature)

        schedule = Schedule(self.steps, self.batch_size, 1e-3, weight_decay=0.05, seed=self.seed)
        fit(towers, inputs[~asks], of_drawing[~asks], loss, schedule, advance=lambda step, _: advance(step))
        asked = torch.unique(of_drawing[asks])
        images, names = (
            normalize(outputs_of(tower, some), dim=1).numpy()
            for tower, some in ((towers.image, inputs[asks]), (towers.name, letters[asked]))
        )
        scores, matches = names @ images.T, (asked[:, None] == of_drawing[asks]).numpy()
        seen = np.isin(asked.numpy(), of_drawing[~asks].numpy())
        report.title = f"Images and names of {self.corpus.name}"
        report.text(
            f"{len(samples)} designs of {len(titles)} names; {int((~asks).sum())} drawings teach, {int(asks.sum())} "
            f"of other designs are asked for, under {len(asked)} names, {int(seen.sum())} of them seen in teaching. "
            f"A drawing is right if its design has the name. Features of `{Path(self.model).name}`."
        )
        found = {
            "name → drawings": recalls(scores, matches),
            "drawing → names": recalls(scores.T, matches.T),
            "by chance, name → drawings": recalls(chance.random(scores.shape), matches),
        }
        for which, mask in (("names seen", seen), ("names never seen", ~seen)):
            if mask.any():
                found[f"name → drawings, {which}"] = recalls(scores[mask], matches[mask])
        for name, figures in found.items():
            theirs = {"R@10": DESIGNCLIP_RECALL_AT_10} if name == "name → drawings" else None
            report.row(name, figures, theirs)
        report.table(
            ("asked", *(f"R@{k}" for k in _AT)),
            [(name, *(f"{one:.3f}" for one in figures.values())) for name, figures in found.items()],
        )
        report.text(
            "DesignCLIP reports R@10 .526 from text to image, against CLIP's .183: other patents, captions instead "
            "of names, and a network that is trained whole. PatentNet names the application and measures nothing."
        )
        report.points(unread[:20])
