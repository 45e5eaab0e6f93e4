"""What a dataset holds: the numbers behind PatentNet's section 4 and its Table 4."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sevenviews.designs import STANDARD_VIEWS, View
from sevenviews.lab.patentnet.dataset import PatentNetDataset
from sevenviews.lab.patentnet.labels import Level, names_at


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a dataset."""

    designs: int  # with a label
    images: int  # drawings of them
    observed: Mapping[View, int]  # of each standard view, how many designs have it
    views_each: Mapping[int, int]  # number of standard views -> designs that have so many
    labels_each: Mapping[int, int]  # number of labels -> designs that have so many
    by_class: Mapping[Level, Mapping[str, int]]
    """Of each level, name -> designs; a design of several labels counts for each."""
    children: Mapping[str, int]  # class -> how many of its subclasses occur
    unlabelled: int  # designs that were left out

    @property
    def complete_share(self) -> float:
        """Share of designs with all seven views."""
        return self.views_each.get(len(STANDARD_VIEWS), 0) / self.designs

    @property
    def multilabel_share(self) -> float:
        """Share of designs with more than one label."""
        return sum(designs for count, designs in self.labels_each.items() if count > 1) / self.designs


def statistics_of(dataset: PatentNetDataset) -> Statistics:
    """Count a dataset."""
    samples = dataset.samples
    presence = dataset.presence()
    pairs = {(label.at(Level.CLASS), label.at(Level.SUBCLASS)) for one in samples for label in one.labels}
    return Statistics(
        designs=len(samples),
        images=sum(len(sample.images) for sample in samples),
        observed={
            view: int(count) for view, count in zip(STANDARD_VIEWS, presence.sum(0).tolist(), strict=True)
        },
        views_each=dict(sorted(Counter(presence.sum(1).tolist()).items())),
        labels_each=dict(sorted(Counter(len(sample.labels) for sample in samples).items())),
        by_class={
            level: dict(
                Counter(name for one in samples for name in names_at(one.labels, level)).most_common()
            )
            for level in Level
        },
        children=dict(sorted(Counter(str(whole) for whole, subclass in pairs if subclass).items())),
        unlabelled=dataset.unlabelled,
    )
