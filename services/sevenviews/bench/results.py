"""What a run of benchmarks leaves behind: the reports, the machine and the commit, as JSON and as one table."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import psutil

from sevenviews.bench.comparison import Report

COLUMNS = ("work", "beside", "both", "ratio (least to most)", "aim")


@dataclass(frozen=True, slots=True)
class Machine:
    """What was measured, and on what.

    Attributes:
        commit: of the sources, with a + if they were changed since; empty outside a repository.
        day: in UTC.
    """

    processor: str
    cores: int
    memory_gib: float
    python: str
    commit: str
    day: str

    @classmethod
    def here(cls) -> Self:
        """This one."""
        return cls(
            processor=_processor(),
            cores=os.cpu_count() or 1,
            memory_gib=round(psutil.virtual_memory().total / 1024**3, 1),
            python=platform.python_version(),
            commit=_commit(),
            day=datetime.now(UTC).date().isoformat(),
        )

    def __str__(self) -> str:
        commit = f", commit {self.commit}" if self.commit else ""
        return (
            f"{self.processor}, {self.cores} cores, {self.memory_gib:g} GiB; Python {self.python}; "
            f"{self.day}{commit}"
        )


def document(reports: Sequence[Report]) -> dict[str, Any]:
    """For programs."""
    return {"machine": asdict(Machine.here()), "reports": [asdict(one) for one in reports]}


def markdown(reports: Sequence[Report], title: str) -> str:
    """One table for people, and the remarks below it."""
    lines = [f"# {title}", "", f"{Machine.here()}.", "", _row(COLUMNS), _row(["---"] * len(COLUMNS))]
    for report in reports:
        lines.append(_row([f"**{heading(report)}**", *[""] * (len(COLUMNS) - 1)]))
        lines += map(_row, rows(report))
    for report in reports:
        lines += ["", *(f"- {report.benchmark}: {remark}" for remark in report.remarks)]
    return "\n".join(lines) + "\n"


def heading(report: Report) -> str:
    """What was measured, on what, and how often."""
    return f"{report.benchmark}: {report.on}, {max(one.pairs for one in report.comparisons)} pairs"


def rows(report: Report) -> Iterator[tuple[str, ...]]:
    """Of COLUMNS, one for each comparison."""
    for one in report.comparisons:
        yield (
            one.work,
            one.beside,
            f"{figure(one.ours.median)} : {figure(one.other.median)} {one.unit}",
            f"{figure(one.ratio.median)} ({figure(one.ratio.least)} to {figure(one.ratio.most)})",
            one.aim,
        )


def figure(value: float) -> str:
    """Three digits that count, and those before the point: 0.0213, 2.13, 2,131."""
    if value == 0 or abs(value) >= 100:  # noqa: PLR2004 - the first that three digits write without a point
        return f"{value:,.0f}"
    return f"{value:#.3g}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _commit() -> str:
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(Path(__file__).parent), *arguments]
        return subprocess.run(  # noqa: S603 - git, and arguments of ours
            command, capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return git("rev-parse", "--short=12", "HEAD") + "+" * bool(git("status", "--porcelain", "."))
    except (OSError, subprocess.CalledProcessError):
        return ""
