"""What all tests share: where the optional data lies, and which tests run side by side."""

from __future__ import annotations

import os
import sys
from pathlib import Path

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
    # The table of what was skipped, and the closing line.
    "tests.report",
]

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "tests"

GROUPS = {
    "servers": (
        "contract",
        "e2e/test_failures.py",
        "e2e/test_refresh.py",
        "e2e/test_refresh_resumed.py",
        "integration/test_parts.py",
    ),
    "packaged": ("deploy/test_exported_metrics.py", "deploy/test_prometheus.py", "e2e"),
    "cluster": ("cluster",),
    "ray": ("integration/test_training_ray.py",),
    "embedding": ("integration/test_embedding_ray.py",),
    "processes": ("helm/test_processes.py",),
}
"""Tests that share something costly run one after the other, in one process: the first group has the only Milvus and
what stands on it, the second the packaged system. The longest begin first. All others share nothing but a file."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real patents and reference figures, beside the checkout; a test that needs them is skipped."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not here")
    return folder


def pytest_configure() -> None:
    # Ray's processes take turns with the tests that run beside theirs; at Ray's own 15 they would wait for them.
    os.environ.setdefault("RAY_worker_niceness", "0")
    # Logs of services within this process go where theirs go: the output is a command's result.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


@pytest.hookimpl(tryfirst=True)  # pytest-xdist looks for the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell pytest-xdist which tests belong together, and put the longest groups first."""
    ranks = {name: rank for rank, name in enumerate(GROUPS)}
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group_of(item.path.relative_to(HERE))))
    items.sort(key=lambda item: ranks.get(_group_of(item.path.relative_to(HERE)), len(ranks)))


def _group_of(path: Path) -> str:
    for name, places in GROUPS.items():
        if any(path.is_relative_to(place) for place in places):
            return name
    return str(path)
