"""`sevenviews ingest`: source documents into the catalogue."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, TaskID

from sevenviews.cli.console import fail, fail_with, note, print_json, progress
from sevenviews.cli.options import JsonOutput, Server
from sevenviews.client import Client, ImportItem, ImportResult
from sevenviews.corpus import CorpusEntry, CorpusPatent, NotADesign, iter_entries
from sevenviews.designs import ImportOutcome, SevenviewsError

_AHEAD = 4
"""Entries that are read ahead, for each worker."""


@dataclass(slots=True)
class IngestReport:
    """What became of everything that was found: nothing is dropped without a line here.

    Attributes:
        outcomes: of patents: created, unchanged, replaced, failed.
        skipped: entries that are no design patents, by kind.
        sheets: from which figures were cut.
        drawings: figures that were sent.
        problems: what could not be read, or not surely.
        failures: patents that were not imported, and why.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    sheets: int = 0
    drawings: int = 0
    problems: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def read(self, patent: CorpusPatent) -> None:
        """Count what was read of a patent."""
        self.sheets += len({drawing.sheet_number for drawing in patent.patent.drawings})
        self.drawings += len(patent.contents)
        self.problems += map(str, patent.problems)

    def imported(self, result: ImportResult) -> None:
        """Count what the gateway made of it."""
        self.outcomes[result.outcome.value] += 1
        if result.error is not None:
            self.failures.append(f"{result.patent_id}: {result.error.message} [{result.error.reason}]")

    def unreadable(self, error: SevenviewsError) -> None:
        """Count an entry of which nothing could be read."""
        self.outcomes[ImportOutcome.FAILED.value] += 1
        self.failures.append(f"{error.message} [{error.reason}]")

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "patents": self._outcomes(),
            "skipped": dict(self.skipped),
            "sheets": self.sheets,
            "drawings": self.drawings,
            "problems": self.problems,
            "failures": self.failures,
        }

    def __str__(self) -> str:
        patents = ", ".join(f"{count} {outcome}" for outcome, count in self._outcomes().items())
        text = f"patents: {patents}; {self.drawings} drawings from {self.sheets} sheets"
        if self.skipped:
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.skipped.items()))
            text += f"; skipped as no designs: {kinds}"
        return text

    def _outcomes(self) -> dict[str, int]:
        counts = {outcome.value: self.outcomes[outcome.value] for outcome in ImportOutcome}
        if not counts[ImportOutcome.OTHER.value]:
            del counts[ImportOutcome.OTHER.value]
        return counts


@dataclass(frozen=True, slots=True)
class ImportRules:
    """How patents are imported, as ImportItem has it."""

    replace: bool = False
    validate_only: bool = False


AS_NEW = ImportRules()


def ingest(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Weekly tars, ZIPs or folders of the USPTO; patent PDFs; DeepPatent or PatentNet; folders of views."
        ),
    ],
    server: Server = "127.0.0.1:50051",
    workers: Annotated[int, typer.Option(min=1, help="Processes that read sheets.")] = os.cpu_count() or 1,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Take the new content where a patent is stored with other content."),
    ] = False,
    validate_only: Annotated[
        bool, typer.Option("--validate-only", help="Check everything, say what would happen, store nothing.")
    ] = False,
    json_output: JsonOutput = False,
) -> None:
    """Import design patents: their sheets are cut into figures, labels read, views found.

    What is imported already stays as it is; so an import that was interrupted is finished by running it again.
    Exits with 1 if a patent could not be imported; what was doubtful is listed and does not fail.

    Example:  sevenviews ingest I20210209.tar
    """
    for path in paths:
        if not path.exists():
            fail(f"there is nothing at {path}", 2)
    with Client(server) as client, progress() as bar:
        try:
            report = ingest_all(client, paths, workers, bar, ImportRules(replace, validate_only))
        except SevenviewsError as error:
            fail_with(error)
    if json_output:
        print_json(report.as_json())
    else:
        for line in (*report.problems, *report.failures):
            note(f"  {line}")
        note(str(report))
    if report.failures:
        raise typer.Exit(1)


def ingest_all(
    client: Client, paths: Iterable[Path], workers: int, bar: Progress, rules: ImportRules = AS_NEW
) -> IngestReport:
    """Read and import everything; raises SevenviewsError if the gateway does not answer."""
    report = IngestReport()
    task = bar.add_task("patents", total=None)
    entries = chain.from_iterable(map(iter_entries, paths))
    # Spawned, because a fork of a process that runs gRPC's threads may hang.
    with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
        items = _items(entries, pool, workers * _AHEAD, report, bar, task, rules)
        try:
            for result in client.import_patents(items):
                report.imported(result)
                bar.advance(task)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return report


def _items(
    entries: Iterable[CorpusEntry],
    pool: ProcessPoolExecutor,
    ahead: int,
    report: IngestReport,
    bar: Progress,
    task: TaskID,
    rules: ImportRules,
) -> Iterator[ImportItem]:
    """What was read, in order; never more than `ahead` entries wait in memory."""
    pending: deque[Future[_Reading]] = deque()

    def next_item() -> ImportItem | None:
        reading = pending.popleft().result()
        if isinstance(reading, NotADesign):
            report.skipped[reading.kind] += 1
        elif isinstance(reading, SevenviewsError):
            report.unreadable(reading)
        else:
            report.read(reading)
            return ImportItem(
                reading.patent, reading.contents, rules.replace, validate_only=rules.validate_only
            )
        bar.advance(task)
        return None

    for found, entry in enumerate(entries, 1):
        bar.update(task, total=found)
        pending.append(pool.submit(_read, entry))
        if len(pending) >= ahead and (item := next_item()) is not None:
            yield item
    while pending:
        if (item := next_item()) is not None:
            yield item


_Reading = CorpusPatent | NotADesign | SevenviewsError


def _read(entry: CorpusEntry) -> _Reading:
    """Runs in a worker. What goes wrong comes back as a value: one bad entry must not end the run."""
    try:
        return entry.read()
    except (NotADesign, SevenviewsError) as error:
        return error
