"""Most end-to-end tests ask one running system: the packaged model with a synthetic corpus."""

from __future__ import annotations

import pytest

from tests.system import System


@pytest.fixture(scope="session")
def system(packaged_system: System) -> System:
    return packaged_system
