"""What the tests of whole refreshes share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.house import House, running_house
from tests.unit.refresh.catalogue import PATENTS, patent


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """With the catalogue imported."""
    with running_house(tmp_path / "house") as running:
        with running.client() as client:
            results = list(client.import_patents(map(patent, range(PATENTS))))
        assert not [one.error for one in results if one.error]
        yield running
