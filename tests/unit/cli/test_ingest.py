"""`sevenviews ingest` against services on real sockets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sevenviews.client.check import square
from tests.commands import json_of
from tests.fakes.house import House, running_house


def ingest(house: House, folder: Path, *options: str) -> Any:
    return json_of("ingest", folder, "--server", house.gateway, "--workers", "1", *options)["patents"]


def test_what_is_only_checked_is_told_and_not_stored(tmp_path: Path) -> None:
    for name in ("chair", "table"):
        drawing = tmp_path / "designs" / name / "front.png"
        drawing.parent.mkdir(parents=True)
        drawing.write_bytes(square())
    with running_house(tmp_path / "house") as house, house.client() as client:
        told = ingest(house, tmp_path / "designs", "--validate-only")
        assert told == {"created": 2, "unchanged": 0, "replaced": 0, "failed": 0}
        assert client.list_patents().total_count == 0
        assert ingest(house, tmp_path / "designs") == told
        assert client.list_patents().total_count == 2
        assert ingest(house, tmp_path / "designs", "--validate-only")["unchanged"] == 2
