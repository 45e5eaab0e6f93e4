"""What all tests share: how they run and end, and where the optional data lies."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import hypothesis
import pytest
import structlog

pytest_plugins = [
    # What tests start ends with them. First, so that pytest has it before others import it.
    "tests.processes",
    # The real servers, defined once: each starts at its first use, and runs for the whole session.
    "tests.contract.milvus_server",
    "tests.contract.postgresql_server",
    "tests.contract.redis_server",
    "tests.contract.s3_server",
    "tests.systems",
    # A failed test does not make the others hang.
    "tests.grpc_servers",
    # Which tests may run side by side.
    "tests.side_by_side",
    # The table of what was skipped, and the closing line.
    "tests.report",
]

# How long an example takes says how busy the machine is, and nothing about the code. What is new in a change is not
# to be refused for what was there before: the examples are the same each time, and `make test-all` looks for others.
hypothesis.settings.register_profile("repeated", deadline=None, derandomize=True)
hypothesis.settings.register_profile("exploring", deadline=None)
hypothesis.settings.load_profile("repeated")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real patents and reference figures, beside the checkout; a test that needs them is skipped."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not here")
    return folder


def pytest_collection_finish() -> None:
    # Thousands of tests stay until the end: a garbage collection need not look through them each time.
    gc.collect()
    gc.freeze()


def pytest_configure() -> None:
    # Ray's processes take turns with the tests that run beside theirs; at Ray's own 15 they would wait for them.
    os.environ.setdefault("RAY_worker_niceness", "0")
    # Logs of services within this process go where theirs go: the output is a command's result.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
