"""The programs that check the deployment's files."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture(scope="session")
def promtool() -> str:
    """Prometheus' own checker, of Debian's package `prometheus`."""
    return _program("promtool")


@pytest.fixture(scope="session")
def prometheus_program() -> str:
    """Prometheus itself, of the same package."""
    return _program("prometheus")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here: make test-deps")
    return found
