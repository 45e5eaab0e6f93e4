"""The console before a real gateway, and a browser without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sevenviews.console.app import Console
from sevenviews.console.settings import ConsoleSettings
from tests.fakes.house import House
from tests.unit.console.catalogue import filled_house


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Nobody changes what is in it."""
    with filled_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def browser(house: House, tmp_path: Path) -> Iterator[TestClient]:
    """It follows no redirect by itself."""
    settings = ConsoleSettings(gateway_address=house.gateway, uploads=tmp_path / "uploads")
    with TestClient(Console(settings).app, "http://127.0.0.1:8080", follow_redirects=False) as browser:
        yield browser
