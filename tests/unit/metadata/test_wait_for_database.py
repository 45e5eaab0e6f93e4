"""Waiting for a database that is started together with us."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from sevenviews.metadata.migrate import wait_for_database


def test_a_database_that_comes_later_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    engine = create_engine(f"sqlite:///{folder}/patents.sqlite")
    coming = threading.Timer(0.2, folder.mkdir)
    coming.start()
    wait_for_database(engine, seconds=10, pause_seconds=0.05)
    assert folder.is_dir()


def test_one_that_does_not_come_is_an_error(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/absent/patents.sqlite")
    with pytest.raises(OperationalError, match="unable to open"):
        wait_for_database(engine, seconds=0.1, pause_seconds=0.05)
