"""What all tests share: where the optional data lies, and the closing table of what was skipped and why."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import pytest
import structlog

# The real servers, defined once: each starts at its first use, and runs for the whole session.
pytest_plugins = [
    "tests.contract.milvus_server",
    "tests.contract.postgresql_server",
    "tests.contract.redis_server",
    "tests.contract.s3_server",
]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real patents and reference figures, beside the checkout; a test that needs them is skipped."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not here")
    return folder


def pytest_configure() -> None:
    """Logs of services within this process go to standard error, as in theirs: the output is a command's result."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """End the run with a table of what was skipped and why: a skip must not hide a suite."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter((_file_of(report), _reason_of(report)) for report in skipped)
    terminalreporter.section("skipped, and why")
    if not reasons:
        terminalreporter.write_line("nothing was skipped")
    for (file, reason), count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count:4d}  {file:50s}  {reason}")


_STATUS = pytest.StashKey[int]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End at once, with the status that pytest has found; all fixtures are gone by now, and all is told.

    Ray, gRPC, torch, faiss and ONNX Runtime leave native threads behind. Together in one process, one of them was
    seen to crash it while the interpreter was taken down, after a run of everything: the status was the crash's.
    """
    status = config.stash.get(_STATUS, None)
    if status is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _file_of(report: pytest.TestReport) -> str:
    return report.nodeid.partition("::")[0]


def _reason_of(report: pytest.TestReport) -> str:
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ")
