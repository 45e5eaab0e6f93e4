"""What became of everything that an import found: nothing is dropped without a line here."""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sevenviews.cli.whole import written_whole
from sevenviews.client import ImportResult
from sevenviews.corpus import CorpusPatent, NotADesign, Problem
from sevenviews.corpus.entry import READER_VERSION
from sevenviews.designs import ImportOutcome, Reason, SevenviewsError

READ, STORED, NOT_A_DESIGN, UNFINISHED = "read", "stored", "not_a_design", "unfinished"
"""Outcomes of entries beside those of imports: only read; stored, hence not read; of another kind; cut off."""

FORMATS = (".json", ".md")
"""Of a report, by the end of its file's name."""

_HINTS = {
    Reason.PATENT_CONTENT_CONFLICT: "`--replace` takes the new content: of a reissued week, of a newer reader",
}


@dataclass(slots=True)
class Account:
    """What became of an entry.

    Attributes:
        entry: its name within the corpus.
        outcome: of the import, or one of those above.
        patent_id: empty, where it was not read.
        reason, message: why it was not imported.
        figures: cut from each sheet, by its number.
        problems: of the whole and of its sheets; a sheet that is not among the figures is among these.
    """

    entry: str
    outcome: str
    patent_id: str = ""
    reason: str = ""
    message: str = ""
    figures: dict[int, list[str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "entry": self.entry,
            "outcome": self.outcome,
            "patent_id": self.patent_id,
            "reason": self.reason,
            "message": self.message,
            "sheets": [{"sheet": sheet, "figures": numbers} for sheet, numbers in self.figures.items()],
            "problems": [
                {"part": one.part, "reason": one.reason.value, "message": one.message}
                for one in self.problems
            ],
        }


@dataclass(slots=True)
class IngestReport:
    """Counts, and what went wrong; an account of every entry as well, if it is to be kept.

    Attributes:
        keeps_accounts: for a file. Without it, what was read and sent is forgotten.
        outcomes: of patents: created, unchanged, replaced, failed.
        read_count: patents that were read.
        stored_count: patents that were not read, because what their source gave is stored; also unchanged.
        skipped: entries that are no design patents, by kind.
        sheets: from which figures were cut.
        drawings: figures that were read.
        problems: what could not be read, or not surely.
        failures: patents that were not imported, and why.
        hints: what would help, each once.
    """

    keeps_accounts: bool = False
    outcomes: Counter[str] = field(default_factory=Counter)
    read_count: int = 0
    stored_count: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    sheets: int = 0
    drawings: int = 0
    problems: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    hints: dict[str, None] = field(default_factory=dict)
    accounts: list[Account] = field(default_factory=list)
    _waiting: defaultdict[str, deque[Account]] = field(default_factory=lambda: defaultdict(deque))

    def read(self, entry: str, patent: CorpusPatent, outcome: str = UNFINISHED) -> None:
        """Count what was read of a patent; `imported` tells its outcome, unless it is known."""
        figures: dict[int, list[str]] = {}
        for drawing in patent.patent.drawings:
            figures.setdefault(drawing.sheet_number, []).append(drawing.figure_number)
        self.read_count += 1
        self.sheets += len(figures)
        self.drawings += len(patent.contents)
        self.problems += map(str, patent.problems)
        patent_id = patent.patent.patent_id
        account = Account(entry, outcome, patent_id, figures=figures, problems=patent.problems)
        self._keep(account)
        if self.keeps_accounts and outcome == UNFINISHED:
            self._waiting[patent_id].append(account)
        if outcome == READ and not patent.contents:
            self.outcomes[ImportOutcome.FAILED.value] += 1
            account.outcome = ImportOutcome.FAILED.value
            message = f"{patent_id} has no drawing"
            self._fail(account, message, SevenviewsError(Reason.PATENT_WITHOUT_DRAWINGS, message))

    def imported(self, result: ImportResult) -> None:
        """Count what the gateway made of it."""
        self.outcomes[result.outcome.value] += 1
        # Of one id, results come in the order in which the patents were sent.
        waiting = self._waiting.get(result.patent_id)
        account = waiting.popleft() if waiting else Account("", "")
        account.outcome = result.outcome.value
        if result.error is not None:
            self._fail(account, f"{result.patent_id}: {result.error.message}", result.error)

    def unreadable(self, entry: str, error: SevenviewsError) -> None:
        """Count an entry of which nothing could be read."""
        self.outcomes[ImportOutcome.FAILED.value] += 1
        account = Account(entry, ImportOutcome.FAILED.value)
        self._keep(account)
        self._fail(account, error.message, error)

    def stored(self, entry: str, patent_id: str) -> None:
        """Count an entry that need not be read."""
        self.outcomes[ImportOutcome.UNCHANGED.value] += 1
        self.stored_count += 1
        self._keep(Account(entry, STORED, patent_id))

    def no_design(self, entry: str, found: NotADesign) -> None:
        """Count an entry of another kind."""
        self.skipped[found.kind] += 1
        self._keep(Account(entry, NOT_A_DESIGN, message=found.kind))

    def _keep(self, account: Account) -> None:
        if self.keeps_accounts:
            self.accounts.append(account)

    def _fail(self, account: Account, message: str, error: SevenviewsError) -> None:
        account.reason, account.message = error.reason.value, error.message
        self.failures.append(f"{message} [{error.reason}]")
        if error.reason in _HINTS:
            self.hints[f"{error.reason}: {_HINTS[error.reason]}"] = None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "patents": self._outcomes(),
            "read": self.read_count,
            "stored": self.stored_count,
            "skipped": dict(self.skipped),
            "sheets": self.sheets,
            "drawings": self.drawings,
            "problems": self.problems,
            "failures": self.failures,
            "hints": list(self.hints),
        }

    def __str__(self) -> str:
        patents = ", ".join(f"{count} {outcome}" for outcome, count in self._outcomes().items())
        text = f"patents: {patents}; {self.drawings} drawings from {self.sheets} sheets"
        if self.stored_count:
            text += f"; not read, because they are stored: {self.stored_count}"
        return text + self._other_kinds()

    def as_preview(self) -> str:
        """As str(), of what would be imported."""
        failed = self.outcomes[ImportOutcome.FAILED.value]
        text = f"would be imported: {self.read_count} patents with {self.drawings} drawings from {self.sheets} sheets"
        return f"{text}; {failed} failed, {len(self.problems)} problems{self._other_kinds()}"

    def _other_kinds(self) -> str:
        if not self.skipped:
            return ""
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.skipped.items()))
        return f"; skipped as no designs: {kinds}"

    def _outcomes(self) -> dict[str, int]:
        counts = {outcome.value: self.outcomes[outcome.value] for outcome in ImportOutcome}
        if not counts[ImportOutcome.OTHER.value]:
            del counts[ImportOutcome.OTHER.value]
        return counts

    def write(self, path: Path, paths: Iterable[Path]) -> None:
        """Write the report with all its accounts, as JSON or Markdown by the end of the file's name.

        Args:
            path: where to.
            paths: that were imported.

        Raises:
            OSError: it cannot be written.
        """
        if path.suffix.lower() == ".json":
            accounts = [account.as_json() for account in self.accounts]
            told = {
                "sources": list(map(str, paths)),
                "reader_version": READER_VERSION,
                **self.as_json(),
                "entries": accounts,
            }
            text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
        else:
            text = "\n".join(_markdown(self, paths)) + "\n"
        with written_whole(path) as file:
            file.write_text(text, "utf-8")


def _markdown(report: IngestReport, paths: Iterable[Path]) -> Iterator[str]:
    yield "# Import"
    yield ""
    yield f"Of {', '.join(f'`{path}`' for path in paths)}, read by version {READER_VERSION}: {report}."
    yield from (f"\n{hint}." for hint in report.hints)
    yield ""
    yield "| entry | patent | outcome | sheets: figures | what is wrong |"
    yield "| --- | --- | --- | --- | --- |"
    for one in report.accounts:
        sheets = "; ".join(
            f"{sheet}: {', '.join(number or '?' for number in numbers)}"
            for sheet, numbers in one.figures.items()
        )
        wrong = [f"{one.message} ({one.reason})" if one.reason else one.message] if one.message else []
        wrong += [
            f"{problem.part}: {problem.message} ({problem.reason})".removeprefix(": ")
            for problem in one.problems
        ]
        yield f"| {' | '.join(map(_cell, (one.entry, one.patent_id, one.outcome, sheets, '; '.join(wrong))))} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
