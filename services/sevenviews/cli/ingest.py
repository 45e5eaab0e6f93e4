"""`sevenviews ingest`: source documents into the catalogue."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, TaskID

from sevenviews.cli.connection import Gateway
from sevenviews.cli.console import fail, note, print_json, progress
from sevenviews.cli.grouped import grouped
from sevenviews.cli.ingest_report import FORMATS, READ, UNFINISHED, IngestReport
from sevenviews.cli.options import JsonOutput
from sevenviews.client import Client, ImportItem
from sevenviews.corpus import CorpusEntry, CorpusPatent, NotADesign, iter_entries
from sevenviews.designs import Reason, SevenviewsError

_AHEAD = 4
"""Entries that are read ahead, for each worker."""

_ASKED_AT_ONCE = 32
"""Entries of which the gateway is asked whether they are stored."""


@dataclass(frozen=True, slots=True)
class ImportRules:
    """How patents are imported, as ImportItem has it. Again: also those whose source is known to be stored."""

    replace: bool = False
    validate_only: bool = False
    again: bool = False


AS_NEW = ImportRules()


@grouped
def ingest(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Weekly tars, ZIPs or folders of the USPTO; patent PDFs; DeepPatent or PatentNet; folders of views."
        ),
    ],
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that read sheets; 1: this one.")
    ] = os.cpu_count() or 1,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Take the new content where a patent is stored with other content."),
    ] = False,
    validate_only: Annotated[
        bool, typer.Option("--validate-only", help="Check everything, say what would happen, store nothing.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only read, and say what was found: needs no running system.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Read and send also what is stored already: restores lost drawings."),
    ] = False,
    report_file: Annotated[
        Path | None,
        typer.Option("--report", help="Write what became of every entry and sheet: a .json or .md file."),
    ] = None,
    *,
    gateway: Gateway,
    json_output: JsonOutput = False,
) -> None:
    """Import design patents: their sheets are cut into figures, labels read, views found.

    What is imported already stays as it is, and is not even read; so an import that was interrupted is finished by
    running it again. Exits with 1 if a patent could not be imported; what was doubtful is listed and does not fail.

    Example:  sevenviews ingest I20210209.tar --report report.md
    """
    for path in paths:
        if not path.exists():
            fail(f"there is nothing at {path}", 2)
    if report_file is not None and report_file.suffix.lower() not in FORMATS:
        fail(f"--report: {report_file.name} ends neither with .json nor with .md", 2)
    report = IngestReport(keeps_accounts=report_file is not None)
    rules = ImportRules(replace, validate_only, again)
    if report_file is not None:
        # It is known now whether it can be written, and not when hours have passed.
        report.write(report_file, paths)
    try:
        with progress() as bar:
            _run(None if dry_run else gateway, paths, workers, bar, rules, report)
    finally:
        # Also of what was interrupted, and before a report that cannot be written.
        _tell(report, json_output=json_output, dry_run=dry_run)
        if report_file is not None:
            report.write(report_file, paths)
    if report.failures:
        raise typer.Exit(1)


def _run(
    gateway: Gateway | None,
    paths: list[Path],
    workers: int,
    bar: Progress,
    rules: ImportRules,
    report: IngestReport,
) -> None:
    """Import into a gateway's catalogue; without one, only read."""
    if gateway is None:
        read_all(paths, workers, bar, report)
        return
    with gateway.client() as client:
        ingest_all(client, paths, workers, bar, rules, report)


def ingest_all(
    client: Client,
    paths: Iterable[Path],
    workers: int,
    bar: Progress,
    rules: ImportRules = AS_NEW,
    report: IngestReport | None = None,
) -> IngestReport:
    """Read and import everything; raises SevenviewsError if the gateway does not answer.

    Args:
        report: where what happens is told, also when it is cut off; a new one, unless it is given.
    """
    report = report or IngestReport()
    shown = _Shown(bar)
    entries = shown.found(chain.from_iterable(map(iter_entries, paths)))
    wanted = entries if rules.again else _not_stored(client, entries, report, shown)
    with _reading_processes(workers) as pool:
        items = (
            ImportItem(one.patent, one.contents, rules.replace, validate_only=rules.validate_only)
            for one in _readings(wanted, pool, workers * _AHEAD, report, shown)
        )
        for result in client.import_patents(items):
            report.imported(result)
            shown.done()
    return report


def read_all(paths: Iterable[Path], workers: int, bar: Progress, report: IngestReport) -> None:
    """Read everything, and tell the report."""
    shown = _Shown(bar)
    entries = shown.found(chain.from_iterable(map(iter_entries, paths)))
    with _reading_processes(workers) as pool:
        for _ in _readings(entries, pool, workers * _AHEAD, report, shown, outcome=READ):
            shown.done()


class _Shown:
    """The progress of an import: how many of the entries that were found are done."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID = bar.add_task("patents", total=None)

    def found(self, entries: Iterable[CorpusEntry]) -> Iterator[CorpusEntry]:
        for count, entry in enumerate(entries, 1):
            self._bar.update(self._task, total=count)
            yield entry

    def done(self) -> None:
        self._bar.advance(self._task)


class _ThisProcess(Executor):
    """Runs what is submitted at once."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@contextmanager
def _reading_processes(workers: int) -> Iterator[Executor]:
    if workers == 1:
        yield _ThisProcess()
        return
    # Spawned, because a fork of a process that runs gRPC's threads may hang.
    with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _not_stored(
    client: Client, entries: Iterator[CorpusEntry], report: IngestReport, shown: _Shown
) -> Iterator[CorpusEntry]:
    """The entries that have to be read. A source that is stored as this version reads it need not be."""
    while portion := list(islice(entries, _ASKED_AT_ONCE)):
        digests = list(map(_digest_of, portion))
        stored = _stored(client, [digest for digest in digests if digest])
        for entry, digest in zip(portion, digests, strict=True):
            if digest in stored:
                report.stored(entry.name, stored[digest])
                shown.done()
            else:
                yield entry


def _digest_of(entry: CorpusEntry) -> str:
    """Empty, where reading it will tell what is wrong."""
    try:
        return entry.digest
    except SevenviewsError:
        return ""


def _stored(client: Client, digests: list[str]) -> Mapping[str, str]:
    try:
        return client.find_sources(digests) if digests else {}
    except SevenviewsError as error:
        # A gateway of the version before knows no sources: everything is read.
        if error.reason is Reason.INTERNAL:
            return {}
        raise


def _readings(
    entries: Iterable[CorpusEntry],
    pool: Executor,
    ahead: int,
    report: IngestReport,
    shown: _Shown,
    outcome: str = UNFINISHED,
) -> Iterator[CorpusPatent]:
    """What was read, in order; never more than `ahead` entries wait in memory."""
    pending: deque[tuple[str, Future[_Reading]]] = deque()

    def next_patent() -> CorpusPatent | None:
        name, future = pending.popleft()
        reading = future.result()
        if isinstance(reading, NotADesign):
            report.no_design(name, reading)
        elif isinstance(reading, SevenviewsError):
            report.unreadable(name, reading)
        else:
            report.read(name, reading, outcome)
            return reading
        shown.done()
        return None

    for entry in entries:
        pending.append((entry.name, pool.submit(_read, entry)))
        if len(pending) >= ahead and (patent := next_patent()) is not None:
            yield patent
    while pending:
        if (patent := next_patent()) is not None:
            yield patent


def _tell(report: IngestReport, *, json_output: bool, dry_run: bool) -> None:
    if json_output:
        print_json(report.as_json())
        return
    lines = (*report.problems, *report.failures)
    summary = report.as_preview() if dry_run else str(report)
    for line in (*(f"  {line}" for line in lines), summary, *report.hints):
        note(line)


_Reading = CorpusPatent | NotADesign | SevenviewsError


def _read(entry: CorpusEntry) -> _Reading:
    """Runs in a worker. What goes wrong comes back as a value: one bad entry must not end the run."""
    try:
        return entry.read()
    except (NotADesign, SevenviewsError) as error:
        return error
