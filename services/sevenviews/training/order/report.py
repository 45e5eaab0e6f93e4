"""Which claims hold, by how much, and with which seeds: as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from sevenviews.lab.report import Report
from sevenviews.training.config import TrainConfig
from sevenviews.training.order.config import Claim, OrderConfig
from sevenviews.training.order.experiment import Measured


class Verdict(StrEnum):
    """Of a claim, over all seeds."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNDECIDED = "seeds differ"


@dataclass(frozen=True, slots=True)
class OrderReport:
    """Rows, and the claims about them.

    Attributes:
        config: what was done.
        measured: of each row and seed; some may be missing yet.
    """

    config: OrderConfig
    measured: Sequence[Measured]

    def differences(self, claim: Claim) -> list[float]:
        """By how much the one row's mAP is above the other's, seed by seed: on the same held-out drawings."""
        above, below = self._by_seed(claim.above), self._by_seed(claim.below)
        return [above[seed] - below[seed] for seed in self.config.seeds if seed in above and seed in below]

    def verdict(self, claim: Claim) -> Verdict | None:
        """None: there is no seed that both rows were trained with."""
        differences = self.differences(claim)
        if not differences:
            return None
        if min(differences) >= 0:
            return Verdict.HOLDS
        return Verdict.FAILS if max(differences) < 0 else Verdict.UNDECIDED

    def write(self, folder: Path) -> Report:
        """Write what there is so far into a folder."""
        report = Report(
            folder, "Do the papers' claims hold at an equal budget?", self.config.model_dump(mode="json")
        )
        report.text(self._how())
        rows = list(dict.fromkeys(one.row for one in self.measured))
        report.table(("row", "drawings trained on", "mAP", "over seeds", "Acc@1"), map(self._row, rows))
        report.table(
            ("claim", "by", "here", "differences, seed by seed"), map(self._claim, self.config.claims)
        )
        for one in self.measured:
            report.row(f"{one.row}, seed {one.seed}", asdict(one))
        report.detail(
            "claims",
            [
                {**one.model_dump(), "differences": self.differences(one), "verdict": self.verdict(one)}
                for one in self.config.claims
            ],
        )
        report.write()
        return report

    def _by_seed(self, row: str) -> dict[int, float]:
        return {one.seed: one.mean_average_precision for one in self.measured if one.row == row}

    def _how(self) -> str:
        names = (
            ", ".join(sorted({corpus.name for corpus in self._first.data.corpora})) or "the synthetic corpus"
        )
        return (
            f"Trained on {names}; {self._first.data.validation_share:.0%} of the designs are held out, each of their "
            "drawings asks for the others of its design, and AP is taken over the whole ranking. A seed decides the "
            f"split, the initial weights and the batches: {', '.join(map(str, self.config.seeds))}. Rows differ in "
            "what they name alone."
        )

    @property
    def _first(self) -> TrainConfig:
        return self.config.training(next(iter(self.config.rows)), self.config.seeds[0])

    def _row(self, row: str) -> Sequence[str]:
        of_row = [one for one in self.measured if one.row == row]
        maps = [one.mean_average_precision for one in of_row]
        accuracy = sum(one.accuracy_at_1 for one in of_row) / len(of_row)
        spread = f"{min(maps):.3f}–{max(maps):.3f}" if len(maps) > 1 else "one"
        seen = f"{of_row[0].drawings:,}" if of_row[0].drawings else "–"
        return row, seen, f"{sum(maps) / len(maps):.3f}", spread, f"{accuracy:.3f}"

    def _claim(self, claim: Claim) -> Sequence[str]:
        differences = ", ".join(f"{one:+.3f}" for one in self.differences(claim))
        verdict = self.verdict(claim) or "not run"
        return f"{claim.above} ≥ {claim.below}", claim.by, verdict, differences or "–"
