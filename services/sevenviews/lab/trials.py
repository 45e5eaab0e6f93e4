"""The journal of trials: every look at a set of patents is a line, so that it can be said how many there were.

The best of many models is partly the luckiest. How much, depends on how many were tried; so that is counted, and
nobody has to remember it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sevenviews.lab.evaluation import EvaluationReport
from sevenviews.lab.sets import PatentSet

JOURNAL = "trials.jsonl"


@dataclass(frozen=True, slots=True)
class TrialCount:
    """How often a set was looked at."""

    trials: int  # all lines of the journal on it
    models: int  # different ones among them, by their content


class Journal:
    """A file of a JSON document a line, that only grows.

    `path`: made, with its folder, at the first trial.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, report: EvaluationReport, corpus: str) -> None:
        """Write down an evaluation."""
        line = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "set": report.patent_set,
            "relevance": report.relevance,
            "corpus": corpus,
            "queries": report.queries,
            "gallery": report.gallery,
            "seed": report.seed,
            "model": report.model,
            "identity": report.identity,
            "map": round(report.mean_average_precision, 4),
            "interval": [round(end, 4) for end in report.interval],
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def count(self, which: PatentSet) -> TrialCount:
        """How often a set was looked at so far."""
        identities = [line["identity"] for line in self._lines() if line["set"] == which]
        return TrialCount(len(identities), len(set(identities)))

    def _lines(self) -> Iterator[Mapping[str, Any]]:
        if self._path.is_file():
            yield from map(json.loads, self._path.read_text().splitlines())
