"""How a test run ends: a table of what was skipped and why, and one line of counts. A skip must not hide a suite.

With `--allowed-skips FILE` a skip that the file does not name fails the run. A line of the file is a pattern of test
ids, or of their files, and a pattern of reasons, with two spaces or more between them, as `fnmatch` has patterns;
# begins a comment.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

TARGET = "make test-deps"
"""Named by the reasons of skips that it would end."""

_UNALLOWED = pytest.StashKey["list[Skip]"]()
_COUNTS = pytest.StashKey[str]()


@dataclass(frozen=True, slots=True, order=True)
class Skip:
    """A test that did not run."""

    test: str
    reason: str

    @property
    def file(self) -> str:
        return self.test.partition("::")[0]


@dataclass(frozen=True, slots=True)
class Allowance:
    """Skips that may be."""

    tests: str
    reasons: str

    def covers(self, skip: Skip) -> bool:
        named = fnmatchcase(skip.test, self.tests) or fnmatchcase(skip.file, self.tests)
        return named and fnmatchcase(skip.reason, self.reasons)


def read_allowances(path: Path) -> tuple[Allowance, ...]:
    """Raises ValueError for a line that is none."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        parts = re.split(r"\s{2,}", text, maxsplit=1)
        if len(parts) != 2:
            raise ValueError(f"{path}:{number}: tests and reason must stand apart by two spaces")
        found.append(Allowance(*parts))
    return tuple(found)


def closing_line(passed: int, failed: int, skips: Sequence[Skip]) -> str:
    """The counts, and what would run the tests that were skipped for want of a program."""
    line = f"{passed} passed, {failed} failed, {len(skips)} skipped"
    wanting = sum(TARGET in skip.reason for skip in skips)
    return f"{line} ({TARGET} installs what {wanting} of them need)" if wanting else line


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--allowed-skips", type=Path, help="file of the skips that do not fail the run")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    file: Path | None = session.config.getoption("--allowed-skips")
    if file is None or reporter is None or hasattr(session.config, "workerinput"):
        return
    allowances = read_allowances(file)
    unallowed = [skip for skip in _skips(reporter) if not any(one.covers(skip) for one in allowances)]
    session.config.stash[_UNALLOWED] = unallowed
    if unallowed and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skips = _skips(terminalreporter)
    terminalreporter.section("skipped, and why")
    if not skips:
        terminalreporter.write_line("nothing was skipped")
    for (file, reason), count in sorted(Counter((skip.file, skip.reason) for skip in skips).items()):
        terminalreporter.write_line(f"{count:4d}  {file:50s}  {reason}")
    for skip in config.stash.get(_UNALLOWED, []):
        terminalreporter.write_line(f"not allowed to be skipped: {skip.test} ({skip.reason})", red=True)
    stats = terminalreporter.stats
    failed = (
        len(stats.get("failed", [])) + len(stats.get("error", [])) + len(config.stash.get(_UNALLOWED, []))
    )
    config.stash[_COUNTS] = closing_line(len(stats.get("passed", [])), failed, skips)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """After pytest's own last line."""
    if line := config.stash.get(_COUNTS, ""):
        print(line, flush=True)


def _skips(reporter: pytest.TerminalReporter) -> list[Skip]:
    return sorted(
        Skip(report.nodeid.partition("@")[0], _reason_of(report))
        for report in reporter.stats.get("skipped", [])
    )


def _reason_of(report: pytest.TestReport) -> str:
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ")
