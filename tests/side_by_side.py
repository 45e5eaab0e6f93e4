"""Which tests stay together when several processes share them (`make test`), and which begin.

Tests that share something costly run one after the other, in one process: one group has the only Milvus and what
stands on it, another the packaged system, a third the tiny one over the embedded default and the Ray of the jobs. All
others share nothing but their file.

This is a scheduler of our own for pytest-xdist, and not its marker `xdist_group`: with the ids of pytest 9.2 the
marker has no effect, and nothing says so.
"""

from __future__ import annotations

from functools import cache
from pathlib import PurePath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

GROUPS = {
    "servers": (
        "tests/contract",
        "tests/integration/test_races.py",
        "tests/integration/test_any_request.py",
    ),
    "embedded": (
        "tests/integration/test_parts.py",
        "tests/e2e/test_reembed.py",
        "tests/e2e/test_refresh_resumed.py",
        "tests/e2e/test_restart.py",
        "tests/integration/test_training_ray.py",
    ),
    "packaged": ("tests/deploy/test_exported_metrics.py", "tests/deploy/test_prometheus.py", "tests/e2e"),
    "cluster": ("tests/cluster",),
    "embedding": ("tests/integration/test_embedding_ray.py",),
    "processes": ("tests/helm/test_processes.py",),
    "integers": ("tests/unit/training/test_quantize.py",),
    "networks": ("tests/unit/training/test_export.py",),
}
"""The longest first, because they begin: a long one at the end would keep one process busy, and the others idle."""


def group_of(test: str) -> str:
    """The group of a test's id; its file where that is in none."""
    group = _group_of_file(test.partition("::")[0])
    # Of what runs over both, the half that stands on servers.
    return "servers" if group in {"packaged", "embedded"} and "[servers" in test else group


@cache
def _group_of_file(file: str) -> str:
    groups = (
        name for name, places in GROUPS.items() if any(PurePath(file).is_relative_to(one) for one in places)
    )
    return next(groups, file)


class Groups(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole groups."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    return Groups(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups one after the other, in one process too."""
    ranks = {name: rank for rank, name in enumerate(GROUPS)}
    items.sort(key=lambda item: ranks.get(group_of(item.nodeid), len(ranks)))
