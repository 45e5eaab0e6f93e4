"""Where the deployment's files are, and the program that checks them."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture(scope="session")
def promtool() -> str:
    """Prometheus' own checker, of Debian's package `prometheus`."""
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not here: apt-get install --no-install-recommends prometheus")
    return found
