"""Which drawings make up which batch: decided by the seed and the number of the batch alone.

So a run that was broken off goes on with the very batches that it would have had, and every worker knows them all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sevenviews.training.split import Indices


class BatchSampler:
    """Batches of several drawings of each of several designs; or of single drawings.

    Over an epoch, every design (every drawing) comes once. Of a design with fewer drawings than are wanted some
    come twice.

    Args:
        labels: of each drawing, what tells it apart: its design.
        size: drawings in a batch.
        of_each: drawings of one label in a batch; 1: any drawings.
        copies: how often each drawing comes, one copy after another; it divides `of_each`.
        classes: of each drawing: they come in turn, each as often as any other, and within each its designs in turn
            (class-aware sampling: Shen, Lin, Huang, ECCV 2016). An epoch then holds designs of rare classes several
            times, and not all of frequent ones.

    Raises ValueError: there are not enough labels, or drawings, for a batch.
    """

    def __init__(
        self,
        labels: Sequence[int] | Indices,
        size: int,
        of_each: int,
        seed: int,
        copies: int = 1,
        classes: Indices | None = None,
    ) -> None:
        labels = np.asarray(labels)
        self._of_each = of_each
        self._count = size // of_each
        self._seed = seed
        self._copies = copies
        if of_each == 1:
            self._members = [np.array([index]) for index in range(len(labels))]
        else:
            order = np.argsort(labels, kind="stable")
            self._members = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
        self._classes = None if classes is None else classes[[members[0] for members in self._members]]
        if len(self._members) < self._count:
            what = "drawings" if of_each == 1 else f"designs, {of_each} drawings each"
            raise ValueError(
                f"optimization.batch_size: a batch needs {self._count} {what}; there are {len(self._members)}"
            )

    def batch(self, number: int) -> Indices:
        """Positions in the labels that were given, those of one label side by side."""
        per_epoch = len(self._members) // self._count
        epoch, place = divmod(number, per_epoch)
        order = self._order(np.random.default_rng([self._seed, epoch]))
        chosen = order[place * self._count : (place + 1) * self._count]
        chance = np.random.default_rng([self._seed, epoch, place])
        return np.concatenate([self._some(self._members[one], chance) for one in chosen])

    def _order(self, chance: np.random.Generator) -> Indices:
        order = chance.permutation(len(self._members))
        if self._classes is None:
            return order
        groups = [order[self._classes[order] == one] for one in np.unique(self._classes)]
        turns = chance.permutation(len(groups))
        rounds = range(-(-len(order) // len(groups)))
        dealt = [groups[one][turn % len(groups[one])] for turn in rounds for one in turns]
        return np.array(dealt[: len(order)])

    def _some(self, members: Indices, chance: np.random.Generator) -> Indices:
        wanted = self._of_each // self._copies
        return np.repeat(chance.choice(members, wanted, replace=len(members) < wanted), self._copies)


def companions(labels: Indices, rows: Indices, of_each: int, chance: np.random.Generator) -> Indices:
    """For the drawings of a batch, as many of other designs: those of one design beside those of one other.

    Args:
        labels: of all drawings, sorted or not.
        rows: of the batch, `of_each` of one label side by side.
        of_each: drawings of one label in the batch.

    Returns:
        Positions in the labels. Chance may give a design itself.
    """
    guides = labels[chance.integers(0, len(labels), len(rows) // of_each)]
    return np.concatenate([chance.choice(np.flatnonzero(labels == guide), of_each) for guide in guides])
